//! The service killed with -9. It is played by this test binary itself, run again
//! with one test picked and the directory in its environment.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::support::{Home, gone, is_alive, kill};
use crate::config::PrivateConfig;
use crate::server::PrivateRedis;

const DATA_DIR: &str = "WAGGLE_TEST_PRIVATE_REDIS";
const PROGRAM: &str = "WAGGLE_TEST_PRIVATE_REDIS_PROGRAM";

/// The other process: runs a Redis until it is killed.
#[tokio::test]
#[ignore = "a process of its own for the tests below"]
async fn a_service_that_runs_until_it_is_killed() {
    let Some(data_dir) = std::env::var_os(DATA_DIR) else { return };
    let config =
        PrivateConfig { server_path: std::env::var_os(PROGRAM).map(PathBuf::from), ..Default::default() };
    let redis = PrivateRedis::start(&config, data_dir.as_ref()).await.unwrap();
    panic!("{}", redis.failed().await);
}

/// A service in a process of its own; killed at the end of the test at the latest.
struct Service(Child);

impl Service {
    fn run(home: &Home) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--ignored", "--exact"]);
        command.arg(format!(
            "{}::a_service_that_runs_until_it_is_killed",
            module_path!().split_once("::").unwrap().1
        ));
        command.env(DATA_DIR, home.data_dir()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some(program) = &home.config.server_path {
            command.env(PROGRAM, program);
        }
        Self(command.spawn().unwrap())
    }

    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn redis_is_given_none_of_our_own_variables() {
    let mut home = Home::new();
    let noted = home.folder().join("environment");
    let note = format!("env > '{}'; exec redis-server \"$@\"", noted.display());
    home.config.server_path = Some(home.program("noting", &note));
    let _service = Service::run(&home);
    home.answers(None).await;
    let environment = std::fs::read_to_string(noted).unwrap();
    assert!(environment.contains("PATH=") && !environment.contains("WAGGLE_"), "{environment}");
}

/// Fault: server-killed
#[tokio::test]
async fn a_service_killed_with_9_takes_its_redis_along_and_the_next_finds_all_data() {
    let home = Home::new();
    for round in 1..=3_i64 {
        let mut service = Service::run(&home);
        let pid = home.answers(None).await;
        let mut connection = home.connect().await.unwrap();
        for expected in round * 100 - 99..=round * 100 {
            let count: i64 = redis::cmd("INCR").arg("count").query_async(&mut connection).await.unwrap();
            assert_eq!(count, expected);
        }
        service.kill();
        gone(pid).await;
    }
    let redis = home.start().await;
    assert_eq!(home.ask::<i64>("GET count").await, 300);
    redis.stop().await;
}

#[tokio::test]
async fn a_service_that_is_killed_and_at_once_started_again_is_not_in_its_own_way() {
    let home = Home::new();
    for _ in 0..5 {
        let mut service = Service::run(&home);
        home.answers(None).await;
        service.kill();
        home.start().await.stop().await;
    }
}

/// Fault: server-killed
#[tokio::test]
async fn no_second_redis_writes_where_an_earlier_one_still_lives() {
    let mut home = Home::new();
    // A wrapper that does not become Redis: the death signal ends the wrapper alone.
    home.config.server_path = Some(home.program("wrapper", "redis-server \"$@\"\nexit $?"));
    let data_dir = home.data_dir();
    let mut service = Service::run(&home);
    let orphan = home.answers(None).await;
    home.ask::<()>("SET honey 7").await;
    service.kill();
    let plain = PrivateConfig::default();
    let next = PrivateRedis::start(&plain, &data_dir);
    tokio::pin!(next);
    let observed = async {
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(500) {
            assert_eq!(home.answers(None).await, orphan);
        }
    };
    tokio::select! {
        _ = &mut next => panic!("a second Redis was started beside a living one"),
        () = observed => {}
    }
    assert!(is_alive(orphan), "this test needs an orphan");
    kill(orphan);
    let redis = next.await.unwrap();
    assert_eq!(home.ask::<u32>("GET honey").await, 7);
    redis.stop().await;
}
