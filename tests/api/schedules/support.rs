use serde_json::{Value, json};
use waggle_tests::{PATIENCE, Reply, World, until_some};

/// A schedule that is not due while a test lasts.
pub(crate) fn yearly() -> Value {
    json!({"cron": "0 0 1 1 *", "task": {"payload": 1}})
}

/// One that is due each second.
pub(crate) fn each_second() -> Value {
    json!({"cron": "* * * * * *", "task": {"payload": 1}})
}

pub(crate) async fn put(w: &World, name: &str, schedule: &Value) -> Reply {
    w.put(&format!("/schedules/{name}")).json(schedule.clone()).send().await
}

pub(crate) async fn get(w: &World, name: &str) -> Value {
    w.get(&format!("/schedules/{name}")).send().await.ok()
}

/// The schedule, once this holds of it.
pub(crate) async fn until_schedule(w: &World, name: &str, holds: impl Fn(&Value) -> bool) -> Value {
    until_some("the schedule is as it should be", PATIENCE, async || Some(get(w, name).await).filter(&holds))
        .await
}
