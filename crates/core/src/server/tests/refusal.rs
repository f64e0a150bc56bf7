use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::support::{Home, one_line, path_of};
use crate::server::StartError;
use crate::server::data_dir::DataDir;
use crate::server::find::Search;
use crate::server::lock::Locks;
use crate::server::private::PrivateRedis;

impl Home {
    async fn refusal_of(&mut self, program: impl Into<PathBuf>) -> String {
        self.config.server_path = Some(program.into());
        self.refusal().await
    }
}

#[tokio::test]
async fn a_directory_in_use_is_named_and_its_owner_not_disturbed() {
    let home = Home::new();
    let redis = home.start().await;
    let text = home.refusal().await;
    assert!(text.contains("is in use") && text.contains("--data-dir"), "{text}");
    assert!(text.contains(home.data_dir().to_str().unwrap()), "{text}");
    assert_eq!(home.ask::<String>("PING").await, "PONG");
    redis.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_an_earlier_redis_never_frees_is_named() {
    let home = Home::new();
    let data_dir = DataDir::prepare(&home.data_dir()).unwrap();
    let earlier = File::create(data_dir.redis_lock()).unwrap();
    earlier.lock().unwrap();
    let text = one_line(&Locks::acquire(&data_dir).await.unwrap_err());
    assert!(
        text.contains("still held by the Redis of an earlier waggle") && text.contains("--data-dir"),
        "{text}"
    );
}

#[tokio::test]
async fn the_longest_possible_socket_path_works_and_one_byte_more_is_refused() {
    let home = Home::new();
    let room = 107 - "/redis.sock".len() - home.folder().to_str().unwrap().len() - 1;
    let longest = home.folder().join("d".repeat(room));
    PrivateRedis::start(&home.config, &longest).await.unwrap().stop().await;
    let longer = home.folder().join("e".repeat(room + 1));
    let text = one_line(&PrivateRedis::start(&home.config, &longer).await.unwrap_err());
    assert!(text.contains("108 bytes, and 107 are possible") && text.contains("--data-dir"), "{text}");
    assert!(!longer.exists(), "nothing is left behind");
}

#[tokio::test]
async fn where_no_program_is_found_the_package_is_named() {
    let home = Home::new();
    let started = PrivateRedis::start_from(&Search::default(), &home.config, &home.data_dir()).await;
    let text = one_line(&started.unwrap_err());
    assert!(text.contains("`redis-server`") && text.contains("--redis-server"), "{text}");
}

#[tokio::test]
async fn the_bundled_program_comes_before_the_path_and_valkey_before_redis() {
    let (beside, path) = (Home::new(), Home::new());
    let version = "echo Valkey server v=8.0.1 sha=0";
    let expected = [
        path.program("redis-server", version),
        path.program("valkey-server", version),
        beside.program("redis-server", version),
        beside.program("valkey-server", version),
    ];
    let search = |known: &[PathBuf]| {
        let has = |home: &Home| known.iter().any(|program| program.starts_with(home.folder()));
        let beside = has(&beside).then(|| beside.folder().to_owned());
        Search { beside, path: path_of(&[path.folder()]) }
    };
    for (index, better) in expected.iter().enumerate().rev() {
        assert_eq!(search(&expected[..=index]).redis(None).await.as_ref(), Ok(better));
        std::fs::remove_file(better).unwrap();
    }
}

#[tokio::test]
async fn a_bare_name_is_looked_up_on_the_path() {
    let home = Home::new();
    let program = home.program("my-redis", "echo Redis server v=7.2.4 sha=0");
    let search = Search { beside: None, path: path_of(&[home.folder()]) };
    assert_eq!(search.redis(Some("my-redis".as_ref())).await, Ok(program));
    assert!(search.redis(Some("other-redis".as_ref())).await.is_err());
}

#[tokio::test]
async fn an_old_program_is_refused_with_its_version() {
    let mut home = Home::new();
    for version in ["6.2.0", "5.0.14", "unstable"] {
        let program = home.program("old", &format!("echo Redis server v={version} sha=00000000:0 bits=64"));
        let text = home.refusal_of(&program).await;
        assert!(text.contains(&format!("is version {version}, and 7.0 or later is needed")), "{text}");
        assert!(text.contains(program.to_str().unwrap()) && text.contains("--redis-server"), "{text}");
    }
    assert!(!home.data_dir().exists(), "nothing is left behind");
}

#[tokio::test]
async fn a_program_that_is_no_redis_is_refused_with_the_reason() {
    let mut home = Home::new();
    let missing = home.folder().join("missing");
    assert!(home.refusal_of(missing).await.contains("there is no such file"));
    assert!(home.refusal_of("/bin/echo").await.contains("names no version"));
    let plain = home.program("plain", "");
    std::fs::set_permissions(&plain, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(home.refusal_of(plain).await.contains("may not be executed"));
}

#[tokio::test]
async fn a_redis_that_refuses_its_configuration_is_quoted() {
    let mut home = Home::new();
    let odd = home.program("odd", "exec redis-server \"$@\" --no-such-setting 1");
    let text = home.refusal_of(odd).await;
    assert!(text.contains("exit status: 1") && text.contains("no-such-setting"), "{text}");
}

#[tokio::test]
async fn an_open_directory_with_other_peoples_files_is_not_closed_to_them() {
    let home = Home::new();
    std::fs::create_dir(home.data_dir()).unwrap();
    std::fs::write(home.data_dir().join("letter"), "dear").unwrap();
    std::fs::set_permissions(home.data_dir(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let error = home.try_start().await.unwrap_err();
    assert!(matches!(error, StartError::DataDir { .. }), "{error:?}");
    let mode = home.data_dir().metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o755);
    std::fs::remove_file(home.data_dir().join("letter")).unwrap();
    home.start().await.stop().await;
    assert_eq!(home.data_dir().metadata().unwrap().permissions().mode() & 0o777, 0o700);
}
