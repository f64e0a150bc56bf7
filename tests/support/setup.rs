//! How a service is to be started.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use tokio_rustls::rustls::ClientConfig;
use waggle_core::Target;

use crate::paths::waggle;
use crate::redis_server::{RedisServer, SERVICE_USER};
use crate::sandbox::new_dir;
use crate::{Authority, Cluster, Named, Pair, Shim, Shimmed, process};

/// What a token may do that may do everything.
pub const ALL_SCOPES: &str = "submit,work,message,state,operate,admin";

/// A machine that is busy with other tests stalls Redis for longer than a service waits unless told otherwise.
const STALL_MS: &str = "15000";
const RESPONSE_TIMEOUT: &str = "WAGGLE_REDIS__HOT__RESPONSE_TIMEOUT_MS";

/// A service that is not started yet.
#[derive(Debug, Clone)]
pub struct Setup {
    pub(crate) directory: PathBuf,
    data_dir: PathBuf,
    pub(crate) target: Target,
    pub(crate) cluster: Option<Arc<Cluster>>,
    /// The token of clients, where the service asks for one.
    pub(crate) root: Option<String>,
    /// How clients reach the service over TLS.
    pub(crate) tls: Option<Arc<ClientConfig>>,
    variables: Vec<(String, String)>,
    flags: Vec<String>,
    open_files: Option<u32>,
}

impl Setup {
    /// On a private Redis, in a new directory.
    pub fn private() -> Self {
        let directory = new_dir("service");
        let target = Target::Unix(directory.join("data/redis.sock"));
        Self::new(directory, target).set("WAGGLE_REDIS__USERNAME", SERVICE_USER)
    }

    /// With the same settings, on a private Redis in a new directory.
    #[must_use]
    pub fn again(&self) -> Self {
        let (variables, flags) = (self.variables.clone(), self.flags.clone());
        Self { variables, flags, ..Self::private() }
    }

    /// On a private Redis with its data in `directory`.
    pub fn private_in(directory: PathBuf) -> Self {
        let target = Target::Unix(directory.join("redis.sock"));
        let setup = Self { data_dir: directory, ..Self::new(new_dir("service"), target) };
        setup.set("WAGGLE_REDIS__USERNAME", SERVICE_USER)
    }

    /// On a Redis of the harness.
    pub fn redis(redis: &RedisServer) -> Self {
        Self::through(redis, &redis.url())
    }

    /// On a Redis of the harness, reached through `url`; the audit goes to it directly.
    pub fn through(redis: &RedisServer, url: &str) -> Self {
        let setup = Self::new(new_dir("service"), Target::Unix(redis.socket()));
        setup.set("WAGGLE_REDIS__URL", url).limited_to_a_user_of(redis)
    }

    /// On a cluster.
    pub fn cluster(cluster: &Arc<Cluster>) -> Self {
        let urls = cluster.urls();
        let setup = Self {
            cluster: Some(Arc::clone(cluster)),
            ..Self::new(new_dir("service"), Target::Cluster(urls.clone()))
        };
        let setup = setup.set("WAGGLE_REDIS__MODE", "cluster").set("WAGGLE_REDIS__URLS", &urls.join(","));
        setup.limited_to_a_user_of(&cluster.nodes()[0])
    }

    /// As the user that may do nothing but what the service needs.
    fn limited_to_a_user_of(self, redis: &RedisServer) -> Self {
        let password = redis.password_file().display().to_string();
        self.set("WAGGLE_REDIS__USERNAME", SERVICE_USER).set("WAGGLE_REDIS__PASSWORD_FILE", &password)
    }

    /// It waits for Redis no longer than a service does that is not told otherwise: for tests that silence Redis.
    #[must_use]
    pub fn waits_as_delivered(mut self) -> Self {
        self.variables.retain(|(name, _)| name != RESPONSE_TIMEOUT);
        self
    }

    /// With an environment variable.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Under a shim: the service itself, or its private Redis.
    #[must_use]
    pub fn under(self, shim: &Shim, of: Shimmed) -> Self {
        shim.variables(of).into_iter().fold(self, |setup, (name, value)| setup.set(name, &value))
    }

    /// With tokens in its settings, of which its clients show one that may do everything.
    #[must_use]
    pub fn with_tokens(self) -> Self {
        let all = self.token("root", &["--scopes", ALL_SCOPES]);
        let file = self.tokens_file().display().to_string();
        Self { root: Some(all), ..self }.set("WAGGLE_AUTH__TOKENS_FILE", &file)
    }

    /// The system lets it open no more files than these.
    #[must_use]
    pub fn open_files(self, most: u32) -> Self {
        Self { open_files: Some(most), ..self }
    }

    /// The token of its clients.
    ///
    /// # Panics
    /// Where it has none.
    pub fn root(&self) -> &str {
        self.root.as_deref().expect("a setup with tokens")
    }

    /// Makes a token for the settings of a service that is not started yet; the flags are those of `waggle token new`.
    pub fn token(&self, name: &str, flags: &[&str]) -> String {
        let made = self.run(&[&["token", "new", "--name", name], flags].concat());
        assert!(made.status.success(), "{made:?}");
        let text = String::from_utf8(made.stdout).unwrap();
        let (token, block) = text.split_once('\n').unwrap();
        let mut file = OpenOptions::new().create(true).append(true).open(self.tokens_file()).unwrap();
        file.write_all(block.as_bytes()).unwrap();
        token.to_owned()
    }

    /// Over TLS, with a certificate of this authority, which its clients trust. Files are looked at ten times a second.
    #[must_use]
    pub fn with_tls(self, authority: &Authority) -> Self {
        self.put_certificate(&authority.service());
        let (certificate, key) = (self.file("service.pem"), self.file("service.key"));
        Self { tls: Some(authority.trusted()), ..self }
            .set("WAGGLE_SERVER__TLS__CERTIFICATE_FILE", &certificate)
            .set("WAGGLE_SERVER__TLS__KEY_FILE", &key)
            .set("WAGGLE_SERVER__TLS__RELOAD_MS", "100")
    }

    /// Asks clients for certificates of this authority.
    #[must_use]
    pub fn asking_for_certificates(self, authority: &Authority, how: &str) -> Self {
        let file = self.file("clients.pem");
        std::fs::write(&file, authority.pem()).unwrap();
        self.set("WAGGLE_SERVER__TLS__CLIENT_CA_FILE", &file)
            .set("WAGGLE_SERVER__TLS__CLIENT_CERTIFICATES", how)
    }

    /// Its clients show a certificate.
    #[must_use]
    pub fn reached_as(self, authority: &Authority, named: Named<'_>) -> Self {
        Self { tls: Some(authority.showing(&authority.client(named))), ..self }
    }

    /// Puts another certificate where the service looks for one, each file by one rename: half of one is never seen.
    pub fn put_certificate(&self, pair: &Pair) {
        for (name, text) in [("service.pem", &pair.certificate), ("service.key", &pair.key)] {
            std::fs::write(self.file("new"), text).unwrap();
            std::fs::rename(self.file("new"), self.file(name)).unwrap();
        }
    }

    /// The path of a file beside its data.
    pub fn file(&self, name: &str) -> String {
        self.directory.join(name).display().to_string()
    }

    fn tokens_file(&self) -> PathBuf {
        self.directory.join("tokens.toml")
    }

    /// With a flag of `waggle serve`.
    #[must_use]
    pub fn flag(mut self, flag: &str) -> Self {
        self.flags.push(flag.to_owned());
        self
    }

    /// Where the private Redis has its data.
    pub fn data_dir(&self) -> PathBuf {
        self.data_dir.clone()
    }

    /// The command of `waggle serve` on `listen`.
    pub fn command(&self, listen: &str) -> Command {
        let mut command = match self.open_files {
            None => program(waggle(), &self.directory),
            Some(most) => {
                let mut limited = program(Path::new("prlimit"), &self.directory);
                limited.arg(format!("--nofile={most}")).arg("--").arg(waggle());
                limited
            }
        };
        command
            .arg("serve")
            .args(["--listen", listen])
            .arg("--data-dir")
            .arg(self.data_dir())
            .args(&self.flags);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Any other command of the program, such as `waggle doctor`, on the same Redis.
    pub fn run(&self, arguments: &[&str]) -> std::process::Output {
        let mut command = program(waggle(), &self.directory);
        command.args(arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.envs(self.root.iter().map(|token| ("WAGGLE_TOKEN", token)));
        process::spawn(&command).unwrap().wait_with_output().unwrap()
    }

    fn new(directory: PathBuf, target: Target) -> Self {
        let data_dir = directory.join("data");
        Self {
            directory,
            data_dir,
            target,
            cluster: None,
            root: None,
            tls: None,
            variables: vec![(RESPONSE_TIMEOUT.to_owned(), STALL_MS.to_owned())],
            flags: Vec::new(),
            open_files: None,
        }
    }
}

/// The program without the settings of whoever runs the tests.
fn program(program: &Path, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(directory);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("WAGGLE_") {
            command.env_remove(name);
        }
    }
    command
}
