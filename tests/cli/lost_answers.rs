//! Commands whose first answer is lost on the way.

use serde_json::json;
use waggle_tests::{Mode, PATIENCE, Proxy, World, in_a_swarm, task, until};

use crate::program::{Ended, client};

/// Runs a command on a connection that loses answers until the first one is lost.
async fn run(w: &World, arguments: &[&str], input: &str) -> Ended {
    let proxy = Proxy::tcp("http", &w.service().address()).await;
    proxy.set(Mode::LoseReply);
    let running = client(w, arguments).set("WAGGLE_URL", proxy.url()).input(input).start();
    until("an answer is lost", PATIENCE, async || proxy.lost() > 0).await;
    proxy.set(Mode::Pass);
    running.ended().await
}

#[test]
fn what_is_sent_again_is_applied_once() {
    in_a_swarm(async |w| {
        client(&w, &["agent", "register", "a"]).ok().await;
        let submit = json!({ "ops": [{ "op": "task.submit", "task": {} }] }).to_string();
        for (arguments, input) in [
            (&["state", "increment", "n"][..], ""),
            (&["message", "send", "--from", "b", "--to", "a", "--body", "1"], ""),
            (&["transaction", "-"], submit.as_str()),
            (&["state", "put", "k", "1"], ""),
            (&["state", "patch", "p", r#"{"a":1}"#], ""),
            (&["agent", "register", "c"], ""),
            (&["agent", "drain", "a"], ""),
        ] {
            assert_eq!(run(&w, arguments, input).await.lines().len(), 1, "{arguments:?}");
        }
        assert_eq!(client(&w, &["state", "get", "n"]).json().await, 1);
        assert_eq!(client(&w, &["message", "read", "--agent", "a"]).run().await.lines().len(), 1);
        assert_eq!(w.list("ready").await.len(), 1);
    });
}

#[test]
fn what_a_second_application_would_refuse_is_not_sent_again() {
    in_a_swarm(async |w| {
        client(&w, &["state", "put", "d", "1"]).ok().await;
        client(&w, &["agent", "register", "a"]).ok().await;
        let name = format!("{}-b", w.swarm());
        client(&w, &["swarm", "create", &name]).ok().await;
        for arguments in [
            &["state", "put", "k", "1", "--if-version", "0"][..],
            &["state", "delete", "d"],
            &["agent", "remove", "a"],
            &["swarm", "delete", &name],
        ] {
            let ended = run(&w, arguments, "").await;
            assert!(ended.complaint(1).contains("did not answer"), "{arguments:?}: {ended:?}");
        }
        assert_eq!(
            client(&w, &["state", "get", "k"]).json().await,
            1,
            "it was applied, and the command did not know"
        );
    });
}

#[test]
fn a_follower_loses_no_message_when_an_answer_is_lost() {
    in_a_swarm(async |w| {
        client(&w, &["agent", "register", "a"]).ok().await;
        for body in ["1", "2"] {
            client(&w, &["message", "send", "--from", "b", "--to", "a", "--body", body]).ok().await;
        }
        let read =
            run(&w, &["message", "read", "--agent", "a", "--follow", "--ack", "--limit", "2"], "").await;
        let bodies: Vec<_> = read.lines().iter().map(|message| message["body"].clone()).collect();
        assert_eq!(bodies, [json!(1), json!(2)]);
        w.submit(task()).await;
        let events = run(&w, &["events", "--kind", "message.*,task.*"], "").await.lines();
        assert_eq!(events.len(), 3, "{events:?}");
    });
}
