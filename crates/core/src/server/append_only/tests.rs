use tokio::time::Instant;

use super::healer::{Begun, Healer, MAX_PAUSE, Seen};
use super::info::Info;
use super::watch::LOOK;
use crate::server::data_dir::DataDir;

fn healer() -> Healer {
    let home = tempfile::tempdir().unwrap();
    Healer::new(&DataDir::prepare(&home.path().join("data")).unwrap())
}

fn info(status: &str, rest: &str) -> Info {
    Info::from(&*format!("aof_last_write_status:{status}\r\n{rest}\r\n"))
}

#[tokio::test]
async fn a_write_that_failed_between_two_looks_has_refused_somebody() {
    let mut healer = healer();
    healer.note(&info("ok", "errorstat_ERR:count=7"));
    assert!(healer.is_whole());
    healer.note(&info("ok", "errorstat_MISCONF:count=1"));
    assert!(!healer.is_whole());
    healer.has_hole = false;
    healer.note(&info("ok", "errorstat_MISCONF:count=1"));
    assert!(healer.is_whole());
    healer.note(&info("err", "errorstat_MISCONF:count=1"));
    assert!(!healer.is_whole());
}

#[tokio::test]
async fn after_each_try_that_failed_the_pause_is_longer_until_one_succeeds() {
    let mut healer = healer();
    let begun = Begun { before: Some(1), is_lost: false };
    let failed = info("ok", "aof_rewrites:2\r\naof_last_bgrewrite_status:err");
    for _ in 0..10 {
        assert_eq!(healer.conclude(begun, &failed), Seen::Trouble);
        assert!(!healer.is_whole());
    }
    assert!(healer.next_try > Instant::now() + MAX_PAUSE / 3, "half of the longest pause at least");
    healer.has_hole = false;
    let done = info("ok", "aof_rewrites:3\r\naof_last_bgrewrite_status:ok");
    assert_eq!(healer.conclude(begun, &done), Seen::Whole);
    assert!(healer.pauses.next_delay() <= LOOK);
}

#[tokio::test]
async fn what_failed_while_it_was_written_anew_and_what_never_began_is_not_whole() {
    let mut healer = healer();
    let begun = Begun { before: Some(1), is_lost: false };
    healer.note(&info("ok", "errorstat_MISCONF:count=1"));
    let done = info("ok", "aof_rewrites:2\r\naof_last_bgrewrite_status:ok");
    assert_eq!(healer.conclude(begun, &done), Seen::Pending);
    healer.has_hole = false;
    let same = info("ok", "aof_rewrites:1\r\naof_last_bgrewrite_status:ok");
    assert_eq!(healer.conclude(begun, &same), Seen::Pending);
    assert!(!healer.is_whole());
}
