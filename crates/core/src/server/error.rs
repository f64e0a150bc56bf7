use std::path::PathBuf;

/// Why there is no private Redis: one line that names the setting and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// Neither given, nor beside this binary, nor on the path.
    #[error(
        "no Redis program found: install the package `redis-server` or `valkey-server` (7.0 or later), \
         name a program with `--redis-server`, or a running Redis with `--redis-url`"
    )]
    ProgramMissing,
    /// It is there and is no Redis that runs.
    #[error(
        "the Redis program {} cannot be used: {detail}; name another with `--redis-server`",
        path.display()
    )]
    ProgramUnusable {
        /// The program.
        path: PathBuf,
        /// What it did instead of telling its version.
        detail: String,
    },
    /// It runs and lacks what the service needs.
    #[error(
        "the Redis program {} is version {version}, and 7.0 or later is needed: install a newer \
         `redis-server` or `valkey-server`, or name one with `--redis-server`",
        path.display()
    )]
    ProgramTooOld {
        /// The program.
        path: PathBuf,
        /// The version it says it is.
        version: String,
    },
    /// `setpriv`, which ties the life of Redis to the service's, is missing.
    #[error(
        "no program `{program}` found, which the private Redis is started through: install the package \
         `{package}`, or name a running Redis with `--redis-url`"
    )]
    LauncherMissing {
        /// The missing program.
        program: &'static str,
        /// The package that has it.
        package: &'static str,
    },
    /// The data directory cannot be made, read, locked or kept private.
    #[error("the data directory {} cannot be used: {detail}; name another with `--data-dir`", path.display())]
    DataDir {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// Another service runs on the same data.
    #[error(
        "the data directory {} is in use by another waggle: stop that one, or name another directory \
         with `--data-dir`",
        path.display()
    )]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// The service that ran here is gone, and its Redis is not.
    #[error(
        "the data directory {} is still held by the Redis of an earlier waggle: end that `redis-server`, or \
         name another directory with `--data-dir`",
        path.display()
    )]
    StillHeld {
        /// The directory.
        path: PathBuf,
    },
    /// The operating system takes no socket path of this length.
    #[error(
        "the socket path {} has {length} bytes, and 107 are possible: name a shorter directory with \
         `--data-dir`",
        path.display()
    )]
    SocketPathTooLong {
        /// The socket.
        path: PathBuf,
        /// Its length in bytes.
        length: usize,
    },
    /// The stored data is damaged before its end; repairing it may lose data, so a person decides.
    #[error(
        "Redis refuses the data in {}: {detail}; make a copy of it, then repair it with `redis-check-aof \
         --fix` on its manifest, or name another directory with `--data-dir`",
        path.display()
    )]
    DataDamaged {
        /// The directory that holds the append-only file.
        path: PathBuf,
        /// What Redis says.
        detail: String,
    },
    /// It could not even be started.
    #[error("the Redis program {} could not be started: {detail}", path.display())]
    NotStarted {
        /// The program.
        path: PathBuf,
        /// What the system says.
        detail: String,
    },
    /// It ended before it answered.
    #[error("the private Redis ended while it started ({status}): {detail}")]
    Ended {
        /// How it ended.
        status: String,
        /// The last it said.
        detail: String,
    },
    /// It runs and does not answer.
    #[error("the private Redis on {} did not answer within {seconds} s: {detail}", socket.display())]
    NoAnswer {
        /// Its socket.
        socket: PathBuf,
        /// How long it was waited for.
        seconds: u64,
        /// What the last attempt met.
        detail: String,
    },
    /// It keeps dying.
    #[error("the private Redis died {count} times within {seconds} s, the last time with {status}: {detail}")]
    KeepsDying {
        /// Deaths.
        count: usize,
        /// The time they happened in.
        seconds: u64,
        /// How it ended the last time.
        status: String,
        /// The last it said.
        detail: String,
    },
}
