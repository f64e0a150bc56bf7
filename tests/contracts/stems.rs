//! One operation has one stem in every layer: who has read one has read them all.

use waggle_tests::root;

use crate::source::stems;

/// Operations that share a function with another one (docs/decisions/0003): the single outcomes are settlements of one.
const SHARE: [(&str, &str); 4] =
    [("complete", "settle"), ("fail", "settle"), ("release", "settle"), ("submit_batch", "submit")];
/// Functions that no operation is named after, and who calls them.
const OTHERS: [(&str, &str); 4] = [
    ("reap", "maintenance/reaper.rs"),
    ("promote", "maintenance/promoter.rs"),
    ("prune", "maintenance/pruner.rs"),
    ("watch", "task/get.rs"),
];

#[track_caller]
fn assert_there(path: &str, operation: &str) {
    assert!(root().join(path).is_file(), "{operation}: there is no {path}");
}

fn operations() -> Vec<String> {
    let all: Vec<_> =
        stems("crates/server/src/routes/tasks", "rs").into_iter().filter(|stem| stem != "mod").collect();
    assert!(all.len() >= 12, "{all:?}");
    all
}

#[test]
fn every_operation_on_tasks_has_its_file_in_every_layer() {
    for operation in operations() {
        let function = SHARE
            .iter()
            .find(|(shares, _)| *shares == operation)
            .map_or(operation.as_str(), |(_, with)| with);
        assert_there(&format!("crates/task-queue/src/task/{operation}.rs"), &operation);
        assert_there(&format!("crates/task-queue/lua/task_{function}.lua"), &operation);
        assert_there(&format!("tests/api/tasks/{operation}.rs"), &operation);
    }
}

#[test]
fn every_function_on_tasks_belongs_to_an_operation_or_to_a_service() {
    let operations = operations();
    for stem in stems("crates/task-queue/lua", "lua") {
        let Some(name) = stem.strip_prefix("task_") else { continue };
        match OTHERS.iter().find(|(other, _)| *other == name) {
            Some((_, caller)) => assert_there(&format!("crates/task-queue/src/{caller}"), name),
            None => assert!(
                operations.iter().any(|operation| operation == name),
                "{stem}.lua belongs to no operation"
            ),
        }
    }
}

#[test]
fn every_operation_of_the_domain_is_reached_over_http() {
    let operations = operations();
    let helpers = ["mod", "task_queue"];
    for stem in stems("crates/task-queue/src/task", "rs") {
        let known = helpers.contains(&stem.as_str()) || operations.contains(&stem);
        assert!(known, "task/{stem}.rs has no route of its name");
    }
}

/// Operations on swarms that share a function with another one.
const SHARE_SWARMS: [(&str, &str); 2] = [("resume", "pause"), ("list", "page")];
/// Functions on swarms that no operation is named after, and who calls them.
const OTHER_SWARMS: [(&str, &str); 4] = [
    ("enroll", "swarm/directory.rs"),
    ("withdraw", "swarm/directory.rs"),
    ("clear", "swarm/clear.rs"),
    ("tend", "maintenance/custodian.rs"),
];
/// Files of the domain that are no operation on swarms.
const HELP_SWARMS: [&str; 5] = ["mod", "clear", "directory", "page", "rates"];

#[test]
fn every_operation_on_swarms_has_its_file_in_every_layer_and_no_layer_has_others() {
    let operations: Vec<_> =
        stems("crates/server/src/routes/swarms", "rs").into_iter().filter(|stem| stem != "mod").collect();
    assert!(operations.len() >= 7, "{operations:?}");
    let function_of = |operation: &str| {
        let shared = SHARE_SWARMS.iter().find(|(shares, _)| *shares == operation);
        shared.map_or_else(|| operation.to_owned(), |(_, with)| (*with).to_owned())
    };
    for operation in &operations {
        assert_there(&format!("crates/task-queue/src/swarm/{operation}.rs"), operation);
        assert_there(&format!("crates/task-queue/lua/swarm_{}.lua", function_of(operation)), operation);
        assert_there(&format!("tests/api/swarms/{operation}.rs"), operation);
    }
    for stem in stems("crates/task-queue/lua", "lua") {
        let Some(name) = stem.strip_prefix("swarm_") else { continue };
        match OTHER_SWARMS.iter().find(|(other, _)| *other == name) {
            Some((_, caller)) => assert_there(&format!("crates/task-queue/src/{caller}"), name),
            None => assert!(
                operations.iter().any(|operation| function_of(operation) == name),
                "{stem}.lua belongs to no operation"
            ),
        }
    }
    for stem in stems("crates/task-queue/src/swarm", "rs") {
        let known = HELP_SWARMS.contains(&stem.as_str()) || operations.contains(&stem);
        assert!(known, "swarm/{stem}.rs has no route of its name");
    }
}

#[test]
fn every_operation_on_agents_has_its_file_in_every_layer_and_no_layer_has_others() {
    let operations: Vec<_> =
        stems("crates/server/src/routes/agents", "rs").into_iter().filter(|stem| stem != "mod").collect();
    assert!(operations.len() >= 7, "{operations:?}");
    for operation in &operations {
        assert_there(&format!("crates/task-queue/src/agent/{operation}.rs"), operation);
        assert_there(&format!("crates/task-queue/lua/agent_{operation}.lua"), operation);
        assert_there(&format!("tests/api/agents/{operation}.rs"), operation);
    }
    for stem in stems("crates/task-queue/lua", "lua") {
        let Some(name) = stem.strip_prefix("agent_") else { continue };
        assert!(operations.iter().any(|operation| operation == name), "{stem}.lua belongs to no operation");
    }
    for stem in stems("crates/task-queue/src/agent", "rs") {
        let known = ["mod", "record"].contains(&stem.as_str()) || operations.contains(&stem);
        assert!(known, "agent/{stem}.rs has no route of its name");
    }
}

#[test]
fn every_operation_on_messages_and_subscriptions_has_its_file_in_every_layer_and_no_layer_has_others() {
    for (folder, noun) in [("messages", "message"), ("subscriptions", "subscription")] {
        let operations: Vec<_> = stems(&format!("crates/server/src/routes/{folder}"), "rs")
            .into_iter()
            .filter(|stem| stem != "mod")
            .collect();
        assert!(operations.len() >= 2, "{operations:?}");
        for operation in &operations {
            assert_there(&format!("crates/task-queue/src/{noun}/{operation}.rs"), operation);
            assert_there(&format!("crates/task-queue/lua/{noun}_{operation}.lua"), operation);
            assert_there(&format!("tests/api/{folder}/{operation}.rs"), operation);
        }
        for stem in stems("crates/task-queue/lua", "lua") {
            let Some(name) = stem.strip_prefix(&format!("{noun}_")) else { continue };
            assert!(
                operations.iter().any(|operation| operation == name),
                "{stem}.lua belongs to no operation"
            );
        }
        for stem in stems(&format!("crates/task-queue/src/{noun}"), "rs") {
            assert!(stem == "mod" || operations.contains(&stem), "{noun}/{stem}.rs has no route of its name");
        }
    }
}

/// Of the state, what is no operation: addresses whose keys have several segments; and beneath, how entries, cursors,
/// conditions and patches are read and written.
const STATE_HELPERS: [&str; 9] =
    ["mod", "slashes", "cursor", "entry", "guard", "merge_patch", "patch_turns", "refusal", "watch"];

#[test]
fn every_operation_on_the_state_has_its_file_in_every_layer_and_no_layer_has_others() {
    let operations: Vec<_> = stems("crates/server/src/routes/state", "rs")
        .into_iter()
        .filter(|stem| !STATE_HELPERS.contains(&stem.as_str()))
        .collect();
    assert_eq!(operations.len(), 6, "{operations:?}");
    for operation in &operations {
        // A patch is merged in the service and written as a put is.
        let function = if operation == "patch" { "put" } else { operation };
        assert_there(&format!("crates/task-queue/src/state/{operation}.rs"), operation);
        assert_there(&format!("crates/task-queue/lua/state_{function}.lua"), operation);
        assert_there(&format!("tests/api/state/{operation}.rs"), operation);
    }
    for stem in stems("crates/task-queue/lua", "lua") {
        let Some(name) = stem.strip_prefix("state_") else { continue };
        let known = name == "watch" || operations.iter().any(|operation| operation == name);
        assert!(known, "{stem}.lua belongs to no operation");
    }
    for stem in stems("crates/task-queue/src/state", "rs") {
        let known = STATE_HELPERS.contains(&stem.as_str()) || operations.contains(&stem);
        assert!(known, "state/{stem}.rs has no route of its name");
    }
}

#[test]
fn every_operation_on_events_has_its_file_in_every_layer() {
    for operation in stems("crates/server/src/routes/events", "rs").into_iter().filter(|stem| stem != "mod") {
        assert_there(&format!("crates/task-queue/src/event/{operation}.rs"), &operation);
        assert_there(&format!("crates/task-queue/lua/event_{operation}.lua"), &operation);
        assert_there(&format!("tests/api/events/{operation}.rs"), &operation);
    }
}
