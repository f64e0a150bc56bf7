use serde_json::{Value, json};
use waggle_tests::in_a_swarm;

use super::support::{address, get, increment, put, tag, value, version};

#[test]
fn a_key_that_does_not_exist_counts_as_nothing() {
    in_a_swarm(async |w| {
        let made = increment(&w, "n", 5).await;
        assert_eq!((made.status, made.header("etag")), (201, tag(&made.body).as_str()));
        assert_eq!(made.body["value"], 5);
        let sum = increment(&w, "n", -7).await;
        assert_eq!((sum.status, &sum.body["value"]), (200, &json!(-2)));
        assert_eq!(get(&w, "n").await, sum.body);
    });
}

#[test]
fn without_a_number_it_counts_by_one() {
    in_a_swarm(async |w| {
        w.post("/state/n/increment").send().await.expect(201);
        w.post("/state/n/increment").json(json!({})).send().await.ok();
        assert_eq!(value(&w, "n").await, 2);
    });
}

#[test]
fn fractions_are_added_and_written_as_short_as_they_can_be() {
    in_a_swarm(async |w| {
        put(&w, "n", 0.1).await;
        for (by, text) in [
            ("0.2", "0.30000000000000004"),
            ("1", "1.3"),
            ("-1.3", "0"),
            ("1e-7", "1e-07"),
            ("2.5e0", "2.5000001"),
        ] {
            let reply = w.post("/state/n/increment").raw(format!("{{\"by\":{by}}}")).send().await;
            assert!(reply.text.contains(&format!("\"value\":{text},")), "{by}: {}", reply.text);
        }
    });
}

#[test]
fn whole_numbers_are_exact_as_far_as_they_are_counted() {
    in_a_swarm(async |w| {
        const MOST: i64 = 9_007_199_254_740_991;
        put(&w, "n", MOST - 1).await;
        assert_eq!(increment(&w, "n", 1).await.ok()["value"], MOST);
        let entry = get(&w, "n").await;
        increment(&w, "n", 1).await.problem(409, "not_a_number");
        increment(&w, "n", 0.5).await.problem(409, "not_a_number");
        assert_eq!(get(&w, "n").await, entry);
        assert_eq!(increment(&w, "n", -MOST).await.ok()["value"], 0);
        assert_eq!(increment(&w, "n", -MOST).await.ok()["value"], -MOST);
        increment(&w, "n", -1).await.problem(409, "not_a_number");
        for (by, pointer) in
            [(json!(MOST + 1), "/by"), (json!(1e300), "/by"), (json!("1"), "/by"), (Value::Null, "/by")]
        {
            let reply = w.post("/state/n/increment").json(json!({"by": by})).send().await;
            assert_eq!(reply.problem(422, "validation")["errors"][0]["pointer"], pointer, "{by}");
        }
        w.post("/state/n/increment").json(json!({"bye": 1})).send().await.problem(422, "validation");
    });
}

#[test]
fn what_is_no_number_is_not_counted() {
    in_a_swarm(async |w| {
        let long = "1".repeat(5_000);
        for other in [
            json!("5"),
            json!(""),
            Value::Null,
            json!([1]),
            json!({"n": 1}),
            json!(true),
            json!(long),
            json!(1e300),
        ] {
            let entry = put(&w, "k", other.clone()).await;
            increment(&w, "k", 1).await.problem(409, "not_a_number");
            assert_eq!(get(&w, "k").await, entry);
        }
    });
}

#[test]
fn a_number_of_many_digits_is_still_a_number() {
    in_a_swarm(async |w| {
        let zeros = "0".repeat(3_000);
        w.put(&address("n")).raw(format!("{{\"value\":1.{zeros}}}")).send().await.expect(201);
        assert_eq!(increment(&w, "n", 1).await.ok()["value"], 2);
    });
}

#[test]
fn an_increment_may_name_the_version_it_counts_from() {
    in_a_swarm(async |w| {
        let first = increment(&w, "n", 1).await.expect(201);
        let counting = || w.post("/state/n/increment").header("if-match", &tag(&first));
        let second = counting().send().await.ok();
        assert_eq!(counting().send().await.problem(412, "version_mismatch")["version"], second["version"]);
        assert_eq!(value(&w, "n").await, 2);
    });
}

#[test]
fn an_increment_that_is_repeated_under_its_key_counts_once() {
    in_a_swarm(async |w| {
        let counting =
            |by: i64| w.post("/state/n/increment").header("idempotency-key", "k").json(json!({"by": by}));
        let first = counting(3).send().await;
        assert_eq!((first.status, first.header("idempotency-replayed")), (201, ""));
        put(&w, "n", 10).await;
        let again = counting(3).send().await;
        assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"));
        assert_eq!(again.body, first.body);
        counting(4).send().await.problem(422, "idempotency_mismatch");
        assert_eq!(value(&w, "n").await, 10);
        assert_eq!(version(&get(&w, "n").await), version(&first.body) + 1);
    });
}
