//! A machine of its own, as far as the network goes, that can be cut off without a word.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command};

use crate::process::spawn;

/// Lives in a network of its own, and says so.
const HOLD: &str = "ip link set lo up && echo alone && exec cat";

/// A network of its own, with one cable to this machine. It goes with the process that lives in it, and the cable with it.
#[derive(Debug)]
pub struct Island {
    holder: Child,
}

impl Island {
    /// The addresses of both ends: of the range for tests of networks (RFC 2544), another one for each test process.
    fn address(end: u8) -> String {
        let [_, _, high, low] = std::process::id().to_be_bytes();
        format!("198.18.{}.{}", high, (low & 0xfc) | end)
    }

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
        let island = Self { holder };
        let (cable, pid) = (format!("wg{}", std::process::id()), island.holder.id().to_string());
        run(&["ip", "link", "add", &cable, "type", "veth", "peer", "name", "cable", "netns", &pid]);
        run(&["ip", "address", "add", &format!("{}/30", Self::address(1)), "dev", &cable]);
        run(&["ip", "link", "set", &cable, "up"]);
        for words in [
            &["ip", "address", "add", &format!("{}/30", Self::address(2)), "dev", "cable"][..],
            &["ip", "link", "set", "cable", "up"],
        ] {
            run(&[&island.enter().iter().map(String::as_str).collect::<Vec<_>>()[..], words].concat());
        }
        island
    }

    /// Where a service listens that is reached from it.
    pub fn listen(&self) -> String {
        format!("{}:0", Self::address(1))
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

fn run(words: &[&str]) {
    let ended = spawn(Command::new(words[0]).args(&words[1..])).unwrap().wait_with_output().unwrap();
    assert!(ended.status.success(), "{words:?}: {}", String::from_utf8_lossy(&ended.stderr));
}
