//! A machine of its own, as far as the network goes, that can be cut off without a word.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Output};

use crate::process::spawn;

/// Lives in a network of its own, and says so.
const HOLD: &str = "ip link set lo up && echo alone && exec cat";
/// What `ip` says of a name that another cable has.
const TAKEN: &str = "File exists";

/// A network of its own, with one cable to this machine. It goes with the process that lives in it, and the cable with it.
#[derive(Debug)]
pub struct Island {
    holder: Child,
    /// Of its cable: the system gives each name once, so whoever has the cable has the addresses.
    number: u8,
}

impl Island {
    /// Makes one.
    ///
    /// # Panics
    /// Where this user may not make networks.
    pub fn new() -> Self {
        let mut command = Command::new("unshare");
        command.args(["--net", "sh", "-c", HOLD]);
        let mut holder = spawn(&command).unwrap();
        let mut said = String::new();
        BufReader::new(holder.stdout.as_mut().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(
            said, "alone\n",
            "a client that is cut off needs `ip` of iproute2, and root: run the tests as root"
        );
        let number = (0..=u8::MAX).find(|number| lay(&cable(*number), holder.id()));
        let island = Self { holder, number: number.expect("a free cable") };
        let cable = cable(island.number);
        run(&["ip", "address", "add", &format!("{}/30", island.address(1)), "dev", &cable]);
        run(&["ip", "link", "set", &cable, "up"]);
        for words in [
            &["ip", "address", "add", &format!("{}/30", island.address(2)), "dev", "cable"][..],
            &["ip", "link", "set", "cable", "up"],
        ] {
            run(&[&island.enter().iter().map(String::as_str).collect::<Vec<_>>()[..], words].concat());
        }
        island
    }

    /// The addresses of both ends: of the range for tests of networks (RFC 2544).
    fn address(&self, end: u8) -> String {
        format!("198.18.{}.{end}", self.number)
    }

    /// Where a service listens that is reached from it.
    pub fn listen(&self) -> String {
        format!("{}:0", self.address(1))
    }

    /// Runs a program on it.
    pub fn spawn(&self, program: &Command) -> Child {
        let mut command = Command::new("nsenter");
        command.args(&self.enter()[1..]).arg(program.get_program()).args(program.get_args());
        spawn(&command).unwrap()
    }

    /// Pulls the cable out: nothing comes through, and nobody is told.
    pub fn cut(&self) {
        let enter = self.enter();
        let words: Vec<_> = enter.iter().map(String::as_str).collect();
        run(&[&words[..], &["ip", "link", "set", "cable", "down"]].concat());
    }

    fn enter(&self) -> [String; 4] {
        ["nsenter".to_owned(), "--target".to_owned(), self.holder.id().to_string(), "--net".to_owned()]
    }
}

impl Default for Island {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Island {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

/// The name of this machine's end.
fn cable(number: u8) -> String {
    format!("waggle{number}")
}

/// Lays a cable to the network of a process; false where another one has its name.
fn lay(cable: &str, process: u32) -> bool {
    let process = process.to_string();
    let words = ["ip", "link", "add", cable, "type", "veth", "peer", "name", "cable", "netns", &process];
    let ended = output(&words);
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success() || said.contains(TAKEN), "{words:?}: {said}");
    ended.status.success()
}

fn run(words: &[&str]) {
    let ended = output(words);
    assert!(ended.status.success(), "{words:?}: {}", String::from_utf8_lossy(&ended.stderr));
}

fn output(words: &[&str]) -> Output {
    spawn(Command::new(words[0]).args(&words[1..])).unwrap().wait_with_output().unwrap()
}
