//! The example in `examples/swarm-debate/`.

use rustix::process::Signal;
use serde_json::json;
use waggle_tests::{World, in_a_swarm, root, until};

use crate::program::{client, script};

const FOLDER: &str = "examples/swarm-debate";
const AGENTS: [&str; 3] = ["by-look", "by-small", "by-full"];
/// What the agents and the script say of 2021, which is 43 times 47.
const SAID: &str = "\
by-full said composite and voted composite
by-look said prime and voted composite because 43 divides it, as by-full says
by-small said prime and voted composite because 43 divides it, as by-full says
The verdict: 2021 is composite.
";

#[test]
fn three_agents_that_disagree_listen_to_each_other_and_end_with_one_verdict() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let running = script(&format!("{FOLDER}/run.sh"), &[]).start();
        let directory = running.directory.clone();
        let ended = running.ended().await;
        assert_eq!((ended.status, ended.stdout.as_str(), ended.stderr.as_str()), (0, SAID, ""));
        assert_eq!(std::fs::read_dir(directory).unwrap().count(), 0, "it leaves nothing behind");
    });
}

#[test]
fn a_secretary_that_dies_before_the_verdict_is_followed_by_another_and_there_is_one_verdict() {
    in_a_swarm(async |w| {
        client(&w, &["state", "put", "votes", "{}"]).ok().await;
        for agent in AGENTS {
            client(&w, &["agent", "register", agent]).ok().await;
        }
        let id = abandoned_question(&w).await;

        let agents = AGENTS.map(|name| script(&format!("{FOLDER}/agent.sh"), &[name]).in_swarm(&w).start());
        for agent in agents {
            let ended = agent.ended().await;
            assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{}", ended.stdout);
        }
        let verdict = json!({ "number": 2021, "verdict": "composite" });
        let task = w.task(&id).await;
        assert_eq!(
            (&task["status"], &task["result"], &task["attempt"]),
            (&json!("completed"), &verdict, &json!(2))
        );
        assert_eq!(client(&w, &["state", "get", "verdict"]).json().await, verdict);
        // The question was put once, by two secretaries; the verdict was given once.
        let sent =
            client(&w, &["events", "--agent", "secretary", "--kind", "message.sent"]).run().await.lines();
        assert_eq!(sent.len(), 2, "{sent:?}");
        let ended = client(&w, &["events", "--task", &id, "--kind", "task.completed"]).run().await.lines();
        assert_eq!(ended.len(), 1, "{ended:?}");
    });
}

/// A question whose first secretary has put it to all, was killed, and has lost its lease; its command still runs.
async fn abandoned_question(w: &World) -> String {
    let secretary = root().join(FOLDER).join("secretary.sh");
    let flags = ["agent", "run", "--agent", "by-look", "--queue", "questions", "--lease-ms", "1000", "--"];
    let first =
        client(w, &[&flags[..], &[secretary.to_str().unwrap()]].concat()).with_waggle_on_the_path().start();
    let id = w.submit_id(waggle_tests::task().queue("questions").payload(2021)).await;
    until("the question is put", waggle_tests::PATIENCE, async || {
        !client(w, &["message", "read", "--agent", "by-full"]).ok().await.is_empty()
    })
    .await;
    first.signal(Signal::KILL);
    assert_eq!(first.ended().await.status, 128 + 9);
    w.until_status(&id, "ready").await;
    id
}
