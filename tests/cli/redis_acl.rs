//! `waggle redis-acl`.

use waggle_tests::{PATIENCE, RedisServer, Service, Setup, in_a_swarm, in_a_swarm_of, task, until};

use crate::program::program;

/// Runs the printed command as `redis-cli` would.
fn apply(redis: &RedisServer, line: &str) {
    let words: Vec<_> = line.split(' ').collect();
    let () = redis.command(&words).unwrap();
}

/// What the program prints.
async fn printed(arguments: &[&str], password: &str) -> String {
    let run = program(&[&["redis-acl"], arguments].concat()).file("password", password).run().await;
    assert_eq!(run.status, 0, "{}", run.stderr);
    run.stdout
}

#[test]
fn the_user_that_is_printed_is_one_that_a_service_works_as() {
    let redis = RedisServer::start();
    let password = std::fs::read_to_string(redis.password_file()).unwrap();
    let file = redis.password_file().display().to_string();
    in_a_swarm_of(&Service::start(Setup::redis(&redis)), async |w| {
        let line = printed(&["--user", "bee", "--password-file", &file], "").await;
        assert_eq!(line.lines().count(), 1, "{line}");
        assert!(line.starts_with("ACL SETUSER bee reset on #"), "{line}");
        assert!(!line.contains(password.trim()) && !line.contains('>') && !line.contains("+@"), "{line}");
        apply(&redis, line.trim());
        // Whatever it was allowed before is gone.
        let () = redis.query("ACL SETUSER bee +flushall");
        apply(&redis, line.trim());
        let users: Vec<String> = redis.query("ACL LIST");
        let bee = users.iter().find(|user| user.starts_with("user bee ")).unwrap();
        assert!(!bee.contains("flushall"), "{bee}");
        let bee = Service::start(Setup::redis(&redis).set("WAGGLE_REDIS__USERNAME", "bee"));
        let there = w.through(&bee.base());
        let id = there.submit_id(task()).await;
        let held = there.claim_one("a").await;
        there.complete(&held, 1).await.ok();
        until("both see it", PATIENCE, async || w.status(&id).await == "completed").await;
    });
}

#[test]
fn without_a_file_a_password_is_made_and_stands_alone_on_the_first_line() {
    let redis = RedisServer::start();
    in_a_swarm_of(&Service::start(Setup::redis(&redis)), async |_| {
        let (one, other) = (printed(&[], "").await, printed(&[], "").await);
        assert_ne!(one, other);
        let (password, line) = one.split_once("\n\n").unwrap();
        assert!(password.len() >= 43 && !line.contains(password), "{one}");
        apply(&redis, line.trim());
        let file = redis.password_file().with_file_name("made");
        std::fs::write(&file, password).unwrap();
        let made = Setup::redis(&redis).set("WAGGLE_REDIS__PASSWORD_FILE", &file.display().to_string());
        Service::start(made);
    });
}

#[test]
fn a_line_for_the_file_of_users_begins_with_the_user() {
    in_a_swarm(async |_| {
        let line = printed(&["--aclfile", "--password-file", "password"], "secret\n").await;
        assert!(
            line.starts_with(
                "user waggle on #2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b "
            ),
            "{line}"
        );
        assert!(!line.contains("reset ") && line.contains(" ~wg:* &wg:* -@all +"), "{line}");
    });
}

#[test]
fn what_cannot_be_used_is_refused_with_one_line() {
    in_a_swarm(async |_| {
        let run = program(&["redis-acl", "--password-file", "none"]).run().await;
        assert!(run.complaint(1).contains("--password-file none"));
        let run = program(&["redis-acl", "--user", "a b"]).run().await;
        assert!(run.complaint(1).contains("--user"));
        // Whoever may list processes could read it.
        let run = program(&["serve", "--redis-url", "redis://bee:hunter2@127.0.0.1:9"]).run().await;
        let said = run.complaint(2);
        assert!(said.contains("redis.password_file") && said.contains("--redis-url"), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    });
}
