//! `waggle serve` as a process: how it starts, refuses to start, and ends.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Longest a process here may take.
const PATIENCE: Duration = Duration::from_secs(20);

fn waggle(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waggle"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn directory() -> TempDir {
    tempfile::Builder::new().prefix("waggle").tempdir().unwrap()
}

/// Between two looks at a condition.
fn pause() {
    std::thread::park_timeout(Duration::from_millis(5));
}

/// A service, killed when it goes out of sight.
struct Service {
    child: Child,
    address: String,
}

impl Service {
    fn start(data_dir: &Path) -> Self {
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--data-dir", data_dir.to_str().unwrap()];
        let mut child = waggle(&arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("waggle listens on http://").expect(&line).to_owned();
        Self { child, address }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    fn wait(&mut self) -> Option<i32> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(started.elapsed() < PATIENCE, "the service does not end");
            pause();
        }
    }

    /// Sends a request and leaves its answer to be read.
    fn send(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    /// A claim that waits for a minute.
    fn poll(&self) -> TcpStream {
        let body = r#"{"agent":"a","wait_ms":60000}"#;
        let head =
            "POST /v1/swarms/default/claims HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json";
        self.send(&format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
    }

    /// Waits until so many requests are being answered, this one among them.
    fn until_in_flight(&self, wanted: usize) {
        let started = Instant::now();
        let wanted = format!("waggle_http_requests_in_flight {wanted}\n");
        while !self.metrics().contains(&wanted) {
            assert!(started.elapsed() < PATIENCE, "no {wanted}");
        }
    }

    fn metrics(&self) -> String {
        let mut text = String::new();
        let request = "GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        self.send(request).read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// Exit status 2 and one line that holds all of `words`.
fn refused(output: &Output, words: &[&str]) {
    let message = String::from_utf8(output.stderr.clone()).unwrap();
    let lines: Vec<_> = message.lines().filter(|line| line.starts_with("waggle: ")).collect();
    assert_eq!((output.status.code(), lines.len()), (Some(2), 1), "{message}");
    assert!(words.iter().all(|word| lines[0].contains(word)), "{message}");
    assert!(output.stdout.is_empty());
}

#[test]
fn waiting_polls_are_answered_first_and_the_service_ends_in_order() {
    let data = directory();
    let mut service = Service::start(data.path());
    let mut polls: Vec<_> = (0..20).map(|_| service.poll()).collect();
    service.until_in_flight(21);
    let started = Instant::now();
    service.signal("TERM");
    for poll in &mut polls {
        let answer = read(poll);
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.ends_with(r#"{"tasks":[],"directive":"run"}"#),
            "{answer}"
        );
    }
    assert!(started.elapsed() < Duration::from_secs(2));
    assert_eq!(service.wait(), Some(0));
}

#[test]
fn a_second_signal_ends_the_service_at_once() {
    let data = directory();
    let mut service = Service::start(data.path());
    // Half a request is in flight for as long as its body is missing.
    let head = "POST /v1/swarms/default/tasks HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json";
    let _half = service.send(&format!("{head}\r\ncontent-length: 10\r\n\r\n{{"));
    service.until_in_flight(2);
    service.signal("TERM");
    let started = Instant::now();
    while service.child.try_wait().unwrap().is_none() && started.elapsed() < Duration::from_millis(500) {
        pause();
    }
    service.signal("INT");
    assert_eq!(service.wait(), Some(130));
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn what_was_submitted_outlives_a_restart() {
    let data = directory();
    let mut service = Service::start(data.path());
    let head = "POST /v1/swarms/default/tasks HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json";
    let answer = read(&mut service.send(&format!("{head}\r\ncontent-length: 13\r\n\r\n{{\"payload\":7}}")));
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    service.signal("INT");
    assert_eq!(service.wait(), Some(0));
    let service = Service::start(data.path());
    let list = "GET /v1/swarms/default/tasks HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    assert!(read(&mut service.send(list)).contains(r#""payload":7"#));
}

#[test]
fn what_keeps_the_service_from_starting_is_one_line_and_status_2() {
    let data = directory();
    let in_use = directory();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().to_string();
    let _service = Service::start(in_use.path());
    let deep = data.path().join("x".repeat(100));
    let data = data.path().to_str().unwrap();
    let cases: [(&[&str], &[&str]); 9] = [
        (&["--listen", &port], &["in use", "--listen", "server.listen"]),
        (&["--listen", "0.0.0.0:0"], &["server.listen", "--insecure-no-auth"]),
        (&["--listen", "nowhere"], &["server.listen", "127.0.0.1:8700"]),
        (&["--redis-server", "/nowhere/redis-server"], &["/nowhere/redis-server", "--redis-server"]),
        (&["--redis-server", "/bin/true"], &["/bin/true", "--redis-server"]),
        (&["--data-dir", in_use.path().to_str().unwrap()], &["in use", "--data-dir"]),
        (&["--data-dir", deep.to_str().unwrap()], &["socket path", "--data-dir"]),
        (&["--redis-url", "redis://127.0.0.1:1"], &["redis.url", "--redis-url"]),
        (&["--config", "/nowhere.toml"], &["/nowhere.toml", "--config"]),
    ];
    for (arguments, words) in cases {
        let mut command = waggle(&["serve"]);
        if !arguments.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        if !arguments.contains(&"--data-dir") {
            command.args(["--data-dir", data]);
        }
        refused(&command.args(arguments).output().unwrap(), words);
    }
}

#[test]
fn an_unknown_setting_is_one_line_and_status_2() {
    let data = directory();
    let file = data.path().join("waggle.toml");
    std::fs::write(&file, "[server]\nlistn = \"127.0.0.1:0\"\n").unwrap();
    let output = waggle(&["serve", "--config", file.to_str().unwrap()]).output().unwrap();
    refused(&output, &["server.listn", "waggle.toml", "server.listen"]);
    let output = waggle(&["serve"]).env("WAGGLE_REDIS__POOL__MAXX", "1").output().unwrap();
    refused(&output, &["WAGGLE_REDIS__POOL__MAXX", "WAGGLE_REDIS__POOL__MAX"]);
}

#[test]
fn a_redis_that_may_delete_tasks_is_refused() {
    let data = directory();
    let socket = data.path().join("s");
    let mut redis = Command::new("redis-server")
        .args(["--port", "0", "--maxmemory-policy", "allkeys-lru", "--save", "", "--unixsocket"])
        .arg(&socket)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while std::os::unix::net::UnixStream::connect(&socket).is_err() {
        assert!(started.elapsed() < PATIENCE);
    }
    let url = format!("unix://{}", socket.display());
    let output = waggle(&["serve", "--listen", "127.0.0.1:0", "--redis-url", &url]).output().unwrap();
    redis.kill().unwrap();
    redis.wait().unwrap();
    refused(&output, &["redis.url", "allkeys-lru", "noeviction"]);
}

#[test]
fn the_doctor_looks_at_a_running_service_and_at_one_that_rests() {
    let data = directory();
    let path = data.path().to_str().unwrap();
    let examine = || waggle(&["doctor", "--audit", "--json", "--data-dir", path]).output().unwrap();
    let mut service = Service::start(data.path());
    let running = examine();
    service.signal("TERM");
    assert_eq!(service.wait(), Some(0));
    for output in [running, examine()] {
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{text}");
        assert!(text.contains(r#""ok": true"#) && text.contains("every invariant holds"), "{text}");
    }
    let missing = waggle(&["doctor", "--data-dir", "/nowhere/data"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(1));
}

#[test]
fn migrate_says_that_there_is_nothing_to_do() {
    let data = directory();
    let migrate = || waggle(&["migrate", "--data-dir", data.path().to_str().unwrap()]).output().unwrap();
    let (first, second) = (migrate(), migrate());
    assert_eq!((first.status.code(), second.status.code()), (Some(0), Some(0)));
    assert!(String::from_utf8(second.stdout).unwrap().contains("nothing to do"));
}
