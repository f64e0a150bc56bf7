use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::checks::Checks;
use crate::perf::validate::Broken;
use crate::perf::validate::client::Request;
use crate::perf::validate::ground::{Ground, Held};

/// The lease of the agent that dies.
const SHORT_MS: u64 = 300;
/// How long its task may take to come back: its lease, and the round of the reaper.
const BACK: Duration = Duration::from_secs(10);
const DEAD: &str = "dead";
const HEIR: &str = "heir";

#[derive(Deserialize)]
struct Task {
    status: String,
}

/// Whoever lost a task cannot finish it, however it was lost, and the task is not lost with them.
pub(super) async fn check(ground: &Ground, checks: &mut Checks) -> Result<(), Broken> {
    let task = json!({ "queue": DEAD, "payload": 1, "lease_ms": SHORT_MS });
    let id = ground.submit(&task).await?;
    let old = one(ground, DEAD, DEAD).await?;
    // The agent says nothing any more, and another one waits.
    let new = one(ground, HEIR, DEAD).await?;
    checks.that(new.id == id && new.attempt == 2, || "a dead agent's task did not come back".to_owned());
    overtaken(ground, &old, &new, "an ended lease", checks).await?;

    let id = ground.submit(&json!({ "queue": "released", "payload": 1 })).await?;
    let old = one(ground, DEAD, "released").await?;
    let release =
        Request::post(ground.path(&format!("/tasks/{id}/release")), &json!({ "lease": old.lease.token }))?;
    ground.client.done(&release).await?;
    let new = one(ground, HEIR, "released").await?;
    overtaken(ground, &old, &new, "a released lease", checks).await
}

async fn one(ground: &Ground, agent: &str, queue: &str) -> Result<Held, Broken> {
    let mut held = ground.claim(agent, queue, 1, BACK).await?;
    held.pop().ok_or_else(|| Broken::new(format!("no task came to {agent} within {BACK:?}")))
}

/// The older lease finishes and extends nothing; the newer one finishes, once.
async fn overtaken(
    ground: &Ground,
    old: &Held,
    new: &Held,
    what: &str,
    checks: &mut Checks,
) -> Result<(), Broken> {
    let heartbeat = ground.path(&format!("/tasks/{}/heartbeat", old.id));
    let extend = Request::post(heartbeat, &json!({ "lease": old.lease.token }))?;
    let complete = ground.completing(&old.id, &old.lease.token, &json!("late"))?;
    for (done, request) in [("extended", extend), ("completed", complete)] {
        let status = ground.client.ask(&request).await?.status;
        checks.that(status == 409, || format!("{what} {done} its task: answered with {status}, not 409"));
    }
    let task: Task = ground.client.json(&Request::get(ground.path(&format!("/tasks/{}", old.id)))).await?;
    checks.that(task.status == "running", || format!("{what}: its task is {}, not running", task.status));
    let complete = ground.completing(&new.id, &new.lease.token, &json!("done"))?;
    for _ in 0..2 {
        let status = ground.client.ask(&complete).await?.status;
        checks.that(status == 200, || format!("{what}: its heir was answered with {status}, not 200"));
    }
    Ok(())
}
