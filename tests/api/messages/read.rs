use serde_json::{Value, json};
use waggle_tests::in_a_swarm;

use super::support::{ack, bodies, bodies_of, read, register, seqs, tell};

#[test]
fn reading_consumes_nothing() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        for n in 0..3 {
            tell(&w, "b", "a", n).await;
        }
        assert_eq!(read(&w, "a", "").await, read(&w, "a", "").await);
        assert_eq!(bodies(&w, "a").await, [0, 1, 2]);
    });
}

#[test]
fn next_leads_from_page_to_page_to_the_end_and_stays_there() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        for n in 0..7 {
            tell(&w, "b", "a", n).await;
        }
        let (mut after, mut found) = (0, Vec::new());
        for expected in [3, 3, 1, 0] {
            let page = read(&w, "a", &format!("after={after}&limit=3")).await;
            let messages = page["messages"].as_array().unwrap().clone();
            assert_eq!(messages.len(), expected);
            after = page["next"].as_u64().unwrap();
            found.extend(messages);
        }
        assert_eq!(after, 7);
        assert_eq!(seqs(&found), [1, 2, 3, 4, 5, 6, 7]);
        tell(&w, "b", "a", 7).await;
        assert_eq!(read(&w, "a", "after=7").await["messages"][0]["body"], 7);
    });
}

#[test]
fn an_inbox_is_empty_at_first_and_beyond_its_end() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        assert_eq!(read(&w, "a", "").await, json!({"messages": [], "next": 0}));
        tell(&w, "b", "a", 1).await;
        for after in [1, 2, 10_000, u64::MAX] {
            let page = read(&w, "a", &format!("after={after}")).await;
            assert_eq!(page, json!({"messages": [], "next": after}));
        }
    });
}

#[test]
fn a_gap_that_was_acknowledged_is_passed_over() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        let mut ids = Vec::new();
        for n in 0..5 {
            ids.push(tell(&w, "b", "a", n).await);
        }
        assert_eq!(ack(&w, "a", json!({"ids": [ids[1], ids[2]]})).await, 2);
        let page = read(&w, "a", "after=1&limit=1").await;
        assert_eq!((&page["messages"][0]["body"], &page["next"]), (&json!(3), &json!(4)));
    });
}

#[test]
fn fifty_messages_are_read_unless_another_number_is_named() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        futures_util::future::join_all((0..60).map(|n| tell(&w, "b", "a", n))).await;
        let count = |page: &Value| page["messages"].as_array().unwrap().len();
        assert_eq!(count(&read(&w, "a", "").await), 50);
        assert_eq!(count(&read(&w, "a", "limit=500").await), 60);
    });
}

#[test]
fn a_page_of_large_messages_ends_early_and_goes_on() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        // They are stored in a few kilobytes each, and read as they were sent.
        let letters = "x".repeat(900_000);
        for n in 0..8 {
            tell(&w, "b", "a", json!([n, letters])).await;
        }
        let (mut after, mut found) = (0, Vec::new());
        let mut pages = 0;
        while found.len() < 8 {
            let page = read(&w, "a", &format!("after={after}")).await;
            after = page["next"].as_u64().unwrap();
            found.extend(bodies_of(page["messages"].as_array().unwrap()).iter().map(|body| body[0].clone()));
            pages += 1;
        }
        assert_eq!(found, [0, 1, 2, 3, 4, 5, 6, 7]);
        assert!(pages > 1, "{pages}");
    });
}

#[test]
fn what_cannot_be_read_is_refused() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        for (query, pointer) in [
            ("limit=0", "/limit"),
            ("limit=501", "/limit"),
            ("limit=x", "/limit"),
            ("after=-1", "/after"),
            ("after=18446744073709551616", "/after"),
            ("wait_ms=60001", "/wait_ms"),
            ("cursor=1", "/cursor"),
        ] {
            let problem = w.get(&format!("/agents/a/inbox?{query}")).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
        }
        w.get("/agents/nobody/inbox").send().await.problem(404, "agent_not_found");
        w.get("/agents/nobody/inbox?wait_ms=60000").send().await.problem(404, "agent_not_found");
        let long = "n".repeat(129);
        for name in [long.as_str(), "a%20b", "%2A", "a%2Fb"] {
            let problem = w.get(&format!("/agents/{name}/inbox")).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], "/agent");
        }
        // Of an address that is longer than any, nothing more is read.
        let reply = w.get(&format!("/agents/{}/inbox", "n".repeat(10_000))).send().await;
        assert_eq!(reply.status, 431);
        let elsewhere = w.client().get("/v1/swarms/no-such-swarm/agents/a/inbox").send().await;
        elsewhere.problem(404, "swarm_not_found");
    });
}
