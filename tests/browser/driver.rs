//! chromedriver, one for all tests of this binary, and the browsers that it starts.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::{LazyLock, mpsc};
use std::time::Duration;

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, SemaphorePermit};
use waggle_tests::{new_dir, spawn};

/// Browsers at the same time: each is a handful of processes.
const BROWSERS: usize = 2;
const START: Duration = Duration::from_secs(30);
const GREETING: &str = "started successfully on port ";
/// The browser speaks to nobody but the service, and ends with the pipe to its driver: none outlives the tests.
const FLAGS: [&str; 11] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
];

static ROOM: Semaphore = Semaphore::const_new(BROWSERS);
static DRIVER: LazyLock<Driver> = LazyLock::new(Driver::start);

/// A running chromedriver; it dies with this process.
struct Driver {
    port: u16,
    _child: Child,
}

/// A browser with a profile of its own.
pub(crate) struct Browser {
    pub(crate) client: Client,
    http: reqwest::Client,
    session: String,
    _room: SemaphorePermit<'static>,
}

impl Driver {
    fn start() -> Self {
        let mut command = Command::new("chromedriver");
        let mut child = spawn(command.arg("--port=0")).unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let (said, port) = mpsc::channel();
        // Reads on to the end: a full pipe would stop the driver.
        std::thread::spawn(move || {
            for port in lines.filter_map(|line| port_of(&line)) {
                // Nobody listens any more when the driver was given up.
                let _ = said.send(port);
            }
        });
        Self { port: port.recv_timeout(START).expect("chromedriver says its port"), _child: child }
    }

    fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Browser {
    /// Starts a browser as soon as there is room for one.
    pub(crate) async fn start() -> Self {
        assert_installed();
        let room = ROOM.acquire().await.unwrap();
        let address = tokio::task::spawn_blocking(|| DRIVER.address()).await.unwrap();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities())
            .connect(&address)
            .await
            .unwrap();
        let session = client.session_id().await.unwrap().unwrap();
        let http = waggle_tests::http_client(None).build().unwrap();
        Self { client, http, session: format!("{address}/session/{session}"), _room: room }
    }

    /// A command of the Chrome DevTools Protocol.
    pub(crate) async fn devtools(&self, command: &str, params: Value) -> Value {
        self.post("goog/cdp/execute", json!({ "cmd": command, "params": params })).await
    }

    /// What the browser wrote to its console since the last look.
    pub(crate) async fn console(&self) -> Vec<Value> {
        let entries = self.post("se/log", json!({ "type": "browser" })).await;
        entries.as_array().unwrap().clone()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}/{path}", self.session)).body(body.to_string());
        let answer: Value =
            serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
        assert!(answer["value"].get("error").is_none(), "{path}: {answer}");
        answer["value"].clone()
    }
}

fn capabilities() -> Capabilities {
    let profile = format!("--user-data-dir={}", new_dir("browser").display());
    let flags: Vec<_> = FLAGS.into_iter().map(str::to_owned).chain([profile]).collect();
    let capabilities = json!({
        "goog:chromeOptions": { "binary": path_of("chromium"), "args": flags },
        "goog:loggingPrefs": { "browser": "ALL" },
    });
    serde_json::from_value(capabilities).unwrap()
}

/// Each test says what is missing, and none is left out.
fn assert_installed() {
    for program in ["chromium", "chromedriver"] {
        assert!(path_of(program).is_some(), "{program} is missing: apt-get install chromium chromium-driver");
    }
}

fn path_of(program: &str) -> Option<String> {
    let path = std::env::var("PATH").unwrap_or_default();
    let files = path.split(':').map(|folder| Path::new(folder).join(program));
    files.into_iter().find(|file| file.is_file()).map(|file| file.display().to_string())
}

fn port_of(line: &str) -> Option<u16> {
    line.split_once(GREETING)?.1.trim_end_matches('.').parse().ok()
}
