//! Runs the program, one validation at a time: they would measure each other.

use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard};
use waggle_tests::Service;

/// What begins the name of a validation's swarm.
pub(crate) const PREFIX: &str = "waggle-validate-";
/// How much looser limits of speed are for the build that tests use, on a machine that does other things as well. What
/// is to fail by its speed is tested with --strict.
const SLACK: &str = "20";

static ONE: Mutex<()> = Mutex::const_new(());

/// What the program found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) status: Option<i32>,
    pub(crate) json: Value,
    pub(crate) progress: String,
}

/// Waits until no other test measures; none does as long as this is kept.
pub(crate) async fn alone() -> MutexGuard<'static, ()> {
    ONE.lock().await
}

/// The same, for a test that is not asynchronous itself.
pub(crate) fn alone_blocking() -> MutexGuard<'static, ()> {
    ONE.blocking_lock()
}

/// `waggle validate --quick --json` with `flags`, of the service at `url`.
pub(crate) fn validate(service: &Service, url: &str, flags: &[&str]) -> Found {
    let all = [&["validate", "--quick", "--json", "--slack", SLACK, "--url", url], flags].concat();
    let output = service.setup().run(&all);
    let progress = String::from_utf8(output.stderr).unwrap();
    let json = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("one JSON object: {:?}, {progress}", output.stdout));
    Found { status: output.status.code(), json, progress }
}

impl Found {
    /// The tests that did not pass.
    pub(crate) fn failed(&self) -> Vec<&str> {
        let tests = self.json["tests"].as_array().unwrap().iter();
        tests.filter(|test| test["verdict"] != "pass").map(|test| test["name"].as_str().unwrap()).collect()
    }
}

/// Swarms of validations that are there.
pub(crate) async fn swarms(service: &Service) -> Vec<String> {
    let page = service.client().get("/v1/swarms?limit=500").send().await.ok();
    let names =
        page["items"].as_array().unwrap().iter().map(|swarm| swarm["name"].as_str().unwrap().to_owned());
    names.filter(|name| name.starts_with(PREFIX)).collect()
}
