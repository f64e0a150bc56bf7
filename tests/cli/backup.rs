//! `waggle backup`: while the service runs, and what is restored from it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;
use waggle_tests::{PATIENCE, RedisServer, Service, Setup, in_a_swarm_of, new_dir, task, until};

/// Each of them changes the list of files twice: fewer changes than a backup has attempts, whatever they meet.
const REWRITES: usize = 2;
/// Between two of them: the copy hardly finds a moment without one.
const PAUSE: Duration = Duration::from_millis(20);

fn back_up(setup: &Setup, to: &Path) -> (bool, String) {
    let (data_dir, to) = (setup.data_dir().display().to_string(), to.display().to_string());
    let ended = setup.run(&["backup", "--data-dir", &data_dir, &to]);
    (ended.status.success(), String::from_utf8([ended.stdout, ended.stderr].concat()).unwrap())
}

/// A service on a copy of the data.
fn restored(from: &Path) -> Arc<Service> {
    let setup = Setup::private();
    std::fs::rename(from, setup.data_dir()).unwrap();
    Service::start(setup)
}

/// Until all its files are new.
async fn rewrite(service: &Service) {
    service.redis::<String>("BGREWRITEAOF");
    until("the files are new", PATIENCE, async || {
        service.redis::<String>("INFO persistence")[0].contains("aof_rewrite_in_progress:0")
    })
    .await;
}

#[test]
fn all_that_was_acknowledged_is_in_a_backup_that_was_made_while_redis_wrote_its_files_anew() {
    let service = Service::start(Setup::private().flag("--durability=strict"));
    in_a_swarm_of(&service, async |w| {
        let (over, copy) = (AtomicBool::new(false), new_dir("backup").join("copy"));
        let before = w.submit_many((0..500).map(|n| task().payload(n))).await;
        w.put("/agents/a").json(json!({})).send().await.expect(201);
        let (held, message) = (w.claim_one("a").await, json!({"from": "a", "to": {"agent": "a"}, "body": 1}));
        w.post("/messages").json(message).send().await.expect(201);
        w.put("/state/k").json(json!({"value": 7})).send().await.expect(201);
        let load = async {
            while !over.load(Ordering::Relaxed) {
                w.submit_many((0..20).map(|n| task().payload(n))).await;
            }
        };
        let rewrites = async {
            for _ in 0..REWRITES {
                rewrite(&service).await;
                tokio::time::sleep(PAUSE).await;
            }
        };
        let backup = async {
            let (setup, to) = (service.setup().clone(), copy.clone());
            let done = tokio::task::spawn_blocking(move || back_up(&setup, &to)).await.unwrap();
            over.store(true, Ordering::Relaxed);
            done
        };
        let ((), (), (ok, said)) = tokio::join!(load, rewrites, backup);
        assert!(ok, "{said}");
        w.submit_many([task().payload("later")]).await;

        let second = restored(&copy);
        let there = w.through(&second.base());
        for id in &before {
            assert!(["ready", "running"].contains(&there.status(id).await.as_str()), "{id}");
        }
        assert_eq!(there.get("/state/k").send().await.ok()["value"], 7);
        let inbox = there.get("/agents/a/inbox").send().await.ok();
        assert_eq!(inbox["messages"][0]["body"], 1);
        there.complete(&held, "under the lease of before").await.ok();
        let all = there.pages("limit=500").await;
        assert!(all.iter().all(|task| task["payload"] != "later"), "it is of the time of the backup");
        assert_eq!(second.audit(w.swarm()).await, [""; 0]);
    });
}

#[test]
fn a_backup_is_made_while_the_service_rests_too() {
    let service = Service::start(Setup::private());
    let copy = new_dir("backup").join("copy");
    let mut id = String::new();
    in_a_swarm_of(&service, async |w| id = w.beside("default").submit_id(task()).await);
    service.terminate();
    assert!(service.ended().success());
    let (ok, said) = back_up(service.setup(), &copy);
    assert!(ok && said.contains(" bytes are in "), "{said}");
    in_a_swarm_of(&restored(&copy), async |w| {
        until("it is there", PATIENCE, async || w.beside("default").status(&id).await == "ready").await;
    });
}

#[test]
fn nothing_is_overwritten_and_where_there_is_nothing_that_is_said() {
    let (empty, taken) = (Setup::private(), new_dir("taken"));
    std::fs::write(taken.join("file"), "mine").unwrap();
    let (ok, said) = back_up(&empty, &new_dir("backup").join("copy"));
    assert!(!ok && said.contains("--data-dir") && said.lines().count() == 1, "{said}");
    let service = Service::start(Setup::private());
    let (ok, said) = back_up(service.setup(), &taken);
    assert!(!ok && said.contains("there already") && said.lines().count() == 1, "{said}");
    let redis = RedisServer::start();
    let (ok, said) = back_up(&Setup::redis(&redis), &new_dir("backup").join("copy"));
    assert!(!ok && said.contains("BGSAVE") && said.lines().count() == 1, "{said}");
}
