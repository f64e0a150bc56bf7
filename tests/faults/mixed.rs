//! The load with all that a task may use mixed in by chance: chains and fan-ins, keys of concurrency and of fairness,
//! priorities, timeouts, deadlines, tasks for one agent, questions to a person.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::{join, join_all, join3};
use serde_json::{Map, Value, json};
use waggle_task_queue::model::Stamp;
use waggle_tests::history::{Client, Ended, History, Witness};
use waggle_tests::{Act, Agent, Held, MachineClock, PATIENCE, Task, World, task, until};

use crate::support::{DRAIN, LEASE_MS, LOOK_AGAIN, RETENTION_MS, judge};

const QUEUE: &str = "mixed";
const KEYS: [&str; 3] = ["red", "green", "blue"];
const PER_KEY: u64 = 2;
/// Of all keys together: as many as the keys allow.
const CONCURRENCY: u64 = 6;
/// Between two submits of one submitter once it has submitted as many as it has to.
const PACE: Duration = Duration::from_millis(60);
const UNFINISHED: [&str; 5] = ["blocked", "scheduled", "ready", "running", "input_required"];
const SCRIPT: [Act; 13] = [
    Act::Complete,
    Act::Work,
    Act::Ask,
    Act::Work,
    Act::Fail,
    Act::Complete,
    Act::Heartbeat,
    Act::Release,
    Act::Work,
    Act::Ask,
    Act::CompleteTwice,
    Act::Work,
    Act::Abandon,
];

/// As [`Load`](crate::support::Load); what the tasks are is drawn by `seed`.
pub(crate) struct Mixed {
    pub(crate) submitters: usize,
    pub(crate) tasks: usize,
    pub(crate) agents: usize,
    pub(crate) seed: u64,
}

impl Mixed {
    pub(crate) async fn run(&self, worlds: &[World], fault: impl Future<Output = ()>) -> History {
        self.run_on(worlds, fault, &AtomicBool::new(false), &MachineClock::default()).await
    }

    /// As [`run`](Self::run), with more tasks for as long as it `goes_on`, on a Redis with this clock.
    pub(crate) async fn run_on(
        &self,
        worlds: &[World],
        fault: impl Future<Output = ()>,
        goes_on: &AtomicBool,
        clock: &MachineClock,
    ) -> History {
        let rules = json!({"concurrency": CONCURRENCY, "concurrency_per_key": PER_KEY});
        worlds[0].put(&format!("/queues/{QUEUE}")).json(rules).send().await.expect(201);
        let history = History::by(clock);
        let witness = Witness::new(worlds[0].swarm(), &history, &[Arc::clone(worlds[0].service())]);
        let stop = Arc::new(AtomicBool::new(false));
        let world = |n: usize| worlds[n % worlds.len()].clone();
        let agents = join_all((0..self.agents).map(|n| {
            let mut script = SCRIPT;
            script.rotate_left(3 * n % SCRIPT.len());
            let agent = Agent::new(name_of(n), &history).queue(QUEUE).script(&script).lease_ms(LEASE_MS);
            agent.until(&stop).work(world(n))
        }));
        let submitters =
            join_all((0..self.submitters).map(|n| self.submit(world(n), &history, n, goes_on, clock)));
        let end = async {
            let (acknowledged, ()) = join(submitters, fault).await;
            until_finished(&worlds[0], acknowledged.iter().sum()).await;
            stop.store(true, Ordering::Relaxed);
        };
        join3(agents, answer(world(1), &history, &stop), end).await;
        let there = judge(&worlds[0], &history, &witness).await;
        self.assert_mixed(&there);
        assert_free(&worlds[0]).await;
        history
    }

    /// Returns how many of its tasks were acknowledged.
    async fn submit(
        &self,
        world: World,
        history: &History,
        number: usize,
        goes_on: &AtomicBool,
        clock: &MachineClock,
    ) -> u64 {
        let mut dice = Dice(self.seed.wrapping_mul(1_000).wrapping_add(number as u64));
        let mut client = Client::new(history, &world, &format!("submitter{number}"));
        let mut ids: Vec<String> = Vec::new();
        for n in 0.. {
            if n >= self.tasks {
                if !goes_on.load(Ordering::Relaxed) {
                    break;
                }
                tokio::time::sleep(PACE).await;
            }
            let (new, deadline) = self.draw(&mut dice, &ids, clock.now());
            let marker = format!("m{number}/{n}");
            until("a submit is answered, or too late", PATIENCE, async || {
                if let Ended::Ok(id) = client.submit(&marker, new.clone()).await {
                    ids.push(id);
                    return true;
                }
                deadline.is_some_and(|deadline| deadline < clock.now())
            })
            .await;
            if dice.throw(15) == 0 && !ids.is_empty() {
                let _ = client.cancel(&ids[dice.throw(ids.len())]).await;
            }
        }
        ids.len() as u64
    }

    /// A task by chance, which may depend on those before it; and its deadline.
    fn draw(&self, dice: &mut Dice, before: &[String], Stamp(now): Stamp) -> (Task, Option<Stamp>) {
        let mut says = Map::new();
        let attempts = if dice.throw(4) == 0 { 1 + dice.throw(2) } else { 50 };
        let mut new = task()
            .queue(QUEUE)
            .priority(dice.throw(10))
            .lease_ms(LEASE_MS)
            .max_attempts(attempts)
            .with("retention_ms", RETENTION_MS);
        if !before.is_empty() && dice.throw(2) == 0 {
            let last = before.len() - 1;
            let on: Vec<_> = match dice.throw(3) {
                0 => (0..=dice.throw(5)).map(|_| &before[dice.throw(before.len())]).collect(),
                _ => vec![&before[last]],
            };
            let policy = ["fail", "cancel", "run"][dice.throw(3)];
            new = new.depends_on(json!(on)).on_dependency_failure(policy);
            says.insert("policy".to_owned(), json!(policy));
        }
        if dice.throw(3) > 0 {
            new = new.with("concurrency_key", KEYS[dice.throw(KEYS.len())]);
            says.insert("per_key".to_owned(), json!(PER_KEY));
        }
        if dice.throw(2) == 0 {
            new = new.with("fairness_key", format!("f{}", dice.throw(3)));
            new = new.with("fairness_weight", 1 + dice.throw(3));
        }
        if dice.throw(5) == 0 {
            let timeout = 150 + dice.throw(500);
            // The usual one grows beyond what is waited for in the end, where faults let many attempts time out.
            let backoff = json!({"kind": "exponential", "base_ms": 200, "max_ms": 2_000});
            new = new.with("timeout_ms", timeout).backoff(backoff);
            says.insert("timeout_ms".to_owned(), json!(timeout));
        }
        if dice.throw(6) == 0 {
            let agent = name_of(dice.throw(self.agents));
            new = new.agent(agent.clone());
            says.insert("pinned".to_owned(), json!(agent));
        }
        let deadline =
            (dice.throw(8) == 0).then(|| Stamp(now + 300 + i64::try_from(dice.throw(2_000)).unwrap()));
        if let Some(deadline) = deadline {
            new = new.with("deadline", deadline.to_text());
        }
        (new.with("metadata", says), deadline)
    }

    /// What was drawn has shown something.
    fn assert_mixed(&self, tasks: &[Value]) {
        let any = |what: &str, holds: &dyn Fn(&Value) -> bool| {
            assert!(tasks.iter().any(holds), "seed {}: no task {what}", self.seed);
        };
        any("was completed after others", &|task| {
            task["status"] == "completed" && task["depends_on"] != json!([])
        });
        any("gave up", &|task| task["error"]["kind"] == "dependency_failed");
        any("had a key", &|task| !task["concurrency_key"].is_null());
        any("was for one agent", &|task| !task["metadata"]["pinned"].is_null());
        any("was answered by a person", &|task| !task["input"]["value"].is_null());
    }
}

fn name_of(agent: usize) -> String {
    format!("agent{agent}")
}

/// A person who answers whatever is asked.
async fn answer(world: World, history: &History, stop: &AtomicBool) {
    let mut client = Client::new(history, &world, "person");
    while !stop.load(Ordering::Relaxed) {
        let asked = world.get("/tasks?status=input_required&limit=500").try_send().await;
        for task in asked.iter().flat_map(|reply| reply.body["items"].as_array()).flatten() {
            let _ = client.answer(task["id"].as_str().unwrap(), json!("yes")).await;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// All numbers of one look are of one instant: what moves from state to state meanwhile is not missed.
async fn until_finished(world: &World, acknowledged: u64) {
    until("all tasks have finished", DRAIN, async || {
        let Ok(stats) = world.get("/stats").try_send().await else { return false };
        let Some(tasks) = stats.body["tasks"].as_object() else { return false };
        let all: u64 = tasks.values().filter_map(Value::as_u64).sum();
        all >= acknowledged && UNFINISHED.iter().all(|status| tasks[*status] == 0)
    })
    .await;
}

/// No slot was left behind, and none is there twice: of each key as many tasks run again as may.
async fn assert_free(w: &World) {
    let of = |key: &'static str| (0..=PER_KEY).map(move |_| task().queue(QUEUE).with("concurrency_key", key));
    w.submit_many(KEYS.into_iter().flat_map(of)).await;
    let claim = json!({"agent": "afterwards", "queues": [QUEUE], "max_tasks": 100});
    let held = w.claim_with(claim.clone()).await;
    let mut running: HashMap<&str, u64> = HashMap::new();
    for held in &held {
        *running.entry(held.task["concurrency_key"].as_str().unwrap()).or_default() += 1;
    }
    assert_eq!(running, KEYS.into_iter().map(|key| (key, PER_KEY)).collect(), "slots of each key");
    complete(w, &held).await;
    let held = w.claim_with(claim).await;
    assert_eq!(held.len(), KEYS.len(), "one of each key is left");
    complete(w, &held).await;
}

async fn complete(w: &World, held: &[Held]) {
    for held in held {
        w.complete(held, 1).await.ok();
    }
}

/// Numbers that only look random: a test that fails, fails again.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}
