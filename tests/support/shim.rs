//! Another time of day for a process, and a disk that syncs slowly or not at all: `shim.c`, loaded by `LD_PRELOAD`.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use crate::MachineClock;
use crate::sandbox::new_dir;

/// Compiled by the C compiler that Rust links with.
static LIBRARY: LazyLock<PathBuf> = LazyLock::new(|| {
    let directory = new_dir("shim");
    let (source, library) = (directory.join("shim.c"), directory.join("shim.so"));
    std::fs::write(&source, include_str!("shim.c")).unwrap();
    let mut compiler = Command::new("cc");
    compiler
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
        .arg(&library)
        .arg(&source)
        .arg("-ldl");
    let compiled = compiler.output().expect("cc is installed: make test sees to it");
    assert!(compiled.status.success(), "{compiled:?}");
    library
});

/// What processes are told that were started with its [`variables`](Self::variables); changes while they run.
#[derive(Debug)]
pub struct Shim {
    path: PathBuf,
    file: File,
    clock: MachineClock,
}

/// The processes that a shim acts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shimmed {
    /// A Redis, and not whoever starts it.
    Redis,
    /// `waggle serve`, and not its private Redis.
    Server,
}

impl Shim {
    /// One that changes nothing yet.
    pub fn new() -> Self {
        let path = new_dir("control").join("control");
        let mut options = OpenOptions::new();
        let file = options.create_new(true).read(true).write(true).open(&path).unwrap();
        file.set_len(24).unwrap();
        Self { path, file, clock: MachineClock::default() }
    }

    /// The environment that a process needs.
    pub fn variables(&self, of: Shimmed) -> [(&'static str, String); 3] {
        let program = match of {
            Shimmed::Redis => "-server",
            Shimmed::Server => "waggle",
        };
        [
            ("LD_PRELOAD", LIBRARY.display().to_string()),
            ("SHIM_PROGRAM", program.to_owned()),
            ("SHIM_CONTROL", self.path.display().to_string()),
        ]
    }

    /// The time of day is so many seconds later than it is; earlier where that is negative.
    pub fn move_clock(&self, seconds: i64) {
        self.clock.set(Duration::from_secs(seconds.unsigned_abs()), seconds < 0);
        self.tell(0, seconds * 1_000);
    }

    /// The clock that its processes see.
    pub fn clock(&self) -> &MachineClock {
        &self.clock
    }

    /// Each sync takes so much longer.
    pub fn stall_syncs(&self, by: Duration) {
        self.tell(1, i64::try_from(by.as_millis()).unwrap());
    }

    /// Each sync says that the disk does not work, or works again.
    pub fn fail_syncs(&self, fails: bool) {
        self.tell(2, i64::from(fails));
    }

    fn tell(&self, place: u64, number: i64) {
        self.file.write_all_at(&number.to_ne_bytes(), place * 8).unwrap();
    }
}

impl Default for Shim {
    fn default() -> Self {
        Self::new()
    }
}
