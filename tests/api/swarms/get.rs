use serde_json::json;
use waggle_tests::{in_a_swarm, task};

use super::support::{SWARM_FIELDS, another, fields};

#[test]
fn a_swarm_that_was_not_made_is_not_found() {
    in_a_swarm(async |w| {
        w.client().get(&another(&w)).send().await.problem(404, "swarm_not_found");
        w.client().get(&format!("{}/tasks", another(&w))).send().await.problem(404, "swarm_not_found");
    });
}

#[test]
fn the_swarm_default_is_there_from_the_start() {
    in_a_swarm(async |w| {
        let default = w.client().get("/v1/swarms/default").send().await.ok();
        assert_eq!((&default["name"], fields(&default)), (&json!("default"), SWARM_FIELDS.to_vec()));
    });
}

#[test]
fn swarms_stand_apart() {
    in_a_swarm(async |w| {
        let other = another(&w);
        w.client().put(&other).send().await.expect(201);
        w.submit(task().dedup_key("k")).await;
        let there = w
            .client()
            .post(&format!("{other}/tasks"))
            .json(json!({"dedup_key": "k"}))
            .send()
            .await
            .expect(201);
        assert_eq!(w.list("ready").await.len(), 1);
        let claim = json!({"agent": "a", "claim_id": "c", "max_tasks": 9});
        let here = w.claim_with(claim.clone()).await;
        let claimed = w.client().post(&format!("{other}/claims")).json(claim).send().await.ok();
        assert_eq!((here.len(), &claimed["tasks"][0]["id"]), (1, &there["id"]));
    });
}
