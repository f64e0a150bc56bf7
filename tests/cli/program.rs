//! Runs the program.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;
use waggle_tests::{PATIENCE, World, new_dir, root, signal, spawn, until, until_some, waggle};

/// How long the longest of these programs may take on a busy machine.
const LONGEST: Duration = Duration::from_secs(40);

/// A run of the program.
#[derive(Debug)]
pub(crate) struct Program {
    command: Command,
    directory: PathBuf,
    input: Vec<u8>,
}

/// A program that runs; killed when dropped.
pub(crate) struct Running {
    child: Child,
    stdout: Said,
    stderr: Said,
    /// Where it runs, and its commands with it.
    pub(crate) directory: PathBuf,
}

/// What a program says, read as it comes: a full pipe would stop it.
struct Said {
    text: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

/// A program that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// 128 and the signal's number where a signal ended it, as in a shell.
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// `waggle` with these arguments, and none of the settings of whoever runs the tests.
pub(crate) fn program(arguments: &[&str]) -> Program {
    run(Command::new(waggle()), arguments)
}

/// A script of this repository, which finds `waggle` on its path and leaves what it needs for a while where it runs.
pub(crate) fn script(name: &str, arguments: &[&str]) -> Program {
    let mut command = Command::new("sh");
    command.arg(root().join(name));
    run(command, arguments).with_waggle_on_the_path()
}

fn run(mut command: Command, arguments: &[&str]) -> Program {
    let directory = new_dir("cli");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("WAGGLE_")) {
        command.env_remove(name);
    }
    command.args(arguments).current_dir(&directory);
    Program { command, directory, input: Vec::new() }
}

/// The same, for the swarm of a test.
pub(crate) fn client(world: &World, arguments: &[&str]) -> Program {
    program(arguments).in_swarm(world)
}

/// `waggle agent run` with these flags and a shell script as its command.
pub(crate) fn agent(world: &World, flags: &[&str], script: &str) -> Program {
    client(world, &[&["agent", "run"], flags, &["--", "sh", "-c", script]].concat())
}

impl Program {
    /// With `waggle` on its path, for what it starts.
    pub(crate) fn with_waggle_on_the_path(mut self) -> Self {
        let path = std::env::var("PATH").unwrap();
        self.command.env("PATH", format!("{}:{path}", waggle().parent().unwrap().display()));
        self.command.env("TMPDIR", &self.directory);
        self
    }

    /// In the swarm of a test.
    pub(crate) fn in_swarm(self, world: &World) -> Self {
        self.set("WAGGLE_URL", world.client().base()).set("WAGGLE_SWARM", world.swarm())
    }

    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn input(mut self, input: &str) -> Self {
        self.input = input.as_bytes().to_vec();
        self
    }

    /// A file in the directory in which it will run.
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        std::fs::write(self.directory.join(name), text).unwrap();
        self
    }

    pub(crate) fn start(self) -> Running {
        let mut child = spawn(&self.command).unwrap();
        let (stdout, stderr) =
            (Said::by(child.stdout.take().unwrap()), Said::by(child.stderr.take().unwrap()));
        let mut input = child.stdin.take().unwrap();
        // Whoever does not read its input closes it.
        let _ = input.write_all(&self.input);
        Running { child, stdout, stderr, directory: self.directory }
    }

    pub(crate) async fn run(self) -> Ended {
        self.start().ended().await
    }

    /// What it prints when it ends well.
    pub(crate) async fn ok(self) -> String {
        let ended = self.run().await;
        assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{}", ended.stdout);
        ended.stdout
    }

    /// The one JSON value it prints.
    pub(crate) async fn json(self) -> Value {
        let text = self.ok().await;
        assert_eq!(text.lines().count(), 1, "one line: {text}");
        serde_json::from_str(&text).unwrap()
    }
}

impl Running {
    pub(crate) fn signal(&self, what: Signal) {
        signal(self.child.id(), what);
    }

    /// Waits for its end.
    pub(crate) async fn ended(mut self) -> Ended {
        let status = until_some("the program ends", LONGEST, async || self.child.try_wait().unwrap()).await;
        let by_signal = std::os::unix::process::ExitStatusExt::signal(&status);
        let status = status.code().or(by_signal.map(|signal| 128 + signal)).unwrap();
        // What it started may hold the pipes for a moment longer.
        until("the program's output ends", PATIENCE, async || self.stdout.is_over() && self.stderr.is_over())
            .await;
        Ended { status, stdout: self.stdout.text(), stderr: self.stderr.text() }
    }

    /// Waits until it has said so on standard error.
    pub(crate) async fn says(&self, words: &str) {
        until(&format!("it says {words:?}"), PATIENCE, async || self.stderr.text().contains(words)).await;
    }

    /// Waits until it has printed so many lines; all of them, as JSON.
    pub(crate) async fn prints(&self, lines: usize) -> Vec<Value> {
        let printed = async || self.stdout.text().lines().count() >= lines;
        until(&format!("it prints {lines} lines"), PATIENCE, printed).await;
        self.stdout.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Waits until its command has written a file; what it says.
    pub(crate) async fn file(&self, name: &str) -> String {
        written(&self.directory.join(name)).await
    }

    /// Lets its command go on that waits for a file.
    pub(crate) fn touch(&self, name: &str) {
        std::fs::write(self.directory.join(name), "").unwrap();
    }
}

impl Said {
    fn by(mut pipe: impl std::io::Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&text);
        let read = move || {
            let mut chunk = [0; 4_096];
            while let Ok(bytes @ 1..) = pipe.read(&mut chunk) {
                written.lock().unwrap().extend_from_slice(&chunk[..bytes]);
            }
        };
        Self { text, reader: std::thread::spawn(read) }
    }

    fn is_over(&self) -> bool {
        self.reader.is_finished()
    }

    fn text(&self) -> String {
        String::from_utf8(self.text.lock().unwrap().clone()).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// The lines it printed, as JSON, after a look at the status.
    #[track_caller]
    pub(crate) fn lines(&self) -> Vec<Value> {
        assert_eq!((self.status, self.stderr.as_str()), (0, ""), "{}", self.stdout);
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The one line on standard error with which it said that it cannot go on, after a look at the status.
    #[track_caller]
    pub(crate) fn complaint(&self, status: i32) -> &str {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "one line:\n{}", self.stderr);
        self.stderr
            .trim_end()
            .strip_prefix("waggle: ")
            .unwrap_or_else(|| panic!("who says so? {}", self.stderr))
    }
}

async fn written(path: &Path) -> String {
    let what = format!("{} is written", path.display());
    until_some(&what, PATIENCE, async || {
        std::fs::read_to_string(path).ok().filter(|text| text.ends_with('\n'))
    })
    .await
}
