//! What keeps a service from starting: one line that names the setting and the remedy, and exit status 2.

use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use waggle_tests::{Authority, Ended, RedisServer, Service, Setup, new_dir};

const ANY_PORT: &str = "127.0.0.1:0";

/// The line with which a service on `listen` refuses to start; it has to say all of `words`.
#[track_caller]
fn refusal(setup: Setup, listen: &str, words: &[&str]) -> String {
    let Err(Ended { status, stderr }) = Service::try_start(setup, listen) else { panic!("it starts") };
    assert_eq!(status.code(), Some(2), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "one line:\n{stderr}");
    assert!(stderr.starts_with("waggle: "), "{stderr}");
    for word in words {
        assert!(stderr.contains(word), "says nothing of {word}: {stderr}");
    }
    stderr
}

fn script(name: &str, text: &str) -> String {
    let path = new_dir("program").join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

fn with_file(text: &str) -> Setup {
    let path = new_dir("settings").join("waggle.toml");
    std::fs::write(&path, text).unwrap();
    Setup::private().flag("--config").flag(&path.display().to_string())
}

#[test]
fn an_unknown_setting_in_the_environment() {
    refusal(Setup::private().set("WAGGLE_REDIS__NO_SUCH", "1"), ANY_PORT, &["WAGGLE_REDIS__NO_SUCH"]);
    refusal(Setup::private().set("WAGGLE_NO_SUCH__URL", "1"), ANY_PORT, &["WAGGLE_NO_SUCH__URL"]);
}

#[test]
fn an_unknown_setting_in_the_file() {
    refusal(with_file("[redis]\nno_such = 1\n"), ANY_PORT, &["no_such", "waggle.toml"]);
    refusal(with_file("[no_such]\nurl = 1\n"), ANY_PORT, &["no_such", "waggle.toml"]);
}

#[test]
fn a_setting_of_the_wrong_kind() {
    refusal(with_file("[redis.pool]\nmax = \"many\"\n"), ANY_PORT, &["redis.pool.max"]);
    refusal(Setup::private().set("WAGGLE_REDIS__POOL__MAX", "many"), ANY_PORT, &["WAGGLE_REDIS__POOL__MAX"]);
    refusal(with_file("[redis\n"), ANY_PORT, &["waggle.toml"]);
}

#[test]
fn a_file_that_is_not_there() {
    refusal(
        Setup::private().flag("--config").flag("/no/such/waggle.toml"),
        ANY_PORT,
        &["/no/such/waggle.toml"],
    );
}

#[test]
fn a_port_in_use() {
    let taken = TcpListener::bind(ANY_PORT).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    refusal(Setup::private(), &address, &[&address, "in use", "--listen", "server.listen"]);
}

#[test]
fn an_address_that_others_can_reach_without_tokens() {
    refusal(Setup::private(), "0.0.0.0:0", &["server.listen", "--insecure-no-auth"]);
    let told = Setup::private().flag("--insecure-no-auth");
    assert!(Service::try_start(told, "0.0.0.0:0").is_ok());
}

#[test]
fn no_redis_program_on_the_path() {
    // The launcher has to be found: it is Redis that is missing.
    let path = new_dir("path");
    let launcher =
        ["/usr/bin/setpriv", "/bin/setpriv"].into_iter().find(|path| Path::new(path).exists()).unwrap();
    symlink(launcher, path.join("setpriv")).unwrap();
    let setup = Setup::private().set("PATH", &path.display().to_string());
    refusal(setup, ANY_PORT, &["redis-server", "valkey-server", "install", "--redis-server", "--redis-url"]);
}

#[test]
fn a_redis_program_that_is_not_there() {
    let setup = Setup::private().flag("--redis-server").flag("/no/such/redis");
    refusal(setup, ANY_PORT, &["/no/such/redis", "--redis-server"]);
}

#[test]
fn a_redis_program_that_is_no_redis() {
    let program = script("redis-server", "#!/bin/sh\necho 'hello'\n");
    refusal(Setup::private().flag("--redis-server").flag(&program), ANY_PORT, &[&program, "--redis-server"]);
}

#[test]
fn an_old_redis_program() {
    let program = script(
        "redis-server",
        "#!/bin/sh\necho 'Redis server v=6.2.14 sha=00000000:0 malloc=jemalloc-5.1.0 bits=64'\n",
    );
    refusal(
        Setup::private().flag("--redis-server").flag(&program),
        ANY_PORT,
        &[&program, "6.2.14", "7.0", "install"],
    );
}

#[test]
fn a_data_directory_in_use() {
    let setup = Setup::private();
    let running = Service::start(setup.clone());
    refusal(setup, ANY_PORT, &["data directory", "in use", "--data-dir"]);
    drop(running);
}

#[test]
fn a_data_directory_that_cannot_be_used() {
    let file = new_dir("blocked").join("file");
    std::fs::write(&file, "").unwrap();
    let path = file.join("data").display().to_string();
    in_directory(&path, &[&path, "data directory", "--data-dir"]);
}

#[test]
fn a_socket_path_that_is_too_long() {
    let path = new_dir("long").join("d".repeat(100)).display().to_string();
    in_directory(&path, &["socket path", "107", "--data-dir"]);
}

/// The refusal of a service with its data in `path`.
fn in_directory(path: &str, words: &[&str]) {
    let ended = Setup::private().run(&["serve", "--listen", ANY_PORT, "--data-dir", path]);
    let stderr = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(2), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "one line:\n{stderr}");
    for word in words {
        assert!(stderr.contains(word), "says nothing of {word}: {stderr}");
    }
}

#[test]
fn a_redis_that_may_delete_tasks() {
    let redis = RedisServer::start();
    let () = redis.query("CONFIG SET maxmemory-policy allkeys-lru");
    refusal(Setup::redis(&redis), ANY_PORT, &["allkeys-lru", "noeviction", "redis.url"]);
}

#[test]
fn a_redis_that_is_not_there() {
    let setup = Setup::private().set("WAGGLE_REDIS__URL", "redis://127.0.0.1:9");
    refusal(setup, ANY_PORT, &["redis.url", "--redis-url"]);
    let setup = Setup::private().set("WAGGLE_REDIS__URL", "http://127.0.0.1:9");
    refusal(setup, ANY_PORT, &["redis.url"]);
}

#[test]
fn a_certificate_that_cannot_be_used_and_nothing_was_started_for_it() {
    let authority = Authority::new();
    let with = |name: &str, text: &str| {
        let setup = Setup::private().with_tls(&authority);
        std::fs::write(setup.file(name), text).unwrap();
        setup
    };
    let other = authority.service();
    let secret = other.key.lines().nth(1).unwrap();
    for (setup, words) in [
        (with("service.key", &other.key), ["`server.tls.key_file`", "another key"]),
        (with("service.key", &other.key[..100]), ["`server.tls.key_file`", "without a private key"]),
        (with("service.pem", ""), ["`server.tls.certificate_file`", "without a certificate"]),
        (
            with("x", "").asking_for_certificates(&authority, "sometimes"),
            ["WAGGLE_SERVER__TLS__CLIENT_CERTIFICATES", "`required`"],
        ),
        (
            with("x", "").set("WAGGLE_SERVER__TLS__CLIENT_CERTIFICATES", "required"),
            ["server.tls.client_ca_file", "is needed"],
        ),
    ] {
        let line = refusal(setup.clone(), ANY_PORT, &words);
        assert!(!line.contains(secret), "{line}");
        assert!(!setup.data_dir().exists(), "{line}");
    }
}
