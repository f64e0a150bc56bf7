//! One operation has one stem in every layer: who has read one has read them all.

use waggle_tests::root;

use crate::source::{files, read, shown, stem, stems};

/// Where the operations on one kind of thing are.
struct Group {
    /// Below `routes/` and below `tests/api/`.
    routes: &'static str,
    /// Below the domain crate's `src/`, and what its functions begin with.
    domain: &'static str,
    /// Operations whose function is called otherwise: they share it with another one, or are made of several
    /// (docs/decisions/0003).
    share: &'static [(&'static str, &'static str)],
    /// Functions that no operation is named after, and who calls them.
    others: &'static [(&'static str, &'static str)],
}

const GROUPS: [Group; 12] = [
    Group {
        routes: "tasks",
        domain: "task",
        // The single outcomes are settlements of one.
        share: &[
            ("complete", "settle"),
            ("fail", "settle"),
            ("release", "settle"),
            ("submit_batch", "submit"),
        ],
        others: &[
            ("reap", "maintenance/reaper.rs"),
            ("promote", "maintenance/promoter.rs"),
            ("resolve", "maintenance/resolver.rs"),
            ("dependencies", "task/dependencies.rs"),
            ("prune", "maintenance/pruner.rs"),
            ("expire", "maintenance/timekeeper.rs"),
            ("watch", "task/get.rs"),
            ("trace", "task/trace.rs"),
            ("cascade", "task/cascade.rs"),
        ],
    },
    Group {
        routes: "queues",
        domain: "queue",
        share: &[("resume", "pause"), ("drain", "pause")],
        others: &[],
    },
    Group { routes: "agents", domain: "agent", share: &[], others: &[] },
    Group { routes: "messages", domain: "message", share: &[], others: &[] },
    Group {
        routes: "schedules",
        domain: "schedule",
        share: &[],
        others: &[("due", "maintenance/scheduler.rs"), ("fire", "maintenance/scheduler.rs")],
    },
    Group { routes: "tokens", domain: "token", share: &[], others: &[("follow", "token/follow.rs")] },
    Group { routes: "subscriptions", domain: "subscription", share: &[], others: &[] },
    Group {
        routes: "state",
        domain: "state",
        share: &[("patch", "put")],
        others: &[("watch", "state/watch.rs")],
    },
    Group { routes: "transactions", domain: "transaction", share: &[], others: &[] },
    Group { routes: "events", domain: "event", share: &[], others: &[("read", "event/read.rs")] },
    Group {
        routes: "snapshot",
        domain: "snapshot",
        share: &[("export", "swarm"), ("restore", "begin")],
        others: &[
            ("tasks", "snapshot/export.rs"),
            ("agents", "snapshot/export.rs"),
            ("former", "snapshot/export.rs"),
            ("inbox", "snapshot/export.rs"),
            ("messages", "snapshot/export.rs"),
            ("state", "snapshot/export.rs"),
            ("deleted", "snapshot/export.rs"),
            ("write", "snapshot/restore.rs"),
            ("finish", "snapshot/restore.rs"),
            ("clear", "snapshot/restore.rs"),
        ],
    },
    Group {
        routes: "swarms",
        domain: "swarm",
        share: &[("list", "page"), ("resume", "pause")],
        others: &[
            ("tend", "maintenance/custodian.rs"),
            ("survey", "survey/swarms.rs"),
            ("enroll", "swarm/directory.rs"),
            ("withdraw", "swarm/directory.rs"),
            ("clear", "swarm/clear.rs"),
        ],
    },
];

#[track_caller]
fn assert_there(path: &str, operation: &str) {
    assert!(root().join(path).is_file(), "{operation}: there is no {path}");
}

impl Group {
    /// Stems of the routes that are documented as operations.
    fn operations(&self) -> Vec<String> {
        let routes = files(&format!("crates/server/src/routes/{}", self.routes), "rs");
        let operations = routes.into_iter().filter(|path| read(path).contains("#[utoipa::path"));
        operations.map(|path| stem(&path)).collect()
    }

    fn function_of<'a>(&self, operation: &'a str) -> &'a str {
        let shared = self.share.iter().find(|(shares, _)| *shares == operation);
        shared.map_or(operation, |(_, function)| function)
    }
}

#[test]
fn every_operation_has_its_file_in_every_layer() {
    for group in GROUPS {
        let Group { routes, domain, .. } = group;
        let operations = group.operations();
        assert!(!operations.is_empty(), "{routes}");
        for operation in operations {
            let function = group.function_of(&operation);
            assert_there(&format!("crates/task-queue/src/{domain}/{operation}.rs"), &operation);
            assert_there(&format!("crates/task-queue/lua/{domain}_{function}.lua"), &operation);
            assert_there(&format!("tests/api/{routes}/{operation}.rs"), &operation);
        }
    }
}

#[test]
fn every_function_belongs_to_an_operation_or_to_a_service() {
    for group in GROUPS {
        let operations = group.operations();
        for stem in stems("crates/task-queue/lua", "lua") {
            let Some(name) = stem.strip_prefix(&format!("{}_", group.domain)) else { continue };
            if let Some((_, caller)) = group.others.iter().find(|(other, _)| *other == name) {
                assert_there(&format!("crates/task-queue/src/{caller}"), name);
                continue;
            }
            let belongs = operations.iter().any(|operation| group.function_of(operation) == name);
            assert!(belongs, "{stem}.lua belongs to no operation");
        }
    }
}

#[test]
fn every_operation_of_the_domain_is_reached_over_http() {
    for group in GROUPS {
        let operations = group.operations();
        for path in files(&format!("crates/task-queue/src/{}", group.domain), "rs") {
            let offers =
                read(&path).contains("impl TaskQueue {") && read(&path).contains("    pub async fn ");
            let stem = stem(&path);
            // What other operations ask beside their own work.
            let asked = |(other, file): &(&str, &str)| *other == stem && shown(&path).ends_with(file);
            let reached = operations.contains(&stem) || group.others.iter().any(asked);
            assert!(!offers || reached, "{} has no route of its name", shown(&path));
        }
    }
}

#[test]
fn every_group_of_routes_is_known_here() {
    let known = |path: &str| {
        // What operators ask is answered by the monitor, which no function of the library is named after.
        ["health", "perf"].iter().chain(GROUPS.iter().map(|group| &group.routes)).any(|group| *group == path)
    };
    for path in files("crates/server/src/routes", "rs") {
        let shown = shown(&path);
        let below = shown.trim_start_matches("crates/server/src/routes/");
        if let Some((group, _)) = below.split_once('/') {
            assert!(known(group), "routes/{group} has operations that nobody looks after");
        }
    }
}
