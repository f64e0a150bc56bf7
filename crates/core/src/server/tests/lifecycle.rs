use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Signal, getpgid, getpgrp, kill_process};

use super::support::{Home, gone, is_alive};
use crate::config::{Durability, PrivateConfig};
use crate::server::PrivateRedis;
use crate::server::conf;
use crate::server::data_dir::DataDir;
use crate::server::find::Search;
use crate::server::lock::Locks;
use crate::server::spawn::Launcher;

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn data_outlives_a_stop_and_a_start() {
    let home = Home::new();
    let redis = home.start().await;
    assert_eq!(redis.socket(), home.socket());
    let pid = home.answers(None).await;
    home.ask::<()>("SET honey 7").await;
    redis.stop().await;
    assert!(!is_alive(pid), "stop returned before Redis was gone");
    let redis = home.start().await;
    assert_eq!(home.ask::<u32>("GET honey").await, 7);
    redis.stop().await;
}

#[tokio::test]
async fn it_runs_with_the_settings_that_the_service_relies_on() {
    let mut home = Home::new();
    for (durability, sync) in [(Durability::EverySecond, "everysec"), (Durability::Strict, "always")] {
        home.config.durability = durability;
        let redis = home.start().await;
        let expected = [
            ("port", "0"),
            ("appendonly", "yes"),
            ("appendfsync", sync),
            ("save", ""),
            ("maxmemory-policy", "noeviction"),
            ("aof-load-truncated", "yes"),
            ("busy-reply-threshold", "1000"),
        ];
        for (name, value) in expected {
            let (_, actual): (String, String) = home.ask(&format!("CONFIG GET {name}")).await;
            assert_eq!(actual, value, "{name}");
        }
        redis.stop().await;
    }
}

#[tokio::test]
async fn nobody_else_may_look_inside() {
    let home = Home::new();
    let redis = home.start().await;
    assert_eq!(mode(&home.data_dir()), 0o700);
    for file in [home.socket(), home.append_only(".incr.aof"), home.data_dir().join("redis.conf")] {
        assert_eq!(mode(&file) & 0o077, 0, "{}", file.display());
    }
    redis.stop().await;
}

#[tokio::test]
async fn any_directory_name_will_do() {
    let home = Home::new();
    for name in ["with space", "with \"quotes\" and \\", "größe", "# comment"] {
        let data_dir = home.folder().join(name);
        let redis = PrivateRedis::start(&home.config, &data_dir).await.unwrap();
        assert!(data_dir.join("appendonlydir").is_dir(), "{name}");
        redis.stop().await;
    }
}

#[tokio::test]
async fn it_is_in_a_process_group_of_its_own_where_ctrl_c_does_not_reach_it() {
    let home = Home::new();
    let redis = home.start().await;
    let pid = home.answers(None).await;
    assert_eq!(getpgid(Some(pid)).unwrap(), pid);
    assert_ne!(getpgrp(), pid);
    redis.stop().await;
}

#[tokio::test]
async fn dropped_without_a_stop_it_ends_and_frees_the_directory() {
    let home = Home::new();
    let redis = home.start().await;
    let pid = home.answers(None).await;
    home.ask::<()>("SET honey 7").await;
    drop(redis);
    gone(pid).await;
    let redis = home.start().await;
    assert_eq!(home.ask::<u32>("GET honey").await, 7);
    redis.stop().await;
}

#[test]
fn the_end_of_the_runtime_that_supervises_it_is_its_own() {
    let home = Home::new();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let redis = runtime.block_on(home.start());
    let pid = runtime.block_on(home.answers(None));
    drop(runtime);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(gone(pid));
    runtime.block_on(redis.stop());
}

#[tokio::test]
async fn one_that_does_not_stop_when_asked_is_killed() {
    let home = Home::new();
    let data_dir = DataDir::prepare(&home.data_dir()).unwrap();
    let search = Search::of_this_process();
    let program = search.redis(None).await.unwrap();
    conf::write(&data_dir, &PrivateConfig { durability: Durability::Strict, ..Default::default() }).unwrap();
    let locks = Locks::acquire(&data_dir).await.unwrap();
    let launcher = Launcher::new(&search, program, data_dir, locks).unwrap();
    let mut child = launcher.spawn().await.unwrap();
    let pid = home.answers(None).await;
    kill_process(pid, Signal::STOP).unwrap();
    child.terminate_within(Duration::from_millis(100)).await;
    assert!(!is_alive(pid));
    assert!(child.exited().await.starts_with("signal: 9"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_death_of_the_thread_that_started_it_does_it_no_harm() {
    let home = Home::new();
    let runtime = tokio::runtime::Handle::current();
    let redis = std::thread::scope(|scope| scope.spawn(|| runtime.block_on(home.start())).join().unwrap());
    let pid = home.answers(None).await;
    // Had the signal been sent with the thread's end, it would have arrived by now.
    home.ask::<()>("SET honey 7").await;
    assert!(is_alive(pid));
    assert_eq!(home.answers(None).await, pid);
    redis.stop().await;
}

#[tokio::test]
async fn it_is_ready_only_when_everything_is_loaded() {
    const KEYS: usize = 30_000;
    let mut home = Home::new();
    let redis = home.start().await;
    let mut connection = home.connect().await.unwrap();
    let mut pipe = redis::pipe();
    for key in 0..KEYS {
        pipe.cmd("SET").arg(key).arg("x").ignore();
    }
    pipe.exec_async(&mut connection).await.unwrap();
    redis.stop().await;
    let slow = "exec redis-server \"$@\" --key-load-delay 20 --loading-process-events-interval-bytes 1024";
    home.config.server_path = Some(home.program("slow", slow));
    let redis = home.start().await;
    let info: String = home.ask("INFO persistence").await;
    assert!(info.contains("loading:0"), "{info}");
    assert_eq!(home.ask::<usize>("DBSIZE").await, KEYS);
    redis.stop().await;
}
