use std::collections::VecDeque;
use std::io::{BufRead, BufReader, PipeReader, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// Lines kept for a diagnosis.
const TAIL: usize = 32;
/// Longer lines are cut into pieces of this many bytes.
const MAX_LINE: u64 = 4_096;
/// A child of Redis may hold the pipe open after Redis is gone.
const END_GRACE: Duration = Duration::from_millis(500);
/// What Redis calls a warning although it says so at each start and stop.
const ROUTINE: [&str; 8] = [
    "oO0OoO0OoO0Oo",
    "Redis version=",
    "Valkey version=",
    "Configuration loaded",
    "Server initialized",
    "User requested shutdown",
    "Redis is now ready to exit",
    "Valkey is now ready to exit",
];

/// What a Redis prints: passed on to our own log, its end kept for a diagnosis.
#[derive(Debug, Clone)]
pub(super) struct Log {
    tail: Arc<Mutex<VecDeque<String>>>,
    ended: watch::Receiver<bool>,
}

impl Log {
    /// Reads until the last writer is gone, on a thread of its own: the pipe must
    /// never fill, because Redis would stand still.
    pub(super) fn follow(pipe: PipeReader) -> std::io::Result<Self> {
        let tail = Arc::new(Mutex::new(VecDeque::with_capacity(TAIL)));
        let (end, ended) = watch::channel(false);
        let kept = Arc::clone(&tail);
        std::thread::Builder::new().name("redis-log".to_owned()).spawn(move || {
            read(BufReader::new(pipe), &kept);
            end.send_replace(true);
        })?;
        Ok(Self { tail, ended })
    }

    /// The last lines, once they are all there.
    pub(super) async fn last_lines(&self) -> Vec<String> {
        // Where the pipe does not end in time, what came so far has to do.
        let _ = timeout(END_GRACE, self.ended.clone().wait_for(|ended| *ended)).await;
        self.tail.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

fn read(mut pipe: BufReader<PipeReader>, tail: &Mutex<VecDeque<String>>) {
    let mut line = Vec::new();
    loop {
        line.clear();
        match pipe.by_ref().take(MAX_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => keep(String::from_utf8_lossy(&line).trim(), tail),
        }
    }
}

fn keep(line: &str, tail: &Mutex<VecDeque<String>>) {
    if line.is_empty() {
        return;
    }
    let (level, message) = split(line);
    if level == '#' && !ROUTINE.iter().any(|routine| message.starts_with(routine)) {
        tracing::warn!(target: "waggle_core::private_redis", "{message}");
    } else {
        tracing::debug!(target: "waggle_core::private_redis", "{message}");
    }
    let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
    if tail.len() == TAIL {
        tail.pop_front();
    }
    tail.push_back(message.to_owned());
}

/// Level and message of `17:M 22 Nov 2026 23:14:51.862 # message`; what is not in
/// this form (a crash report, a refused configuration) is all message.
fn split(line: &str) -> (char, &str) {
    let mut words = line.splitn(7, ' ');
    let stamped = words.next().is_some_and(|role| role.contains(':')) && words.nth(3).is_some();
    match (stamped, words.next(), words.next()) {
        (true, Some(level @ ("." | "-" | "*" | "#")), Some(message)) => {
            (level.chars().next().unwrap_or('.'), message)
        }
        _ => ('#', line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_split_into_level_and_message() {
        let line = "7827:M 22 Nov 2026 23:14:51.862 # User requested shutdown...";
        assert_eq!(split(line), ('#', "User requested shutdown..."));
        let line = "7827:M 22 Nov 2026 23:14:43.829 * The server is now ready: a b c";
        assert_eq!(split(line), ('*', "The server is now ready: a b c"));
        assert_eq!(split(">>> 'foo bar'"), ('#', ">>> 'foo bar'"));
        assert_eq!(
            split("Bad directive or wrong number of arguments x"),
            ('#', "Bad directive or wrong number of arguments x")
        );
    }
}
