use waggle_tests::in_a_swarm;

use super::support::{put, yearly};

#[test]
fn a_schedule_that_was_removed_is_gone_and_its_tasks_stay() {
    in_a_swarm(async |w| {
        put(&w, "s", &yearly()).await.expect(201);
        let task = w.post("/schedules/s/run").send().await.expect(201);
        w.delete("/schedules/s").send().await.expect(204);
        w.get("/schedules/s").send().await.problem(404, "schedule_not_found");
        w.delete("/schedules/s").send().await.problem(404, "schedule_not_found");
        assert_eq!(w.status(task["id"].as_str().unwrap()).await, "ready");
        assert_eq!(put(&w, "s", &yearly()).await.expect(201)["runs"], 0);
    });
}
