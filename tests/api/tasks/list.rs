use std::collections::HashSet;

use serde_json::{Value, json};
use waggle_tests::{Held, World, in_a_swarm, task};

use super::support::{TASK_FIELDS, fields, payloads};

/// One task in each state, all in `queue`.
async fn one_of_each(w: &World, queue: &str) -> [(&'static str, String); 6] {
    let claim = async || w.claim_with(json!({"agent": "a", "queues": [queue]})).await.remove(0);
    let completed = w.submit_id(task().queue(queue)).await;
    w.complete(&claim().await, 1).await.ok();
    let failed = w.submit_id(task().queue(queue)).await;
    w.fail_with(&claim().await, json!({"retryable": false})).await.ok();
    let running = w.submit_id(task().queue(queue)).await;
    claim().await;
    let cancelled = w.submit_id(task().queue(queue)).await;
    w.cancel(&cancelled).await.ok();
    let scheduled = w.submit_id(task().queue(queue).delay_ms(600_000)).await;
    let ready = w.submit_id(task().queue(queue)).await;
    [
        ("completed", completed),
        ("failed", failed),
        ("running", running),
        ("cancelled", cancelled),
        ("scheduled", scheduled),
        ("ready", ready),
    ]
}

fn ids(items: &[Value]) -> HashSet<String> {
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_list_finds_every_task_once_and_shows_it_whole() {
    in_a_swarm(async |w| {
        let tasks = one_of_each(&w, "q").await;
        let page = w.get("/tasks").send().await.ok();
        assert_eq!(fields(&page), ["items", "next_cursor"]);
        let items = page["items"].as_array().unwrap();
        assert_eq!((items.len(), &page["next_cursor"]), (6, &Value::Null));
        for (status, id) in &tasks {
            let item = items.iter().find(|item| item["id"] == id.as_str()).unwrap();
            assert_eq!((&item["status"], fields(item)), (&json!(status), TASK_FIELDS.to_vec()));
            assert_eq!(*item, w.task(id).await);
        }
    });
}

#[test]
fn a_list_can_be_narrowed_to_a_state_and_to_a_queue() {
    in_a_swarm(async |w| {
        let (here, there) = (one_of_each(&w, "here").await, one_of_each(&w, "there").await);
        for (at, (status, id)) in here.iter().enumerate() {
            assert_eq!(
                ids(&w.list(status).await),
                HashSet::from([id.clone(), there[at].1.clone()]),
                "{status}"
            );
            assert_eq!(
                ids(&w.pages(&format!("status={status}&queue=here")).await),
                HashSet::from([id.clone()])
            );
        }
        assert_eq!(ids(&w.pages("queue=there").await), there.into_iter().map(|(_, id)| id).collect());
        assert!(w.pages("queue=nowhere").await.is_empty());
        for status in ["blocked", "input_required"] {
            assert!(w.list(status).await.is_empty(), "{status}");
        }
    });
}

#[test]
fn the_newest_come_first_within_a_state() {
    in_a_swarm(async |w| {
        w.submit_many((0..20).map(|n| task().payload(n))).await;
        assert_eq!(payloads(&w.list("ready").await), (0..20).rev().collect::<Vec<_>>());
    });
}

#[test]
fn pages_have_the_size_asked_for_and_hold_every_task_once() {
    in_a_swarm(async |w| {
        w.submit_many((0..30).map(|n| task().payload(n))).await;
        w.submit_many((30..45).map(|n| task().payload(n).queue("other").priority(n % 10))).await;
        w.submit_many(
            (45..60).map(|n| task().payload(n).agent(format!("a{n}")).requires(json!([format!("c{n}")]))),
        )
        .await;
        w.submit_many((60..80).map(|n| task().payload(n).delay_ms(600_000))).await;
        w.claim_with(json!({"agent": "a", "max_tasks": 10})).await;
        for limit in [1, 7, 50, 500] {
            let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
            loop {
                let page = w.get(&format!("/tasks?limit={limit}{cursor}")).send().await.ok();
                let items = page["items"].as_array().unwrap();
                assert!(items.len() <= limit, "{} of {limit}", items.len());
                seen.extend(items.iter().map(|item| item["payload"].as_u64().unwrap()));
                pages += 1;
                assert!(pages < 500, "a list has an end");
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            seen.sort_unstable();
            assert_eq!(seen, (0..80).collect::<Vec<_>>(), "limit {limit}");
        }
    });
}

#[test]
fn a_page_of_large_tasks_ends_early_and_goes_on_however_small_they_are_stored() {
    const MIB: usize = 1_024 * 1_024;
    in_a_swarm(async |w| {
        let payload = "x".repeat(MIB - 100);
        for _ in 0..30 {
            w.submit(task().payload(payload.as_str())).await;
        }
        let page = w.get("/tasks?limit=500").send().await;
        // 16 MiB, what one more call of Redis brings, and one task.
        assert!((16 * MIB..21 * MIB).contains(&page.text.len()), "{} bytes", page.text.len());
        assert!(page.ok()["next_cursor"].is_string(), "there is more");
        let all = w.pages("limit=500").await;
        assert_eq!((all.len(), ids(&all).len()), (30, 30));
    });
}

#[test]
fn a_page_has_50_tasks_when_no_number_is_named() {
    in_a_swarm(async |w| {
        w.submit_many((0..60).map(|_| task())).await;
        let page = w.get("/tasks").send().await.ok();
        assert_eq!(page["items"].as_array().unwrap().len(), 50);
        assert!(page["next_cursor"].is_string());
    });
}

#[test]
fn a_task_that_stays_where_it_is_is_not_left_out_because_others_come_and_go() {
    in_a_swarm(async |w| {
        let ids = w.submit_many((0..40).map(|n| task().payload(n))).await;
        let (mut seen, mut cursor) = (HashSet::new(), String::new());
        loop {
            let page = w.get(&format!("/tasks?status=ready&limit=5{cursor}")).send().await.ok();
            seen.extend(
                page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()),
            );
            // One is taken from the front, where the list ends; one more comes behind, where it began.
            let held = w.claim_one("a").await;
            w.complete(&held, 1).await.ok();
            w.submit(task()).await;
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let stayed: Vec<_> = futures_util::future::join_all(ids.iter().map(|id| w.status(id))).await;
        let missing = ids.iter().zip(stayed).filter(|(id, status)| status == "ready" && !seen.contains(*id));
        assert_eq!(missing.count(), 0);
    });
}

#[test]
fn what_is_no_limit_no_cursor_no_state_or_no_parameter_is_refused() {
    in_a_swarm(async |w| {
        w.submit_many((0..3).map(|_| task())).await;
        let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
        let forged = [
            "running abc def",
            "running 1e999 0193a0de-0000-7000-8000-000000000000",
            "ready default 1 99999999999999999999",
            "ready default 99999999999999999999 0",
            "ready }:x{*} 1 0",
            "completed nan x",
            "input_required ",
            "nowhere 1 2",
        ];
        for (query, pointer) in [
            ("limit=0".to_owned(), "/limit"),
            ("limit=501".to_owned(), "/limit"),
            ("limit=many".to_owned(), "/limit"),
            ("status=done".to_owned(), "/status"),
            ("queue=a%2Fb".to_owned(), "/queue"),
            ("cursor=xyz".to_owned(), "/cursor"),
            ("cursor=zz".to_owned(), "/cursor"),
            ("page=2".to_owned(), "/page"),
        ] {
            let problem = w.get(&format!("/tasks?{query}")).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
        }
        for cursor in forged {
            let reply = w.get(&format!("/tasks?cursor={}", hex(cursor))).send().await;
            assert!(matches!(reply.status, 200 | 422), "{cursor}: {} {}", reply.status, reply.text);
        }
    });
}

#[test]
fn a_cursor_is_good_for_the_list_it_came_from() {
    in_a_swarm(async |w| {
        w.submit_many((0..3).map(|_| task())).await;
        let page = w.get("/tasks?status=ready&limit=1").send().await.ok();
        let cursor = page["next_cursor"].as_str().unwrap();
        let other = w.get(&format!("/tasks?status=completed&cursor={cursor}")).send().await;
        assert_eq!(other.problem(422, "validation")["errors"][0]["pointer"], "/cursor");
    });
}

#[test]
fn a_large_list_is_walked_in_bounded_steps() {
    in_a_swarm(async |w| {
        for _ in 0..3 {
            w.submit_many((0..1_000).map(|_| task().queue("noise"))).await;
        }
        let id = w.submit_id(task().queue("needle")).await;
        assert_eq!(ids(&w.pages("queue=needle").await), HashSet::from([id]));
        assert_eq!(w.pages("queue=noise&limit=500").await.len(), 3_000);
    });
}

#[test]
fn a_list_can_be_narrowed_to_a_type_a_tag_a_parent_and_an_agent() {
    in_a_swarm(async |w| {
        let parent = w.submit_id(task().queue("parents")).await;
        let new = |n: usize| {
            task()
                .payload(n)
                .queue(if n.is_multiple_of(2) { "even" } else { "odd" })
                .with("type", format!("t {}", n % 3))
                .with("tags", json!([format!("g{}", n % 5), "all"]))
                .with("parent", if n.is_multiple_of(7) { json!(parent) } else { Value::Null })
                .with("agent", if n.is_multiple_of(4) { json!("p") } else { Value::Null })
        };
        w.submit_many((0..210).map(new)).await;
        let numbers = async |query: &str| {
            let mut found: Vec<_> =
                payloads(&w.pages(query).await).iter().filter_map(Value::as_i64).collect();
            found.sort_unstable();
            found
        };
        let those = |fits: &dyn Fn(i64) -> bool| (0..210).filter(|n| fits(*n)).collect::<Vec<_>>();
        assert_eq!(numbers("type=t%201&limit=10").await, those(&|n| n % 3 == 1));
        assert_eq!(numbers("tag=g3&limit=7").await, those(&|n| n % 5 == 3));
        assert_eq!(numbers(&format!("parent={parent}&limit=3")).await, those(&|n| n % 7 == 0));
        assert_eq!(numbers("agent=p&limit=9").await, those(&|n| n % 4 == 0));
        assert_eq!(numbers("tag=all&queue=odd&limit=11").await, those(&|n| n % 2 == 1));
        assert_eq!(
            numbers("tag=g0&type=t%202&agent=p&limit=1").await,
            those(&|n| n % 5 == 0 && n % 3 == 2 && n % 4 == 0)
        );
        w.claim_with(json!({"agent": "p", "queues": ["even"], "max_tasks": 30})).await;
        assert_eq!(w.pages("agent=p&status=running&limit=4").await.len(), 30);
        assert_eq!(numbers("tag=all&limit=100").await.len(), 210);
    });
}

#[test]
fn a_walk_by_tag_leaves_out_nobody_who_stayed_while_others_were_claimed() {
    in_a_swarm(async |w| {
        let ids = w.submit_many((0..60).map(|n| task().payload(n).with("tags", json!(["g"])))).await;
        let (mut seen, mut cursor) = (HashSet::new(), String::new());
        loop {
            let page = w.get(&format!("/tasks?status=ready&tag=g&limit=7{cursor}")).send().await.ok();
            let items = page["items"].as_array().unwrap();
            seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
            // The one at which the walk goes on leaves.
            if let Some(last) = items.last() {
                w.cancel(last["id"].as_str().unwrap()).await;
            }
            w.claim_one("a").await;
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        for id in &ids {
            assert!(seen.contains(id) || w.status(id).await != "ready", "{id}");
        }
    });
}

#[test]
fn a_walk_by_state_and_tag_leaves_out_nobody_who_stayed_while_the_last_one_shown_was_retried() {
    in_a_swarm(async |w| {
        // Retried one by one and in the order of the walk: the place at which it goes on is gone each time.
        for (filter, other) in [("tag=x", "tag=y"), ("type=x", "type=y"), ("queue=x", "queue=y"), ("", "")] {
            let named = |name: &str| task().queue(name).with("type", name).with("tags", json!([name]));
            let mut ids = w.submit_many((0..40).map(|_| named("x"))).await;
            w.submit_many((0..10).map(|_| named("y"))).await;
            let claim = json!({"agent": "a", "queues": ["x", "y"], "max_tasks": 50});
            let held = w.claim_with(claim).await;
            // Half of them in one call, and so at one time: they have their places by their names alone.
            let (at_once, others) = held.split_at(25);
            let failed = |held: &Held| {
                let error = json!({"message": "no"});
                json!({"id": held.id, "lease": held.token, "outcome": "fail", "error": error, "retryable": false})
            };
            let outcomes: Vec<_> = at_once.iter().map(failed).collect();
            w.post("/settlements").json(json!({"agent": "a", "outcomes": outcomes})).send().await.ok();
            for held in others {
                w.fail_with(held, json!({"retryable": false})).await.ok();
            }
            let (mut seen, mut cursor, mut retried) = (HashSet::new(), String::new(), HashSet::new());
            loop {
                let page = w.get(&format!("/tasks?status=failed&{filter}&limit=3{cursor}")).send().await.ok();
                let items = page["items"].as_array().unwrap();
                for id in items.iter().map(|item| item["id"].as_str().unwrap().to_owned()) {
                    assert!(!retried.contains(&id), "{filter}: {id} has not failed any more");
                    assert!(seen.insert(id), "{filter}: shown twice");
                }
                if let Some(last) = items.last() {
                    let id = last["id"].as_str().unwrap();
                    w.retry(id).await.ok();
                    retried.insert(id.to_owned());
                }
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            ids.retain(|id| !seen.contains(id));
            assert!(ids.is_empty(), "{filter}: {} of 40 were left out", ids.len());
            assert!(other.is_empty() || w.pages(&format!("status=failed&{other}")).await.len() == 10);
            let all = json!({"action": "delete", "filter": {"status": "failed"}, "limit": 1000});
            w.post("/tasks/actions").json(all).send().await.ok();
            for id in retried {
                w.cancel(&id).await.ok();
            }
        }
    });
}
