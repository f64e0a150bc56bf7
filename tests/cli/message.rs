//! `waggle message`.

use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm};

use crate::program::{agent, client};

async fn register(w: &World, names: &[&str]) {
    for name in names {
        client(w, &["agent", "register", name]).ok().await;
    }
}

async fn send(w: &World, flags: &[&str]) -> Value {
    client(w, &[&["message", "send"], flags].concat()).json().await
}

#[test]
fn a_message_is_sent_read_answered_and_acknowledged() {
    in_a_swarm(async |w| {
        register(&w, &["a", "b"]).await;
        let flags = ["--from", "a", "--to", "b", "--body", r#"{"n": 1.0}"#];
        let sent = send(&w, &[&flags[..], &["--kind", "q", "--correlation-id", "c"]].concat()).await;
        assert_eq!(sent["recipients"], 1);
        let id = sent["id"].as_str().unwrap();

        let read = client(&w, &["message", "read", "--agent", "b"]).json().await;
        for (field, value) in [
            ("id", json!(id)),
            ("seq", json!(1)),
            ("from", json!("a")),
            ("to", json!({ "agent": "b" })),
            ("kind", json!("q")),
            ("body", json!({ "n": 1.0 })),
            ("correlation_id", json!("c")),
        ] {
            assert_eq!(read[field], value, "{field}");
        }
        send(&w, &["--from", "b", "--to", "a", "--text", "yes", "--reply-to", id]).await;
        let answer = client(&w, &["message", "read"]).set("WAGGLE_AGENT", "a").json().await;
        assert_eq!((&answer["reply_to"], &answer["body"]), (&json!(id), &json!("yes")));

        let acked = client(&w, &["message", "ack", "--agent", "b", id]).json().await;
        assert_eq!(acked, json!({ "acked": 1 }));
        let acked = client(&w, &["message", "ack", "--agent", "a", "--up-to", "1"]).json().await;
        assert_eq!(acked, json!({ "acked": 1 }));
        assert_eq!(client(&w, &["message", "read", "--agent", "b"]).ok().await, "");
    });
}

#[test]
fn a_message_goes_to_a_topic_or_to_all() {
    in_a_swarm(async |w| {
        register(&w, &["a", "b", "c"]).await;
        client(&w, &["message", "subscribe", "t", "--agent", "c"]).ok().await;
        assert_eq!(send(&w, &["--from", "a", "--topic", "t", "--body", "1"]).await["recipients"], 1);
        assert_eq!(send(&w, &["--from", "a", "--all", "--body", "2"]).await["recipients"], 2);
        client(&w, &["message", "unsubscribe", "t", "--agent", "c"]).ok().await;
        assert_eq!(send(&w, &["--from", "a", "--topic", "t", "--body", "3"]).await["recipients"], 0);
        for (agent, bodies) in [("a", json!([])), ("b", json!([2])), ("c", json!([1, 2]))] {
            let read = client(&w, &["message", "read", "--agent", agent]).run().await.lines();
            let read: Vec<_> = read.iter().map(|message| message["body"].clone()).collect();
            assert_eq!(json!(read), bodies, "{agent}");
        }
    });
}

#[test]
fn an_inbox_is_read_whole_from_a_number_on_or_in_part() {
    in_a_swarm(async |w| {
        register(&w, &["a", "b"]).await;
        for body in 1..=130 {
            let message = json!({ "from": "a", "to": { "agent": "b" }, "body": body });
            w.post("/messages").json(message).send().await.expect(201);
        }
        let read = async |flags: &[&str]| {
            let read =
                client(&w, &[&["message", "read", "--agent", "b"], flags].concat()).run().await.lines();
            read.iter().map(|message| message["seq"].as_u64().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(read(&[]).await, (1..=130).collect::<Vec<_>>());
        assert_eq!(read(&["--after", "128"]).await, [129, 130]);
        assert_eq!(read(&["--after", "2", "--limit", "2", "--ack"]).await, [3, 4]);
        assert_eq!(read(&["--limit", "3"]).await, [1, 2, 5], "what was acknowledged is what was printed");
    });
}

#[test]
fn a_reader_waits_for_a_message_or_says_that_none_came() {
    in_a_swarm(async |w| {
        register(&w, &["a", "b"]).await;
        let nothing = client(&w, &["message", "read", "--agent", "b", "--wait-ms", "50"]).run().await;
        assert_eq!((nothing.status, nothing.stdout.as_str()), (4, ""), "{nothing:?}");
        let waiting = client(&w, &["message", "read", "--agent", "b", "--wait-ms", "30000"]).start();
        send(&w, &["--from", "a", "--to", "b", "--body", "1"]).await;
        assert_eq!(waiting.ended().await.lines()[0]["body"], 1);
    });
}

#[test]
fn a_follower_prints_and_acknowledges_what_comes() {
    in_a_swarm(async |w| {
        register(&w, &["a", "b"]).await;
        send(&w, &["--from", "a", "--to", "b", "--body", "1"]).await;
        let follow = ["message", "read", "--agent", "b", "--follow", "--ack", "--limit", "3"];
        let following = client(&w, &follow).start();
        assert_eq!(following.prints(1).await[0]["body"], 1);
        send(&w, &["--from", "a", "--to", "b", "--body", "2"]).await;
        assert_eq!(following.prints(2).await[1]["body"], 2);
        send(&w, &["--from", "a", "--to", "b", "--body", "3"]).await;
        assert_eq!(following.ended().await.lines().len(), 3);
        assert_eq!(client(&w, &["message", "read", "--agent", "b"]).ok().await, "");
    });
}

#[test]
fn a_command_of_an_agent_need_not_say_who_it_is() {
    in_a_swarm(async |w| {
        register(&w, &["b"]).await;
        w.submit_id(waggle_tests::task()).await;
        let script = format!(
            "{waggle} message send --to b --text hello >/dev/null && {waggle} message read",
            waggle = waggle_tests::waggle().display()
        );
        assert_eq!(agent(&w, &["--agent", "me", "--max-tasks", "1"], &script).run().await.status, 0);
        let read = client(&w, &["message", "read", "--agent", "b"]).json().await;
        assert_eq!((&read["from"], &read["body"]), (&json!("me"), &json!("hello")));
    });
}

#[test]
fn a_message_that_cannot_be_sent_is_refused_with_its_code() {
    in_a_swarm(async |w| {
        client(&w, &["agent", "register", "small", "--inbox-limit", "1"]).ok().await;
        send(&w, &["--from", "a", "--to", "small", "--body", "1"]).await;
        for (to, code) in [("nobody", "agent_not_found"), ("small", "inbox_full")] {
            let flags = ["message", "send", "--from", "a", "--to", to, "--body", "1"];
            let refused = client(&w, &flags).run().await;
            assert!(refused.complaint(1).contains(code), "{refused:?}");
        }
        let refused = client(&w, &["message", "read", "--agent", "nobody"]).run().await;
        assert!(refused.complaint(1).contains("agent_not_found"), "{refused:?}");
        let refused =
            client(&w, &["message", "send", "--from", "a", "--to", "b", "--body", "no json"]).run().await;
        assert!(refused.complaint(1).contains("--text"), "{refused:?}");
    });
}
