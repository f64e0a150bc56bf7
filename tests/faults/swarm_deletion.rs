//! A swarm is deleted: whatever is killed meanwhile, and however many clear at once, nothing of it is left, and nothing of
//! any other one is touched.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use waggle_core::config::RedisConfig;
use waggle_core::{Codec, Redis, Target};
use waggle_task_queue::limits::VALUE_BYTES;
use waggle_task_queue::maintenance::{Clearer, Custodian, Promoter, Pruner, Reaper};
use waggle_task_queue::model::{NewSwarm, SwarmName};
use waggle_task_queue::{TaskQueue, library};
use waggle_tests::{PATIENCE, RedisServer, Service, Setup, World, in_a_swarm_of, task, until};

fn keys_of(redis: &RedisServer, swarm: &str) -> Vec<String> {
    redis.query(&format!("KEYS wg:{{{swarm}}}:*"))
}

fn directory(redis: &RedisServer) -> Vec<String> {
    redis.query("ZRANGE wg:{*}:swarms 0 -1")
}

async fn until_cleared(redis: &RedisServer, swarm: &str) {
    until(&format!("nothing of {swarm} is left"), PATIENCE, async || {
        keys_of(redis, swarm).is_empty() && !directory(redis).contains(&swarm.to_owned())
    })
    .await;
}

/// Makes a swarm as soon as its name is free, with so many tasks.
async fn make(w: &World, swarm: &str, tasks: usize) {
    let path = format!("/v1/swarms/{swarm}");
    until("the name is free", PATIENCE, async || {
        let reply = w.client().put(&path).send().await;
        assert!(matches!(reply.status, 201 | 409), "{}", reply.text);
        reply.status == 201
    })
    .await;
    for from in (0..tasks).step_by(1_000) {
        let some: Vec<_> = (from..tasks.min(from + 1_000)).map(|n| json!({"payload": n})).collect();
        w.client().post(&format!("{path}/tasks/batch")).json(json!({"tasks": some})).send().await.ok();
    }
}

async fn delete(w: &World, swarm: &str) {
    w.client().delete(&format!("/v1/swarms/{swarm}")).send().await.expect(202);
}

async fn ready(w: &World, swarm: &str) -> u64 {
    let stats = w.client().get(&format!("/v1/swarms/{swarm}/stats")).send().await.ok();
    stats["tasks"]["ready"].as_u64().unwrap()
}

/// Fault: server-killed
#[test]
fn a_server_that_is_killed_while_it_clears_is_followed_by_the_next_one() {
    let redis = RedisServer::start();
    let service = Service::start(Setup::redis(&redis));
    in_a_swarm_of(&service, async |w| {
        let mut halfway = 0;
        for round in 0..4 {
            let swarm = format!("doomed-{round}");
            make(&w, &swarm, 8_000).await;
            delete(&w, &swarm).await;
            tokio::time::sleep(Duration::from_millis(4 * round)).await;
            service.kill();
            halfway += usize::from(!keys_of(&redis, &swarm).is_empty());
            service.restart();
            let look = w.client().get(&format!("/v1/swarms/{swarm}")).send().await;
            look.problem(404, "swarm_not_found");
            until_cleared(&redis, &swarm).await;
        }
        assert!(halfway > 0, "no server was killed before it was done: this test has shown nothing");
    });
}

/// Fault: two-servers
#[test]
fn many_swarms_deleted_at_once_by_two_servers_are_all_cleared_and_their_neighbours_stay() {
    let redis = RedisServer::start();
    let (one, two) = (Service::start(Setup::redis(&redis)), Service::start(Setup::redis(&redis)));
    in_a_swarm_of(&one, async |w| {
        let other = w.through(&two.base());
        let names: Vec<_> = (0..12).map(|n| format!("s{n}")).collect();
        join_all(names.iter().map(|name| make(&w, name, 300))).await;
        w.submit_many((0..100).map(|_| task())).await;
        let (doomed, kept) = names.split_at(8);
        join_all(doomed.iter().zip([&w, &other].into_iter().cycle()).map(|(name, w)| delete(w, name))).await;
        for name in doomed {
            until_cleared(&redis, name).await;
        }
        for name in kept {
            assert_eq!(ready(&w, name).await, 300);
            assert!(directory(&redis).contains(name));
        }
        assert_eq!(w.list("ready").await.len(), 100);
    });
}

#[test]
fn a_swarm_that_is_made_anew_as_soon_as_it_can_be_loses_nothing_to_those_who_still_clear() {
    let redis = RedisServer::start();
    let (one, two) = (Service::start(Setup::redis(&redis)), Service::start(Setup::redis(&redis)));
    in_a_swarm_of(&one, async |w| {
        let other = w.through(&two.base());
        for round in 0..12 {
            let (first, second) = if round % 2 == 0 { (&w, &other) } else { (&other, &w) };
            make(first, "again", 500).await;
            assert_eq!(ready(second, "again").await, 500, "round {round}");
            // Both hear of it, and both begin to clear.
            delete(second, "again").await;
            let too_late = first.client().delete("/v1/swarms/again").send().await;
            too_late.problem(404, "swarm_not_found");
        }
        make(&w, "again", 700).await;
        assert_eq!(ready(&w, "again").await, 700);
        assert!(directory(&redis).contains(&"again".to_owned()));
        let findings = w.service().audit("again").await;
        assert!(findings.is_empty(), "{findings:?}");
    });
}

/// A task queue without a server, hence without anybody who maintains it.
async fn unattended(server: &RedisServer) -> (Redis, TaskQueue) {
    let mut config = RedisConfig::default();
    config.pool.min = 0;
    let redis = Redis::connect(&config, Target::Unix(server.socket()), library()).await.unwrap();
    (redis.clone(), TaskQueue::new(redis, Codec::new(1_024, VALUE_BYTES)))
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

#[test]
fn nobody_does_anything_in_a_swarm_that_is_deleted_but_who_clears_it() {
    run(async {
        let server = RedisServer::start();
        let (redis, queue) = unattended(&server).await;
        let swarm: SwarmName = "doomed".parse().unwrap();
        queue.put_swarm(&swarm, NewSwarm::default()).await.unwrap();
        for task in
            [json!({"lease_ms": 100}), json!({"delay_ms": 100}), json!({"retention_ms": 0, "priority": 9})]
        {
            queue.submit(&swarm, serde_json::from_value(task).unwrap(), None).await.unwrap();
        }
        let claim = json!({"agent": "a", "max_tasks": 2});
        let held = queue.claim(&swarm, serde_json::from_value(claim).unwrap()).await.unwrap().tasks;
        let lease = held[0].lease.as_ref().unwrap().token.clone();
        let complete = serde_json::from_value(json!({ "lease": lease })).unwrap();
        queue.complete(&swarm, held[0].id, complete).await.unwrap();
        queue.delete_swarm(&swarm).await.unwrap();
        // The lease and the delay: nothing else has to pass.
        tokio::time::sleep(Duration::from_millis(150)).await;
        let before = keys_of(&server, "doomed").len();
        let swept = [
            Reaper.run_once(&redis, &swarm).await.unwrap(),
            Promoter.run_once(&redis, &swarm).await.unwrap(),
            Pruner.run_once(&redis, &swarm).await.unwrap(),
            Custodian.run_once(&redis, &swarm).await.unwrap(),
        ];
        assert!(swept.iter().all(|swept| swept.tasks == 0 && swept.next_in.is_none()), "{swept:?}");
        assert_eq!(keys_of(&server, "doomed").len(), before);
        assert_eq!(Clearer.run_once(&redis).await.unwrap(), 1);
        assert!(keys_of(&server, "doomed").is_empty() && directory(&server).is_empty());
        assert!(keys_of(&server, "*").is_empty(), "nor anything of anybody");
        assert_eq!(Clearer.run_once(&redis).await.unwrap(), 0);
    });
}

#[test]
fn an_order_to_clear_that_comes_late_touches_nothing_of_a_swarm_that_was_made_anew() {
    run(async {
        let server = RedisServer::start();
        let (_, queue) = unattended(&server).await;
        let swarm: SwarmName = "again".parse().unwrap();
        queue.put_swarm(&swarm, NewSwarm::default()).await.unwrap();
        queue.submit(&swarm, serde_json::from_value(json!({})).unwrap(), None).await.unwrap();
        let keys = keys_of(&server, "again").len();
        let function = format!("swarm_clear_v{}", waggle_task_queue::VERSION);
        // The last order of one who began before this swarm was made.
        let late = || server.command(&["FCALL", &function, "1", "wg:{again}:", "5", "1", "queues"]);
        let answer: Vec<String> = late().unwrap();
        assert_eq!(answer, ["open"]);
        queue.delete_swarm(&swarm).await.unwrap();
        let answer: Vec<String> = late().unwrap();
        assert_eq!(answer[0], "closed");
        assert_ne!(answer[1], "5", "it was closed at another time");
        assert_eq!(keys_of(&server, "again").len(), keys);
    });
}

#[test]
fn a_name_that_was_entered_for_a_swarm_that_was_never_made_leaves_the_directory() {
    run(async {
        let server = RedisServer::start();
        let (redis, queue) = unattended(&server).await;
        let swarm: SwarmName = "there".parse().unwrap();
        queue.put_swarm(&swarm, NewSwarm::default()).await.unwrap();
        let () = server.query("ZADD wg:{*}:swarms 0 dangling");
        // Somebody was about to withdraw it, and was killed.
        let () = server.query("HSET wg:{*}:leaving dangling token there token");
        assert_eq!(Clearer.run_once(&redis).await.unwrap(), 0);
        assert_eq!(directory(&server), ["there"]);
        queue.put_swarm(&swarm, NewSwarm::default()).await.unwrap();
        assert!(server.query::<Vec<String>>("HKEYS wg:{*}:leaving").is_empty());
    });
}

#[test]
fn a_restore_into_default_that_broke_off_is_undone_by_deleting_it() {
    run(async {
        let server = RedisServer::start();
        let (redis, queue) = unattended(&server).await;
        let default = SwarmName::default();
        queue.submit(&default, serde_json::from_value(json!({})).unwrap(), None).await.unwrap();
        assert!(queue.delete_swarm(&default).await.is_err(), "it cannot be deleted");
        let () = server.query("HSET wg:{default}:swarm closed 2");
        assert!(queue.get_swarm(&default).await.is_err(), "it is closed while it is restored");
        assert_eq!(Clearer.run_once(&redis).await.unwrap(), 0, "what is being restored is left alone");
        queue.delete_swarm(&default).await.unwrap();
        assert_eq!(Clearer.run_once(&redis).await.unwrap(), 1);
        assert_eq!(queue.swarm_stats(&default).await.unwrap().tasks.ready, 0);
    });
}
