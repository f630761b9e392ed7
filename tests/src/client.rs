//! A bare HTTP/1.1 client on one kept connection: it measures the server, not itself.

use std::net::SocketAddr;

use anyhow::{Context as _, bail};
use litopys_api::record::SignedAct;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// One connection to the server; each request says as whom.
pub struct Client {
    stream: BufReader<TcpStream>,
}

/// An act ready to be posted by one of its signers.
#[derive(Debug, Clone)]
pub struct Posting {
    /// The bearer token of the first signer.
    pub token: std::sync::Arc<str>,
    /// The body of `POST /v1/acts`.
    pub body: String,
}

impl Posting {
    pub fn new(act: &SignedAct, token: std::sync::Arc<str>) -> Self {
        let SignedAct { statement, signatures, disclosures } = act;
        let body = json!({
            "statement": statement,
            "signatures": signatures,
            "disclosures": disclosures,
        });
        Self { token, body: body.to_string() }
    }
}

/// What the server said.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> anyhow::Result<Value> {
        serde_json::from_str(&self.body).with_context(|| format!("no JSON: {}", self.body))
    }
}

impl Client {
    pub async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    pub async fn post(&mut self, posting: &Posting) -> anyhow::Result<Answer> {
        let Posting { token, body } = posting;
        let length = body.len();
        let request = format!(
            "POST /v1/acts HTTP/1.1\r\nhost: litopys\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        self.send(&request).await
    }

    async fn send(&mut self, request: &str) -> anyhow::Result<Answer> {
        self.stream.get_mut().write_all(request.as_bytes()).await?;
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        let status = line.split(' ').nth(1).context("no status line")?.parse()?;
        let mut length = None;
        loop {
            line.clear();
            if self.stream.read_line(&mut line).await? == 0 {
                bail!("the answer ended in its head");
            }
            let header = line.trim_end();
            if header.is_empty() {
                break;
            }
            if let Some((name, value)) = header.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = Some(value.trim().parse()?);
            }
        }
        let mut body = vec![0; length.context("an answer without a length")?];
        self.stream.read_exact(&mut body).await?;
        Ok(Answer { status, body: String::from_utf8(body)? })
    }
}
