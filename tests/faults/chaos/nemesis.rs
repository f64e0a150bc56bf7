//! Whoever makes the faults, and looks how long it takes until all is well again.

use std::time::{Duration, Instant};

use serde_json::json;
use waggle_tests::{Held, World};

use super::fault::Fault;
use super::report::Report;
use super::stage::Stage;

/// Between two faults, and after the last one.
const CALM: Duration = Duration::from_millis(250);
const AGAIN: Duration = Duration::from_millis(20);
/// Where the looks are: no history of a load knows of it.
const PROBES: &str = "chaos-probes";

/// Makes one fault after the other; after each one both servers have to recover in time.
///
/// # Panics
/// When they do not.
pub(super) async fn strike(stage: &Stage, w: &World, faults: &[Fault], report: &mut Report) {
    let probes = stage.worlds(&w.beside(PROBES));
    for (n, fault) in faults.iter().enumerate() {
        tokio::time::sleep(CALM).await;
        let gone = stage.suffer(w, *fault, n).await;
        for probe in &probes {
            recover(probe, gone, *fault, report.bound()).await;
        }
        report.suffered(*fault, gone.elapsed());
    }
    tokio::time::sleep(CALM).await;
}

/// The same without a look at anything: for servers of which nobody expects that they are well.
pub(super) async fn strike_blindly(stage: &Stage, w: &World, faults: &[Fault]) {
    for (n, fault) in faults.iter().enumerate() {
        tokio::time::sleep(CALM).await;
        stage.suffer(w, *fault, n).await;
    }
    tokio::time::sleep(CALM).await;
}

async fn recover(probe: &World, gone: Instant, fault: Fault, bound: Duration) {
    let in_time = || assert!(gone.elapsed() < bound, "{:?} after {fault:?} it does not work", gone.elapsed());
    while life(probe).await.is_none() {
        in_time();
        tokio::time::sleep(AGAIN).await;
    }
    in_time();
}

/// A task from its submit to its completion; nothing where any step of it did not work.
async fn life(probe: &World) -> Option<()> {
    let made = probe.put("").try_send().await.ok()?;
    matches!(made.status, 200 | 201).then_some(())?;
    let submitted = probe.post("/tasks").json(json!({})).try_send().await.ok()?;
    (submitted.status == 201).then_some(())?;
    let claimed = probe.post("/claims").json(json!({"agent": "probe"})).try_send().await.ok()?;
    let held = Held::all(&claimed.body).into_iter().next()?;
    let complete = probe.post(&format!("/tasks/{}/complete", held.id));
    let completed = complete.json(json!({"lease": held.token})).try_send().await.ok()?;
    (completed.status == 200).then_some(())
}
