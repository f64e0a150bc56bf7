use serde_json::{Value, json};
use waggle_tests::in_a_swarm;

use super::support::{get, put, yearly};

#[test]
fn a_schedule_is_made_and_says_when_it_is_due() {
    in_a_swarm(async |w| {
        let said = json!({
            "cron": "*/5 * * * *", "timezone": "Europe/Berlin", "overlap": "allow", "missed": "once",
            "task": {"queue": "q", "payload": {"a": 1}, "delay_ms": 5}
        });
        let reply = put(&w, "five", &said).await;
        assert_eq!(reply.header("location"), w.path("/schedules/five"));
        let made = reply.expect(201);
        for field in ["cron", "timezone", "overlap", "missed"] {
            assert_eq!(made[field], said[field], "{field}");
        }
        assert_eq!((&made["name"], &made["paused"]), (&json!("five"), &json!(false)));
        assert_eq!((&made["task"]["payload"], &made["task"]["delay_ms"]), (&json!({"a": 1}), &json!(5)));
        assert_eq!(
            (&made["runs"], &made["skipped"], &made["last_run_at"]),
            (&json!(0), &json!(0), &Value::Null)
        );
        let times = made["next_runs"].as_array().unwrap();
        assert_eq!((times.len(), &times[0]), (5, &made["next_run_at"]));
        let minutes = times.iter().map(|time| time.as_str().unwrap()[14..16].parse::<u32>().unwrap());
        let minutes: Vec<_> = minutes.collect();
        assert!(minutes.windows(2).all(|pair| (pair[0] + 5) % 60 == pair[1]), "{minutes:?}");
        assert_eq!(get(&w, "five").await, made);
    });
}

#[test]
fn putting_it_again_keeps_its_past_and_counts_its_next_time_anew() {
    in_a_swarm(async |w| {
        let made = put(&w, "s", &yearly()).await.expect(201);
        w.post("/schedules/s/run").send().await.expect(201);
        let again = put(&w, "s", &json!({"cron": "@hourly", "task": {}})).await.expect(200);
        assert_eq!((&again["runs"], &again["created_at"]), (&json!(1), &made["created_at"]));
        assert!(again["next_run_at"].as_str() < made["next_run_at"].as_str(), "{again}");
    });
}

#[test]
fn a_paused_one_is_not_due_until_it_is_put_again() {
    in_a_swarm(async |w| {
        let mut said = yearly();
        said["paused"] = json!(true);
        let paused = put(&w, "s", &said).await.expect(201);
        assert_eq!((&paused["next_run_at"], &paused["next_runs"]), (&Value::Null, &json!([])));
        assert_ne!(put(&w, "s", &yearly()).await.expect(200)["next_run_at"], Value::Null);
        assert_eq!(put(&w, "s", &said).await.expect(200)["next_run_at"], Value::Null);
    });
}

#[test]
fn what_cannot_be_accepted_is_named_and_nothing_is_stored() {
    in_a_swarm(async |w| {
        for (said, pointer) in [
            (json!({"cron": "every day", "task": {}}), "/cron"),
            (json!({"cron": "61 * * * *", "task": {}}), "/cron"),
            (json!({"cron": "0 0 31 2 *", "task": {}}), "/cron"),
            (json!({"task": {}}), "/cron"),
            (json!({"cron": "* * * * *"}), "/task"),
            (json!({"cron": "* * * * *", "task": {}, "timezone": "Mars/Base"}), "/timezone"),
            (json!({"cron": "* * * * *", "task": {}, "overlap": "no"}), "/overlap"),
            (json!({"cron": "* * * * *", "task": {}, "missed": "all"}), "/missed"),
            (json!({"cron": "* * * * *", "task": {}, "often": 1}), "/often"),
            (json!({"cron": "* * * * *", "task": {"priority": 10}}), "/task/priority"),
            (json!({"cron": "* * * * *", "task": {"colour": 1}}), "/task/colour"),
            (json!({"cron": "* * * * *", "task": {"run_at": "2030-01-01T00:00:00Z"}}), "/task/run_at"),
            (json!({"cron": "* * * * *", "task": {"deadline": "2030-01-01T00:00:00Z"}}), "/task/deadline"),
            (
                json!({"cron": "* * * * *", "task": {"depends_on": ["0193a0de-0000-7000-8000-000000000000"]}}),
                "/task/depends_on",
            ),
        ] {
            let problem = put(&w, "s", &said).await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
        put(&w, "a%20b", &yearly()).await.problem(422, "validation");
        assert_eq!(w.get("/schedules").send().await.ok()["items"], json!([]));
        w.beside("never-made")
            .put("/schedules/s")
            .json(yearly())
            .send()
            .await
            .problem(404, "swarm_not_found");
    });
}
