//! The lock: a line for each version, `<version> <open|released> <sha256 of the library's source>`.

use std::collections::BTreeMap;
use std::fmt;

const HEAD: &str = "\
# SHA-256 of the source of each function library, by version: see migrations/README.md.
# An open version may still change; a released one never does.
";

/// The command that writes an open version's line.
const COMMAND: &str = "WAGGLE_REWRITE_LOCK=1 cargo test -p waggle-task-queue --test functions_lock";

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    released: bool,
    digest: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lock {
    lines: BTreeMap<u32, Line>,
}

impl Lock {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let lines =
            lines.map(|line| parse_line(line).ok_or_else(|| format!("functions.lock: not a line: {line}")));
        Ok(Self { lines: lines.collect::<Result<_, _>>()? })
    }

    /// Compares the source of `version` with the lock; the error says what to do.
    pub(crate) fn check(&self, version: u32, digest: &str) -> Result<(), String> {
        match self.lines.get(&version) {
            Some(line) if line.digest == digest => self.check_order(version),
            Some(Line { released: true, .. }) => Err(changed(version)),
            Some(_) => Err(format!(
                "the source of function library {version} is not the one in migrations/functions.lock; \
                 {version} is not released yet, so it may change. Run:\n    {COMMAND}"
            )),
            None => Err(format!(
                "function library {version} is not in migrations/functions.lock. Run:\n    {COMMAND}"
            )),
        }
    }

    /// Writes the digest of a version that may change.
    pub(crate) fn rewrite(&mut self, version: u32, digest: &str) -> Result<(), String> {
        self.check_order(version)?;
        match self.lines.get(&version) {
            Some(Line { released: true, digest: locked }) if locked != digest => Err(changed(version)),
            Some(Line { released: true, .. }) => Ok(()),
            _ => {
                self.lines.insert(version, Line { released: false, digest: digest.to_owned() });
                Ok(())
            }
        }
    }

    fn check_order(&self, version: u32) -> Result<(), String> {
        match self
            .lines
            .iter()
            .find(|(other, line)| **other != version && (**other > version || !line.released))
        {
            Some((other, line)) if !line.released && *other < version => Err(format!(
                "function library {other} is still open in migrations/functions.lock: \
                 write `released` in its line, or give its number back instead of raising it to {version}"
            )),
            Some((other, _)) => Err(format!(
                "function library {other} is in migrations/functions.lock, and this source is {version}"
            )),
            None => Ok(()),
        }
    }
}

fn changed(version: u32) -> String {
    format!(
        "the source of function library {version} has changed, and {version} is released: servers of both sources would \
         call the same functions. Raise VERSION and `function!` in crates/task-queue/src/library.rs to {next}, then run:\n    {COMMAND}",
        next = version + 1
    )
}

fn parse_line(line: &str) -> Option<(u32, Line)> {
    let mut words = line.split(' ');
    let (version, state, digest) = (words.next()?.parse().ok()?, words.next()?, words.next()?);
    let released = match state {
        "released" => true,
        "open" => false,
        _ => return None,
    };
    let proper =
        digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit()) && words.next().is_none();
    proper.then(|| (version, Line { released, digest: digest.to_owned() }))
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEAD)?;
        for (version, Line { released, digest }) in &self.lines {
            writeln!(f, "{version} {} {digest}", if *released { "released" } else { "open" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(letter: &str) -> String {
        letter.repeat(64)
    }

    fn lock(lines: &[&str]) -> Lock {
        Lock::parse(&lines.join("\n")).unwrap()
    }

    #[test]
    fn a_released_version_must_not_change_and_cannot_be_rewritten() {
        let mut lock = lock(&[&format!("1 released {}", digest("a"))]);
        assert_eq!(lock.check(1, &digest("a")), Ok(()));
        let remedy = lock.check(1, &digest("b")).unwrap_err();
        assert!(remedy.contains("Raise VERSION") && remedy.contains("to 2"), "{remedy}");
        assert_eq!(lock.rewrite(1, &digest("b")), Err(remedy));
        lock.rewrite(2, &digest("b")).unwrap();
        assert_eq!(lock.check(2, &digest("b")), Ok(()));
    }

    #[test]
    fn an_open_version_may_change_after_the_command_that_says_so() {
        let mut lock = lock(&[&format!("1 open {}", digest("a"))]);
        assert!(lock.check(1, &digest("b")).unwrap_err().ends_with(COMMAND));
        lock.rewrite(1, &digest("b")).unwrap();
        assert_eq!(lock.check(1, &digest("b")), Ok(()));
        assert_eq!(Lock::parse(&lock.to_string()), Ok(lock));
    }

    #[test]
    fn versions_are_released_one_after_the_other() {
        let (a, b) = (format!("1 open {}", digest("a")), format!("2 open {}", digest("b")));
        assert!(lock(&[&a]).rewrite(2, &digest("b")).unwrap_err().contains("1 is still open"));
        assert!(lock(&[&a, &b]).check(1, &digest("a")).is_err());
        assert!(Lock::parse("").unwrap().check(1, &digest("a")).unwrap_err().contains("not in migrations"));
    }

    #[test]
    fn broken_lines_are_refused() {
        for line in ["1", "x open a", "1 closed a", "1 open abc", &format!("1 open {} x", digest("a"))] {
            assert!(Lock::parse(line).is_err(), "{line}");
        }
    }
}
