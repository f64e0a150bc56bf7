//! What the program says of itself.

use waggle_tests::{in_a_swarm, root};

use crate::program::program;

const COMMANDS: [&[&str]; 79] = [
    &[],
    &["serve"],
    &["backup"],
    &["migrate"],
    &["doctor"],
    &["bench"],
    &["validate"],
    &["openapi"],
    &["task"],
    &["task", "submit"],
    &["task", "get"],
    &["task", "list"],
    &["task", "count"],
    &["task", "attempts"],
    &["task", "output"],
    &["task", "cancel"],
    &["task", "retry"],
    &["task", "input"],
    &["task", "assign"],
    &["task", "act"],
    &["queue"],
    &["queue", "list"],
    &["queue", "get"],
    &["queue", "set"],
    &["queue", "pause"],
    &["queue", "resume"],
    &["queue", "drain"],
    &["queue", "purge"],
    &["queue", "replay"],
    &["schedule"],
    &["schedule", "list"],
    &["schedule", "get"],
    &["schedule", "put"],
    &["schedule", "run"],
    &["schedule", "pause"],
    &["schedule", "resume"],
    &["schedule", "delete"],
    &["agent"],
    &["agent", "run"],
    &["agent", "register"],
    &["agent", "list"],
    &["agent", "get"],
    &["agent", "drain"],
    &["agent", "resume"],
    &["agent", "remove"],
    &["swarm"],
    &["swarm", "create"],
    &["swarm", "list"],
    &["swarm", "get"],
    &["swarm", "delete"],
    &["swarm", "pause"],
    &["swarm", "resume"],
    &["swarm", "stats"],
    &["swarm", "export"],
    &["swarm", "import"],
    &["message"],
    &["message", "send"],
    &["message", "read"],
    &["message", "ack"],
    &["message", "subscribe"],
    &["message", "unsubscribe"],
    &["state"],
    &["state", "get"],
    &["state", "put"],
    &["state", "patch"],
    &["state", "delete"],
    &["state", "increment"],
    &["state", "list"],
    &["state", "watch"],
    &["events"],
    &["transaction"],
    &["token"],
    &["token", "new"],
    &["token", "list"],
    &["token", "revoke"],
    &["redis-acl"],
    &["perf"],
    &["perf", "alerts"],
    &["perf", "history"],
];
/// The commands that have commands of their own.
const GROUPS: [&[&str]; 10] = [
    &[],
    &["task"],
    &["queue"],
    &["schedule"],
    &["agent"],
    &["swarm"],
    &["message"],
    &["state"],
    &["perf"],
    &["token"],
];

#[test]
fn every_command_explains_itself() {
    in_a_swarm(async |_| {
        for command in COMMANDS {
            let text = program(&[command, &["--help"]].concat()).ok().await;
            let usage =
                ["Usage: waggle"].into_iter().chain(command.iter().copied()).collect::<Vec<_>>().join(" ");
            assert!(text.contains(&usage), "{command:?}:\n{text}");
        }
    });
}

#[test]
fn every_command_that_is_listed_is_one_of_these() {
    in_a_swarm(async |_| {
        for group in GROUPS {
            let text = program(&[group, &["--help"]].concat()).ok().await;
            let listed =
                text.split("Commands:\n").nth(1).unwrap().lines().take_while(|line| !line.is_empty());
            for name in listed
                .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
                .filter(|name| !name.is_empty())
            {
                let command = [group, &[name]].concat();
                assert!(name == "help" || COMMANDS.contains(&command.as_slice()), "{command:?} has no test");
            }
        }
    });
}

#[test]
fn wrong_usage_ends_with_status_2_and_a_hint() {
    in_a_swarm(async |_| {
        for (arguments, word) in [
            (&[][..], "Usage"),
            (&["serve", "--no-such-flag"], "--no-such-flag"),
            (&["agent", "run"], "CMD"),
            (&["agent", "run", "--concurrency", "0", "--", "true"], "--concurrency"),
            (&["task", "submit", "--payload", "1", "--text", "1"], "--text"),
            (&["task", "assign", "0193a0de-0000-7000-8000-000000000000"], "--strategy"),
            (&["task", "act", "eat", "--queue", "q"], "retry"),
            (&["queue", "set", "q", "--rate", "100"], "100/1000"),
            (&["queue", "purge"], "NAME"),
            (&["schedule", "put", "s", "--task", "{}"], "--cron"),
            (&["schedule", "put", "s", "--cron", "@daily", "--task", "{"], "not JSON"),
            (&["swarm", "delete"], "NAME"),
            (&["agent", "list", "--status", "asleep"], "draining"),
            (&["message", "send", "--to", "a", "--body", "1"], "--from"),
            (&["message", "send", "--from", "a", "--to", "b", "--topic", "t"], "--topic"),
            (&["message", "ack", "--agent", "a"], "--up-to"),
            (&["message", "read", "--agent", "a", "--follow", "--wait-ms", "1"], "--wait-ms"),
            (&["state", "put", "..", "1"], "KEY"),
            (&["state", "increment", "k", "--by", "two"], "--by"),
            (&["events", "--kind", "task.eaten"], "--kind"),
            (&["events", "--since", "yesterday"], "--since"),
            (&["perf", "--window-ms", "0"], "--window-ms"),
            (&["perf", "--window-ms", "600001"], "--window-ms"),
            (&["perf", "--scope", "galaxy"], "fleet"),
            (&["perf", "history", "--points", "0"], "--points"),
            (&["bench", "--only", "speed"], "settlements"),
            (&["bench", "--keep"], "--json"),
            (&["bench", "--into", "performance.md"], "--render"),
            (&["bench", "--render", "bench.json", "--quick"], "--quick"),
        ] {
            let ended = program(arguments).run().await;
            assert_eq!(ended.status, 2, "{arguments:?}: {ended:?}");
            assert!(ended.stderr.contains(word), "{arguments:?}: {}", ended.stderr);
        }
    });
}

#[test]
fn the_document_that_is_printed_is_the_one_that_is_checked_in() {
    in_a_swarm(async |_| {
        let checked_in = std::fs::read_to_string(root().join("openapi/openapi.json")).unwrap();
        assert!(program(&["openapi"]).ok().await == checked_in, "run `make openapi`");
    });
}

#[test]
fn the_version_is_told() {
    in_a_swarm(async |_| {
        let text = program(&["--version"]).ok().await;
        assert_eq!(text, format!("waggle {}\n", env!("CARGO_PKG_VERSION")));
    });
}
