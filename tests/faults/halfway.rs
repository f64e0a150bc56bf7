//! Calls that take several steps, and a Redis that refuses one in the middle: what was done is not told as not done.

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use waggle_tests::{
    Mode, Proxy, RedisServer, Reply, Request, Service, Setup, World, in_a_swarm, in_a_swarm_of, task,
};

use super::although_applied::{during, failed_task, with_proxy};

/// More than two steps of anything that changes tasks.
const TASKS: u64 = 250;
/// More than one step of an acknowledgement, which takes more than one of a deleted agent.
const MESSAGES: usize = 1_100;
/// Messages that are sent at once.
const AT_ONCE: usize = 32;

/// What two steps did is told; the same once more does the rest of `all`.
async fn assert_told_by_halves(
    proxy: &Proxy,
    function: &'static str,
    what: impl Fn() -> Request,
    (counted, all): (&str, u64),
) {
    let half = during(proxy, Mode::Misname(function, 2), what()).await.ok();
    let done = half[counted].as_u64().unwrap();
    assert!((1..all).contains(&done) && half["more"] == true, "{function}: {half}");
    let refused = during(proxy, Mode::Misname(function, 0), what()).await;
    assert_eq!(refused.problem(503, "backend_unavailable")["applied"], false, "nothing was, this time");
    let rest = what().send().await.ok();
    assert_eq!((&rest[counted], &rest["more"]), (&json!(all - done), &json!(false)), "{function}: {rest}");
}

async fn inbox(w: &World, agent: &str) {
    w.put(&format!("/agents/{agent}")).send().await.expect(201);
    let message = json!({"from": "b", "to": {"agent": agent}, "kind": "note", "body": 1});
    let sent = (0..MESSAGES).map(|_| w.post("/messages").json(message.clone()).send());
    stream::iter(sent).buffer_unordered(AT_ONCE).for_each(async |reply: Reply| drop(reply.expect(201))).await;
}

/// Fault: reply-lost
#[test]
fn tasks_that_were_cancelled_before_redis_refused_are_told() {
    with_proxy(async |w, proxy| {
        w.submit_many((0..TASKS).map(|_| task())).await;
        let body = json!({"action": "cancel", "filter": {"queue": "default"}});
        let what = || w.post("/tasks/actions").json(body.clone());
        assert_told_by_halves(proxy, "task_act_freeing_v1", what, ("changed", TASKS)).await;
    });
}

/// Fault: reply-lost
#[test]
fn tasks_that_were_purged_before_redis_refused_are_told() {
    with_proxy(async |w, proxy| {
        w.submit_many((0..TASKS).map(|_| task())).await;
        let what = || w.post("/queues/default/purge");
        assert_told_by_halves(proxy, "queue_purge_v1", what, ("purged", TASKS)).await;
    });
}

/// Fault: reply-lost
#[test]
fn tasks_that_were_replayed_before_redis_refused_are_told() {
    with_proxy(async |w, proxy| {
        let lost = failed_task(w).await;
        let fails = || task().queue("q").depends_on(json!([lost])).on_dependency_failure("fail");
        w.submit_many((0..TASKS).map(|_| fails())).await;
        w.post("/queues/q/pause").send().await.ok();
        let what = || w.post("/queues/q/replay");
        assert_told_by_halves(proxy, "queue_replay_v1", what, ("replayed", TASKS)).await;
    });
}

/// Fault: reply-lost
#[test]
fn a_cascade_tells_what_it_has_cancelled_before_redis_refused() {
    with_proxy(async |w, proxy| {
        let parent = w.submit_id(task()).await;
        w.submit_many((0..TASKS).map(|_| task().with("parent", parent.as_str()))).await;
        let what = || w.post(&format!("/tasks/{parent}/cancel?cascade=true"));
        assert_told_by_halves(proxy, "task_cascade_v1", what, ("cancelled", TASKS + 1)).await;
    });
}

/// Fault: reply-lost
#[test]
fn what_was_done_to_an_inbox_before_redis_refused_is_not_told_as_not_done() {
    with_proxy(async |w, proxy| {
        inbox(w, "acks").await;
        let ack = || w.post("/agents/acks/inbox/ack").json(json!({"up_to": MESSAGES}));
        during(proxy, Mode::Misname("message_ack_v1", 1), ack()).await.problem(503, "outcome_unknown");
        assert_eq!(ack().send().await.ok()["acked"], MESSAGES - 1_000);
        inbox(w, "leaves").await;
        let delete = || w.delete("/agents/leaves");
        during(proxy, Mode::Misname("agent_delete_v1", 1), delete()).await.problem(503, "outcome_unknown");
        delete().send().await.expect(204);
    });
}

/// Fault: reply-lost
#[test]
fn a_swarm_that_was_made_before_redis_refused_is_not_told_as_not_made() {
    with_proxy(async |w, proxy| {
        let path = format!("/v1/swarms/{}-b", w.swarm());
        let made = during(proxy, Mode::Misname("swarm_enroll_v1", 1), w.client().put(&path)).await;
        made.problem(503, "outcome_unknown");
        w.client().put(&path).send().await.ok();
        w.client().delete(&path).send().await.expect(202);
    });
}

/// Fault: reply-lost
#[test]
fn a_token_that_was_stored_or_revoked_is_told_so_though_this_server_cannot_look() {
    let redis = RedisServer::start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let proxy = runtime.block_on(Proxy::unix(&redis.socket()));
    let service = Service::start(Setup::through(&redis, proxy.url()).with_tokens());
    in_a_swarm_of(&service, async |w| {
        let look = Mode::Misname("token_list_v1", 0);
        let new = json!({"name": "ci", "sha256": "ab".repeat(32), "scopes": ["work"]});
        during(&proxy, look, w.client().post("/v1/tokens").json(new)).await.expect(201);
        during(&proxy, look, w.client().delete("/v1/tokens/ci")).await.expect(204);
    });
}

#[test]
fn outcomes_that_stand_are_told_though_the_agent_is_one_too_many_to_claim() {
    in_a_swarm(async |w| {
        w.client().put(&w.path("")).json(json!({"limits": {"max_agents": 1}})).send().await.ok();
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        for outcome in ["release", "complete"] {
            let one = json!({"id": held.id, "lease": held.token, "outcome": outcome});
            let body = json!({"agent": "b", "outcomes": [one], "claim": {}});
            let reply = w.post("/settlements").json(body).send().await;
            match outcome {
                "release" => {
                    let answer = reply.ok();
                    assert_eq!(
                        (&answer["outcomes"][0]["status"], &answer["tasks"]),
                        (&json!(200), &json!([]))
                    );
                }
                // Nothing stands of this one: it may be told why.
                _ => assert_eq!(reply.problem(429, "too_many_agents")["applied"], Value::Bool(false)),
            }
        }
    });
}
