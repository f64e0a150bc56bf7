//! A server that is killed in the middle of a restore leaves a swarm that is hidden.

use waggle_tests::{PATIENCE, World, on_a_service, task, until, uses_cluster};

use super::support::{assert_sound, empty, export, furnish, restore, tasks_of};

/// Leaves the swarm as a server would that was killed: closed, with a part of what was to be written.
fn break_off(w: &World, at: &str) {
    let name = w.swarm();
    let redis = |words: &str| drop(w.service().redis::<i64>(words));
    redis(&format!("HSET wg:{{{name}}}:swarm closed 2 restore somebody restore_at {at}"));
    redis(&format!("ZADD wg:{{{name}}}:z:r5:default 0 01a205aa-cb6a-75fc-94de-ef603ee1f01a"));
    redis(&format!("HSET wg:{{{name}}}:q:default new>ready 7"));
}

const LONG_AGO: &str = "1";
const FOR_EVER: &str = "99999999999999";

#[test]
fn it_is_restored_again() {
    if uses_cluster() {
        return;
    }
    on_a_service(async |w| {
        furnish(&w).await;
        let snapshot = export(&w).await;
        for other in [empty(&w).await, w.beside("default")] {
            break_off(&other, LONG_AGO);
            other.get("").send().await.problem(404, "swarm_not_found");
            other.post("/tasks").json(task()).send().await.problem(404, "swarm_not_found");
            restore(&other, snapshot.clone()).await.ok();
            assert_sound(&other).await;
            assert_eq!(tasks_of(&other).await.len(), tasks_of(&w).await.len());
        }
    });
}

#[test]
fn it_is_deleted() {
    if uses_cluster() {
        return;
    }
    on_a_service(async |w| {
        for other in [empty(&w).await, w.beside("default")] {
            break_off(&other, FOR_EVER);
            other.delete("").send().await.expect(202);
            until("it can be made again", PATIENCE, async || other.put("").send().await.status < 300).await;
            assert!(tasks_of(&other).await.is_empty());
            assert_sound(&other).await;
        }
    });
}

#[test]
fn while_somebody_restores_it_nobody_else_does() {
    if uses_cluster() {
        return;
    }
    on_a_service(async |w| {
        let (snapshot, other) = (export(&w).await, empty(&w).await);
        break_off(&other, FOR_EVER);
        restore(&other, snapshot).await.problem(409, "swarm_closed");
        other.get("").send().await.problem(404, "swarm_not_found");
    });
}
