//! The way from one version of the keys to the next.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::Barrier;
use waggle_core::{Error, Redis, redis};
use waggle_task_queue::migrate::{self, KeyspaceState, Migrated, Migrator, Progress, Step, StepFuture};
use waggle_task_queue::{audit, library};

use crate::support::TestServer;

const LEDGER: &str = "wg:{*}:ledger";
const ITEMS: usize = 50;
const PART: usize = 10;

/// Marks 50 items, ten in a run: a set of marks, and how often each was set.
#[derive(Clone)]
struct Mark {
    number: u32,
    /// Runs that succeed before one is cut off, after its work and before it is noted.
    runs: Arc<AtomicUsize>,
    cursors: Arc<Mutex<Vec<String>>>,
    /// Two processes that meet in each run.
    together: Option<Arc<Barrier>>,
}

impl Mark {
    fn new(number: u32) -> Self {
        let (runs, cursors) = (Arc::new(AtomicUsize::new(usize::MAX)), Arc::default());
        Self { number, runs, cursors, together: None }
    }

    async fn part(&self, redis: &Redis, cursor: &str) -> Result<Progress, Error> {
        self.cursors.lock().unwrap().push(cursor.to_owned());
        if let Some(together) = &self.together {
            together.wait().await;
        }
        let from: usize = cursor.parse().unwrap_or(0);
        let mut connection = redis.exclusive().await?;
        for item in from..(from + PART).min(ITEMS) {
            connection.query(redis::cmd("SADD").arg(format!("marks{}", self.number)).arg(item)).await?;
        }
        if self.runs.fetch_sub(1, Ordering::Relaxed) == 0 {
            return Err(Error::Unavailable { detail: "cut off".to_owned() });
        }
        let reached = from + PART;
        Ok(if reached >= ITEMS { Progress::Done } else { Progress::Next(reached.to_string()) })
    }
}

impl Step for Mark {
    fn number(&self) -> u32 {
        self.number
    }

    fn name(&self) -> &'static str {
        "mark items"
    }

    fn run_once<'a>(&'a self, redis: &'a Redis, cursor: &'a str) -> StepFuture<'a> {
        Box::pin(self.part(redis, cursor))
    }
}

fn migrator(steps: &[&Mark]) -> Migrator {
    Migrator::new(steps.iter().map(|step| Box::new((*step).clone()) as Box<dyn Step>).collect())
}

/// A server whose keys have version 1.
async fn begun() -> (TestServer, Redis) {
    let server = TestServer::start();
    let redis = server.connect(library()).await;
    migrate::begin(&redis).await.unwrap();
    (server, redis)
}

fn marks(server: &TestServer, number: u32) -> usize {
    server.raw(&["SCARD", &format!("marks{number}")])
}

fn field(server: &TestServer, field: &str) -> Option<String> {
    server.raw(&["HGET", LEDGER, field])
}

#[tokio::test]
async fn empty_keys_are_begun_once() {
    let server = TestServer::start();
    let redis = server.connect(library()).await;
    let () = server.raw(&["SET", "of:somebody:else", "1"]);
    assert_eq!(migrate::status(&redis).await.unwrap(), KeyspaceState::Empty);
    migrate::begin(&redis).await.unwrap();
    assert_eq!(migrate::status(&redis).await.unwrap(), KeyspaceState::Current);
    let begun_at = field(&server, "begun_at").unwrap();
    migrate::begin(&redis).await.unwrap();
    assert_eq!(field(&server, "begun_at").unwrap(), begun_at);
    assert_eq!(field(&server, "begun_by").unwrap(), env!("CARGO_PKG_VERSION"));
    assert!(audit::run(&redis).await.unwrap().is_clean());
    let unchanged = migrate::run(&redis, |_| panic!("nothing is to be done")).await.unwrap();
    assert_eq!(unchanged, Migrated { from: 1, to: 1 });
}

#[tokio::test]
async fn migrating_empty_keys_begins_them() {
    let server = TestServer::start();
    let redis = server.connect(library()).await;
    let mut said = Vec::new();
    migrate::run(&redis, |sentence| said.push(sentence.to_owned())).await.unwrap();
    assert_eq!(said, ["there were no keys: begun with version 1"]);
    assert_eq!(migrate::status(&redis).await.unwrap(), KeyspaceState::Current);
}

#[tokio::test]
async fn keys_without_a_ledger_are_given_one() {
    let server = TestServer::start();
    let redis = server.connect(library()).await;
    let () = server.raw(&["SET", "wg:{default}:clock", "1"]);
    let state = migrate::status(&redis).await.unwrap();
    assert_eq!(state, KeyspaceState::Older { found: 0, needed: 1 });
    assert!(state.to_string().ends_with("run `waggle migrate`"), "{state}");
    assert_eq!(migrate::run(&redis, |_| {}).await.unwrap(), Migrated { from: 0, to: 1 });
    assert_eq!(migrate::status(&redis).await.unwrap(), KeyspaceState::Current);
}

#[tokio::test]
async fn newer_keys_are_refused_and_left_alone() {
    let (server, redis) = begun().await;
    let _: i64 = server.raw(&["HSET", LEDGER, "version", "2"]);
    let state = migrate::status(&redis).await.unwrap();
    assert_eq!(state, KeyspaceState::Newer { found: 2, known: 1 });
    assert!(!state.is_usable() && state.to_string().ends_with("run a newer waggle"), "{state}");
    let refused = migrate::run(&redis, |_| panic!("nothing may be done")).await.unwrap_err();
    assert_eq!(refused.to_string(), state.to_string());
    assert!(migrate::begin(&redis).await.is_err());
    assert_eq!(field(&server, "version").unwrap(), "2");
}

#[tokio::test]
async fn all_steps_that_are_not_done_run_in_their_order() {
    let (server, redis) = begun().await;
    let steps = [&Mark::new(1), &Mark::new(2), &Mark::new(3)];
    let migrator = migrator(&steps);
    assert_eq!(migrator.status(&redis).await.unwrap(), KeyspaceState::Older { found: 1, needed: 3 });
    let mut said = Vec::new();
    let migrated = migrator.run(&redis, |sentence| said.push(sentence.to_owned())).await.unwrap();
    assert_eq!(migrated, Migrated { from: 1, to: 3 });
    assert_eq!([1, 2, 3].map(|number| marks(&server, number)), [0, ITEMS, ITEMS]);
    assert_eq!(said.len(), 4);
    assert_eq!(said[0], "step 2 (mark items): begins");
    assert_eq!(said[3], "step 3 (mark items): done");
    assert_eq!(*steps[1].cursors.lock().unwrap(), ["", "10", "20", "30", "40"]);
    assert!(field(&server, "done:2").unwrap().ends_with(" mark items"));
    assert_eq!((field(&server, "step"), field(&server, "step_cursor")), (None, None));
    assert_eq!(migrator.status(&redis).await.unwrap(), KeyspaceState::Current);
}

#[tokio::test]
async fn an_interrupted_step_goes_on_where_it_was_and_older_programs_refuse_meanwhile() {
    let (server, redis) = begun().await;
    let step = Mark::new(2);
    step.runs.store(2, Ordering::Relaxed);
    let migrator = migrator(&[&Mark::new(1), &step]);
    let error = migrator.run(&redis, |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("cut off"), "{error}");
    assert_eq!(
        (field(&server, "step"), field(&server, "step_cursor")),
        (Some("2".into()), Some("20".into()))
    );
    assert_eq!(migrate::status(&redis).await.unwrap(), KeyspaceState::Newer { found: 2, known: 1 });
    assert_eq!(migrator.status(&redis).await.unwrap(), KeyspaceState::Older { found: 1, needed: 2 });

    step.runs.store(usize::MAX, Ordering::Relaxed);
    assert_eq!(migrator.run(&redis, |_| {}).await.unwrap(), Migrated { from: 1, to: 2 });
    assert_eq!(*step.cursors.lock().unwrap(), ["", "10", "20", "20", "30", "40"]);
    assert_eq!(marks(&server, 2), ITEMS);
}

#[tokio::test]
async fn two_processes_migrate_at_once() {
    let (server, redis) = begun().await;
    let other = server.connect(library()).await;
    let mut step = Mark::new(2);
    step.together = Some(Arc::new(Barrier::new(2)));
    let (one, two) = (migrator(&[&Mark::new(1), &step]), migrator(&[&Mark::new(1), &step]));
    let (one, two) = tokio::join!(one.run(&redis, |_| {}), two.run(&other, |_| {}));
    assert_eq!((one.unwrap().to, two.unwrap().to), (2, 2));
    assert_eq!(marks(&server, 2), ITEMS);
    assert_eq!(field(&server, "version").unwrap(), "2");
    assert_eq!(step.cursors.lock().unwrap().len(), 2 * ITEMS / PART, "both went all the way");
}

#[tokio::test]
async fn who_is_overtaken_does_not_set_the_step_back() {
    let (server, redis) = begun().await;
    let step = Mark::new(2);
    step.runs.store(1, Ordering::Relaxed);
    let migrator = migrator(&[&Mark::new(1), &step]);
    migrator.run(&redis, |_| {}).await.unwrap_err();
    let other = server.connect(library()).await;
    let mut slow = Mark::new(2);
    slow.together = Some(Arc::new(Barrier::new(2)));
    let slow_migrator = self::migrator(&[&Mark::new(1), &slow]);
    let slow_run = tokio::spawn(async move { slow_migrator.run(&other, |_| {}).await });
    // It stands in its run from 10; meanwhile the step is finished by somebody else.
    step.runs.store(usize::MAX, Ordering::Relaxed);
    while slow.cursors.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    migrator.run(&redis, |_| {}).await.unwrap();
    slow.together.as_ref().unwrap().wait().await;
    assert_eq!(slow_run.await.unwrap().unwrap().to, 2);
    assert_eq!(*slow.cursors.lock().unwrap(), ["10"]);
    assert_eq!((field(&server, "version").unwrap(), field(&server, "step")), ("2".to_owned(), None));
}

#[tokio::test]
async fn a_step_that_makes_no_progress_ends_with_its_name() {
    struct Stuck;
    impl Step for Stuck {
        fn number(&self) -> u32 {
            1
        }
        fn name(&self) -> &'static str {
            "turn in circles"
        }
        fn run_once<'a>(&'a self, _: &'a Redis, _: &'a str) -> StepFuture<'a> {
            Box::pin(std::future::ready(Ok(Progress::Next("here".to_owned()))))
        }
    }
    let server = TestServer::start();
    let redis = server.connect(library()).await;
    let () = server.raw(&["SET", "wg:{default}:clock", "1"]);
    let error = Migrator::new(vec![Box::new(Stuck)]).run(&redis, |_| {}).await.unwrap_err();
    assert!(
        error.to_string().starts_with("step 1 (turn in circles) makes no progress at \"here\""),
        "{error}"
    );
}
