//! How a service is to be started.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use waggle_core::Target;

use crate::paths::waggle;
use crate::redis_server::RedisServer;
use crate::sandbox::new_dir;
use crate::{Cluster, process};

/// What a token may do that may do everything.
pub const ALL_SCOPES: &str = "submit,work,message,state,operate,admin";

/// A service that is not started yet.
#[derive(Debug, Clone)]
pub struct Setup {
    pub(crate) directory: PathBuf,
    pub(crate) target: Target,
    pub(crate) cluster: Option<Arc<Cluster>>,
    /// The token of clients, where the service asks for one.
    pub(crate) root: Option<String>,
    variables: Vec<(String, String)>,
    flags: Vec<String>,
}

impl Setup {
    /// On a private Redis, in a new directory.
    pub fn private() -> Self {
        let directory = new_dir("service");
        let target = Target::Unix(directory.join("data/redis.sock"));
        Self::new(directory, target)
    }

    /// On a Redis of the harness.
    pub fn redis(redis: &RedisServer) -> Self {
        Self::through(redis, &redis.url())
    }

    /// On a Redis of the harness, reached through `url`; the audit goes to it directly.
    pub fn through(redis: &RedisServer, url: &str) -> Self {
        Self::new(new_dir("service"), Target::Unix(redis.socket())).set("WAGGLE_REDIS__URL", url)
    }

    /// On a cluster.
    pub fn cluster(cluster: &Arc<Cluster>) -> Self {
        let urls = cluster.urls();
        let setup = Self {
            cluster: Some(Arc::clone(cluster)),
            ..Self::new(new_dir("service"), Target::Cluster(urls.clone()))
        };
        setup.set("WAGGLE_REDIS__MODE", "cluster").set("WAGGLE_REDIS__URLS", &urls.join(","))
    }

    /// With an environment variable.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With tokens in its settings, of which its clients show one that may do everything.
    #[must_use]
    pub fn with_tokens(self) -> Self {
        let all = self.token("root", &["--scopes", ALL_SCOPES]);
        let file = self.tokens_file().display().to_string();
        Self { root: Some(all), ..self }.set("WAGGLE_AUTH__TOKENS_FILE", &file)
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
        self.directory.join("data")
    }

    /// The command of `waggle serve` on `listen`.
    pub fn command(&self, listen: &str) -> Command {
        let mut command = program(waggle(), &self.directory);
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
        Self { directory, target, cluster: None, root: None, variables: Vec::new(), flags: Vec::new() }
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
