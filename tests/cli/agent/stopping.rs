//! How an agent ends.

use rustix::process::Signal;
use waggle_tests::{in_a_swarm, task};

use crate::program::agent;

#[test]
fn ctrl_c_stops_the_command_and_gives_the_task_back_uncounted() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let script = "trap 'echo SIGTERM > heard; exit 0' TERM; echo > started; while :; do sleep 0.05; done";
        let running = agent(&w, &[], script).start();
        running.file("started").await;
        running.signal(Signal::INT);
        assert_eq!(running.file("heard").await, "SIGTERM\n");
        assert_eq!(running.ended().await.status, 0);
        let task = w.task(&id).await;
        assert_eq!((task["status"].as_str(), task["attempt"].as_u64()), (Some("ready"), Some(0)));
    });
}

#[test]
fn an_agent_that_waits_for_work_ends_at_once_and_takes_no_task_with_it() {
    in_a_swarm(async |w| {
        let running = agent(&w, &["--concurrency", "4"], "true").start();
        running.says("waiting for tasks").await;
        running.signal(Signal::TERM);
        assert_eq!(running.ended().await.status, 0);
        let id = w.submit_id(task()).await;
        assert_eq!(w.claim_one("another").await.id, id);
        w.cancel(&id).await.ok();
    });
}

#[test]
fn a_second_ctrl_c_ends_the_agent_whatever_its_command_does() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().lease_ms(1_000)).await;
        let script = "trap 'echo > heard' TERM; echo > started; while :; do sleep 0.05; done";
        let running = agent(&w, &["--grace-ms", "60000"], script).start();
        running.file("started").await;
        running.signal(Signal::INT);
        running.file("heard").await;
        running.signal(Signal::INT);
        assert_eq!(running.ended().await.status, 130);
        // It comes back when its lease ends.
        w.until_status(&id, "ready").await;
    });
}

#[test]
fn an_agent_stops_when_nothing_has_come_for_so_long() {
    in_a_swarm(async |w| {
        let ids = w.submit_many((0..3).map(|number| task().payload(number))).await;
        assert_eq!(agent(&w, &["--exit-when-idle-ms", "300"], "true").run().await.status, 0);
        assert_eq!(w.list("completed").await.len(), ids.len());
    });
}

#[test]
fn an_agent_whose_service_stays_away_gives_up_and_says_so() {
    in_a_swarm(async |w| {
        let away = agent(&w, &["--give-up-after-ms", "100"], "true").set("WAGGLE_URL", "http://127.0.0.1:9");
        let ended = away.run().await;
        assert_eq!(ended.status, 1);
        assert!(ended.stderr.lines().last().unwrap().contains("http://127.0.0.1:9"), "{}", ended.stderr);
    });
}
