use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Desk, Served};

#[test]
fn sigterm_lets_a_request_finish_and_stops_the_database() {
    let desk = Desk::new();
    desk.found();
    let mut served = Served::start(&desk);
    let mut open = TcpStream::connect(&served.address).unwrap();
    open.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n").unwrap();
    std::thread::sleep(Duration::from_millis(100));
    served.signal("TERM");
    std::thread::sleep(Duration::from_millis(100));
    open.write_all(b"connection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    open.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(served.wait(), Some(0));
    assert!(!desk.path("data/data/postmaster.pid").exists(), "the server stopped with us");
}

#[test]
fn the_served_checkpoint_is_that_of_the_founding() {
    let desk = Desk::new();
    desk.found();
    let mut served = Served::start(&desk);
    let checkpoint = served.get("/checkpoint");
    assert!(checkpoint.contains("\r\n\r\nledger.example/cli\n"), "{checkpoint}");
    // A backup of a running ledger, restored elsewhere.
    desk.ok("backup copy");
    desk.ok("restore copy --data elsewhere");
    served.signal("INT");
    assert_eq!(served.wait(), Some(0));
}

#[test]
fn serve_makes_no_ledger() {
    let desk = Desk::new();
    let said = desk.run("serve");
    assert_eq!(said.status, 1);
    assert!(said.err.contains("litopys init"), "{}", said.err);
    assert!(said.err.contains("--data"), "{}", said.err);
    assert!(!desk.path("data").exists());
}

#[test]
fn a_foreign_database_that_is_gone_ends_the_process_in_time() {
    let desk = Desk::new();
    desk.found();
    let began = Instant::now();
    let gone = desk
        .command()
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("DATABASE_URL", "postgres://litopys_writer@127.0.0.1:1/litopys")
        .output()
        .unwrap();
    assert_eq!(gone.status.code(), Some(1));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn a_foreign_database_that_dies_ends_the_process_in_time() {
    let desk = Desk::new();
    desk.found();
    let owner = Served::start(&desk);
    let url = desk.ok("database-url");
    let mut second = Served::start_with(&desk, &[("DATABASE_URL", url.trim())]);
    assert!(second.get("/livez").starts_with("HTTP/1.1 200"));
    let mut owner = owner;
    owner.signal("TERM");
    assert_eq!(owner.wait(), Some(0));
    let began = Instant::now();
    assert_eq!(second.wait(), Some(1));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn the_private_database_is_started_again() {
    let desk = Desk::new();
    desk.found();
    let mut served = Served::start(&desk);
    let pid = std::fs::read_to_string(desk.path("data/data/postmaster.pid")).unwrap();
    let pid = pid.lines().next().unwrap().to_owned();
    std::process::Command::new("kill").args(["-KILL", &pid]).status().unwrap();
    let began = Instant::now();
    loop {
        let ready = served.get("/readyz");
        let again = std::fs::read_to_string(desk.path("data/data/postmaster.pid"));
        let other = again.is_ok_and(|text| text.lines().next() != Some(pid.as_str()));
        if other && ready.starts_with("HTTP/1.1 200") {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{ready}");
        std::thread::sleep(Duration::from_millis(200));
    }
    served.signal("TERM");
    assert_eq!(served.wait(), Some(0));
}

#[test]
fn a_token_opens_what_its_scope_says() {
    let desk = Desk::new();
    desk.found();
    let mut served = Served::start(&desk);
    let token = desk.run_args(&["token", "--sub", "reader", "--scope", "log"]).out;
    let proof = served.get_as("/v1/proofs/0", token.trim());
    assert!(proof.starts_with("HTTP/1.1 200"), "{proof}");
    let entries = served.get_as("/tile/entries/000.p/1", token.trim());
    assert!(entries.starts_with("HTTP/1.1 403"), "{entries}");
    assert!(served.get("/v1/proofs/0").starts_with("HTTP/1.1 401"));
    let unknown = desk.run("token --sub reader --scope everything");
    assert_eq!(unknown.status, 1);
    assert!(unknown.err.contains("unknown scope"), "{}", unknown.err);
    served.signal("TERM");
    assert_eq!(served.wait(), Some(0));
}

impl Served {
    pub(crate) fn start(desk: &Desk) -> Self {
        Self::start_with(desk, &[])
    }

    pub(crate) fn start_with(desk: &Desk, env: &[(&str, &str)]) -> Self {
        let mut command = desk.command();
        command.args(["serve", "--listen", "127.0.0.1:0"]).envs(env.iter().copied());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit_once("http://").unwrap().1.to_owned();
        Self { child, address }
    }

    pub(crate) fn get(&self, path: &str) -> String {
        self.ask(path, "")
    }

    pub(crate) fn get_as(&self, path: &str, token: &str) -> String {
        self.ask(path, &format!("authorization: Bearer {token}\r\n"))
    }

    fn ask(&self, path: &str, headers: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: x\r\n{headers}connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    pub(crate) fn signal(&mut self, name: &str) {
        let pid = self.child.id().to_string();
        std::process::Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap();
    }

    /// The exit status; a process that does not end fails the test.
    pub(crate) fn wait(&mut self) -> Option<i32> {
        wait(&mut self.child)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal("TERM");
            _ = self.child.wait();
        }
    }
}

fn wait(child: &mut Child) -> Option<i32> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        assert!(began.elapsed() < Duration::from_secs(30), "the process does not end");
        std::thread::sleep(Duration::from_millis(50));
    }
}
