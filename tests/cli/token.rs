//! `waggle token`, and services that ask for one.

use std::net::TcpStream;

use serde_json::json;
use waggle_tests::{ALL_SCOPES, Service, Setup, in_a_swarm_of, new_dir};

use crate::program::program;

#[tokio::test]
async fn a_new_token_is_printed_alone_and_then_the_block_for_the_settings() {
    let flags = ["--scopes", "work,submit", "--swarms", "a,b", "--agent", "x", "--expires-ms", "60000"];
    let printed = program(&[&["token", "new", "--name", "ci"], &flags[..]].concat()).ok().await;
    let mut lines = printed.lines();
    let token = lines.next().unwrap();
    // 256 bits in base64 behind the word by which it is known.
    assert!(token.starts_with("waggle_") && token.len() == "waggle_".len() + 43, "{token}");
    assert_eq!(printed.matches(token).count(), 1);
    let block: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    assert_eq!(block[..2], ["[[auth.tokens]]", "name = \"ci\""]);
    assert!(
        block[2].starts_with("sha256 = \"") && block[2].len() == "sha256 = \"\"".len() + 64,
        "{}",
        block[2]
    );
    assert_eq!(block[3..6], ["scopes = [\"submit\", \"work\"]", "swarms = [\"a\", \"b\"]", "agent = \"x\""]);
    assert!(block[6].starts_with("expires_at = \"20") && block.len() == 7, "{printed}");
    let again = program(&["token", "new", "--name", "ci", "--scopes", "work"]).ok().await;
    assert_ne!(again.lines().next(), Some(token));
}

#[tokio::test]
async fn what_is_no_scope_or_no_name_is_wrong_usage() {
    for flags in [
        &["--name", "ci"][..],
        &["--scopes", "work"],
        &["--name", "ci", "--scopes", "everything"],
        &["--name", "a b", "--scopes", "work"],
        &["--name", "ci", "--scopes", "work", "--expires-ms", "0"],
    ] {
        let ended = program(&[&["token", "new"], flags].concat()).run().await;
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{flags:?}: {}", ended.stderr);
    }
}

#[test]
fn with_a_token_in_its_settings_a_service_listens_where_others_reach_it() {
    let service = Service::try_start(Setup::private().with_tokens(), "0.0.0.0:0").unwrap();
    let port = service.address().rsplit(':').next().unwrap().to_owned();
    TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
}

#[test]
fn a_service_that_is_to_ask_in_any_case_needs_no_token_to_start() {
    let setup = Setup::private().set("WAGGLE_AUTH__REQUIRED", "true");
    assert!(Service::try_start(setup, "0.0.0.0:0").is_ok());
}

#[test]
fn tokens_in_redis_alone_let_a_service_listen_where_others_reach_it() {
    let service = Service::start(Setup::private());
    let flags = ["token", "new", "--name", "first", "--scopes", ALL_SCOPES, "--url"];
    let stored = service.setup().run(&[&flags[..], &[&service.base()]].concat());
    assert!(stored.status.success(), "{stored:?}");
    service.terminate();
    service.ended();
    let again = service.setup().clone();
    assert!(Service::try_start(again, "0.0.0.0:0").is_ok());
}

#[test]
fn commands_show_a_token_from_a_file_or_the_environment_and_tell_nobody() {
    let service = Service::start(Setup::private().with_tokens());
    in_a_swarm_of(&service, async |w| {
        let file = new_dir("token").join("root.token");
        std::fs::write(&file, format!("{}\nmore\n", service.setup().root())).unwrap();
        let file = file.display().to_string();
        let list = || program(&["swarm", "list"]).set("WAGGLE_URL", &service.base());
        let refused = list().run().await;
        assert_eq!(refused.status, 1);
        assert!(refused.stderr.contains("asks for a token"), "{}", refused.stderr);
        assert!(list().set("WAGGLE_TOKEN_FILE", &file).ok().await.contains(w.swarm()));
        assert!(list().set("WAGGLE_TOKEN", service.setup().root()).ok().await.contains(w.swarm()));
        // A file that was named beats the environment.
        let named = ["swarm", "list", "--token-file", &file];
        let named = program(&named).set("WAGGLE_URL", &service.base()).set("WAGGLE_TOKEN", "wrong");
        assert!(named.ok().await.contains(w.swarm()));
        let secret = "hush\u{7f}hush";
        let broken = list().set("WAGGLE_TOKEN", secret).run().await;
        assert!(broken.status == 1 && !broken.stderr.contains("hush"), "{}", broken.stderr);
        let wrong = list().set("WAGGLE_TOKEN", "waggle_hush").run().await;
        assert!(wrong.status == 1 && !wrong.stderr.contains("hush"), "{}", wrong.stderr);
        w.submit(json!({})).await;
    });
}
