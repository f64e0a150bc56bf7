use waggle_tests::in_a_swarm;

use super::support::{in_q, waiting};

#[test]
fn a_claim_that_waits_for_a_paused_queue_gets_its_task_when_the_queue_goes_on() {
    in_a_swarm(async |w| {
        w.post("/queues/q/pause").send().await.ok();
        w.submit(in_q(1)).await;
        let claim = waiting(&w, "a").await;
        w.post("/queues/q/resume").send().await.ok();
        assert_eq!(claim.await.unwrap()["tasks"][0]["payload"], 1);
    });
}
