//! A small HTTP/1.1 client: one connection, exact bytes.

use std::fmt::Write as _;
use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// One kept-alive connection.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    pub(crate) token: Option<String>,
    open: bool,
    pub(crate) language: Option<&'static str>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream: BufReader::new(stream), token: None, open: true, language: None }
    }

    pub(crate) fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// False once the server has said that it closes the connection.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.send("GET", path, &[], b"").await
    }

    pub(crate) async fn post_json(&mut self, path: &str, body: &Value) -> Reply {
        self.post(path, "application/json", body.to_string().as_bytes()).await
    }

    pub(crate) async fn post(&mut self, path: &str, media_type: &str, body: &[u8]) -> Reply {
        self.send("POST", path, &[("content-type", media_type)], body).await
    }

    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: test\r\n");
        if let Some(token) = &self.token {
            write!(head, "authorization: Bearer {token}\r\n").unwrap();
        }
        if let Some(language) = self.language {
            write!(head, "accept-language: {language}\r\n").unwrap();
        }
        for (name, value) in headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        write!(head, "content-length: {}\r\n\r\n", body.len()).unwrap();
        self.raw(&[head.as_bytes(), body].concat(), method == "HEAD").await
    }

    /// Sends these very bytes and reads one answer.
    pub(crate) async fn raw(&mut self, bytes: &[u8], bodiless: bool) -> Reply {
        self.stream.get_mut().write_all(bytes).await.unwrap();
        self.reply(bodiless).await
    }

    async fn reply(&mut self, bodiless: bool) -> Reply {
        let first = self.line().await;
        let status = first.split(' ').nth(1).and_then(|s| s.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no status line: {first:?}"));
        let mut headers = Vec::new();
        loop {
            let line = self.line().await;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        self.open &= !headers.iter().any(|(n, v)| n == "connection" && v == "close");
        let mut reply = Reply { status, headers, body: Vec::new() };
        if bodiless {
            return reply;
        }
        if reply.header("transfer-encoding") == Some("chunked") {
            reply.body = self.chunks().await;
        } else if let Some(length) = reply.header("content-length") {
            reply.body = vec![0; length.parse().unwrap()];
            self.stream.read_exact(&mut reply.body).await.unwrap();
        }
        reply
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).await.unwrap();
        line.trim_end().to_owned()
    }

    async fn chunks(&mut self) -> Vec<u8> {
        let mut body = Vec::new();
        loop {
            let length = usize::from_str_radix(&self.line().await, 16).unwrap();
            let mut chunk = vec![0; length + 2];
            self.stream.read_exact(&mut chunk).await.unwrap();
            if length == 0 {
                return body;
            }
            body.extend_from_slice(&chunk[..length]);
        }
    }
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// Checks that the answer is a well-formed problem with this status, and gives its code.
    pub(crate) fn problem(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        self.any_problem()
    }

    /// The code of a well-formed problem.
    pub(crate) fn any_problem(&self) -> String {
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{}",
            self.text()
        );
        let problem = self.json();
        assert_eq!(problem["status"], self.status);
        assert!(problem["title"].as_str().is_some_and(|title| !title.is_empty()));
        let id = self.header("x-request-id").unwrap();
        assert_eq!(problem["instance"], format!("urn:uuid:{id}"));
        let code = problem["type"].as_str().unwrap().strip_prefix("/problems/").unwrap();
        code.to_owned()
    }
}
