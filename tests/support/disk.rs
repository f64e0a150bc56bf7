//! A small disk that can be filled.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command};

use crate::process::spawn;
use crate::sandbox::new_dir;

/// Mounts the disk, says so, and stays: nobody else sees the mount, and it ends with this process.
const HOLD: &str = r#"mount -t tmpfs -o size="$1" waggle-tests "$0" && echo mounted && exec cat"#;

/// A disk in memory with room for so many bytes. Its mount belongs to a process of its own and goes with it, however the
/// test ends.
#[derive(Debug)]
pub struct Disk {
    directory: PathBuf,
    filler: PathBuf,
    holder: Child,
}

impl Disk {
    /// Mounts one.
    ///
    /// # Panics
    /// Where this user may not mount anything, not even in a namespace of his own.
    pub fn of(bytes: u64) -> Self {
        let place = new_dir("disk");
        let mut command = Command::new("unshare");
        let flags: &[&str] =
            if rustix::process::geteuid().is_root() { &["--mount"] } else { &["--map-root-user", "--mount"] };
        command.args(flags).args(["sh", "-c", HOLD]).arg(&place).arg(bytes.to_string());
        let mut holder = spawn(&command).unwrap();
        let mut said = String::new();
        BufReader::new(holder.stdout.as_mut().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(
            said, "mounted\n",
            "a disk that can be filled needs `mount` as root, or user namespaces: run the tests as root, or allow them \
             with `sysctl kernel.unprivileged_userns_clone=1`"
        );
        // A file system of another namespace is reached through a process that lives in it.
        let directory = PathBuf::from(format!("/proc/{}/root{}", holder.id(), place.display()));
        Self { filler: directory.join("filler"), directory, holder }
    }

    /// A directory on it.
    pub fn directory(&self) -> PathBuf {
        self.directory.join("d")
    }

    /// Leaves no room.
    pub fn fill(&self) {
        let mut file = std::fs::File::create(&self.filler).unwrap();
        // What does not fit is written as far as it does.
        while std::io::Write::write(&mut file, &[0; 4_096]).is_ok_and(|written| written > 0) {}
    }

    /// Makes room for so many bytes.
    pub fn free_up(&self, bytes: u64) {
        let file = std::fs::File::options().write(true).open(&self.filler).unwrap();
        let filled = file.metadata().unwrap().len();
        file.set_len(filled.checked_sub(bytes).unwrap()).unwrap();
    }

    /// Makes room again.
    pub fn free(&self) {
        std::fs::remove_file(&self.filler).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
