//! How a test runs: a swarm of its own, a deadline, and the audit at its end.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::runtime::Builder;

use crate::shared::strict_setup;
use crate::{Client, PATIENCE, Service, World, shared, until};

/// The longest any test may take.
const DEADLINE: Duration = Duration::from_secs(240);
/// Characters of a test's name that its swarm carries.
const NAME_CHARS: usize = 100;

static NEXT: AtomicU64 = AtomicU64::new(0);

/// Runs `test` in a new swarm of the binary's service; then the service must be ready and the swarm free of findings.
pub fn in_a_swarm(test: impl AsyncFnOnce(World)) {
    let service = shared();
    run(&service, Client::keeping_alive(&service.base()), test);
}

/// As [`in_a_swarm`], on a service of the test's own that keeps what it has answered: for tests that break it.
pub fn on_a_service(test: impl AsyncFnOnce(World)) {
    in_a_swarm_of(&Service::start(strict_setup()), test);
}

/// As [`in_a_swarm`], on the service given.
pub fn in_a_swarm_of(service: &Arc<Service>, test: impl AsyncFnOnce(World)) {
    run(service, service.client(), test);
}

fn run(service: &Arc<Service>, client: Client, test: impl AsyncFnOnce(World)) {
    let runtime = Runtime(Some(Builder::new_current_thread().enable_all().build().unwrap()));
    let shown = ShownOnPanic(service);
    runtime.run(async {
        let world = World::new(service, client, &swarm_name()).await;
        let swarm = world.swarm().to_owned();
        // It outlives its deadline, so that what it holds can tell that it failed.
        let mut test = pin!(test(world));
        tokio::time::timeout(DEADLINE, test.as_mut()).await.expect("a test ends within its deadline");
        assert_sound(service, &swarm).await;
    });
    drop(shown);
}

/// The service is ready, and nothing that the test left behind breaks an invariant.
async fn assert_sound(service: &Arc<Service>, swarm: &str) {
    let client = service.client();
    until("the service is ready at the end of the test", PATIENCE, async || {
        client.get("/health/ready").try_send().await.is_ok_and(|reply| reply.status == 200)
    })
    .await;
    let findings = service.audit(swarm).await;
    assert!(findings.is_empty(), "the audit of swarm {swarm} found:\n{}", findings.join("\n"));
}

/// The test's name, so that a log line or a key tells where it comes from.
fn swarm_name() -> String {
    let thread = std::thread::current();
    let name: String = thread.name().unwrap_or("test").chars().filter(char::is_ascii).collect();
    let start = name.len().saturating_sub(NAME_CHARS);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{}-{number}", name[start..].trim_start_matches(|c: char| !c.is_ascii_alphanumeric()))
}

/// Waits for nobody at its end: a test that failed may have left a thread at work for ever.
struct Runtime(Option<tokio::runtime::Runtime>);

impl Runtime {
    fn run(&self, test: impl Future<Output = ()>) {
        self.0.as_ref().expect("it is there until it is dropped").block_on(test);
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

struct ShownOnPanic<'a>(&'a Service);

impl Drop for ShownOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the service's log ends with:\n{}", self.0.log_tail());
        }
    }
}
