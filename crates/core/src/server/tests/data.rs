use std::path::Path;
use std::time::Duration;

use tokio::time::timeout;

use super::support::{Home, kill, one_line};
use crate::server::StartError;

/// A stopped Redis that holds some keys.
async fn home_with_data() -> Home {
    let home = Home::new();
    let redis = home.start().await;
    for key in 0..50 {
        home.ask::<()>(&format!("SET key-{key} value-{key}")).await;
    }
    redis.stop().await;
    home
}

fn damage(file: &Path) -> Vec<u8> {
    let mut bytes = std::fs::read(file).unwrap();
    let middle = bytes.windows(6).position(|part| part == b"key-25").unwrap();
    // The length in front of the key: no longer the protocol that Redis writes.
    bytes[middle - 5..middle - 2].copy_from_slice(b"!!!");
    std::fs::write(file, &bytes).unwrap();
    bytes
}

/// Fault: file-damaged
#[tokio::test]
async fn data_damaged_before_its_end_is_refused_and_left_as_it_is() {
    let home = home_with_data().await;
    let file = home.append_only(".incr.aof");
    let damaged = damage(&file);
    let error = home.try_start().await.unwrap_err();
    assert!(matches!(error, StartError::DataDamaged { .. }), "{error:?}");
    let text = one_line(&error);
    for part in ["redis-check-aof", "appendonlydir", "--data-dir"] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(std::fs::read(&file).unwrap(), damaged, "somebody repaired it");
}

/// Fault: file-damaged
#[tokio::test]
async fn a_damaged_manifest_is_called_what_it_is() {
    let home = home_with_data().await;
    std::fs::write(home.append_only(".manifest"), "nonsense\n").unwrap();
    let error = home.try_start().await.unwrap_err();
    assert!(matches!(error, StartError::DataDamaged { .. }), "{error:?}");
}

/// Fault: file-cut-short
#[tokio::test]
async fn a_last_command_that_a_crash_cut_short_costs_nothing_else() {
    let home = home_with_data().await;
    let file = home.append_only(".incr.aof");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() - 5]).unwrap();
    let redis = home.start().await;
    assert_eq!(home.ask::<usize>("DBSIZE").await, 49);
    redis.stop().await;
}

/// Fault: file-damaged
#[tokio::test]
async fn data_damaged_under_a_running_redis_are_found_at_its_next_death_and_not_tried_again() {
    let home = home_with_data().await;
    let redis = home.start().await;
    damage(&home.append_only(".incr.aof"));
    kill(home.answers(None).await);
    let error = timeout(Duration::from_secs(20), redis.failed()).await.expect("it is given up");
    assert!(matches!(error, StartError::DataDamaged { .. }), "{error:?}");
    redis.stop().await;
}
