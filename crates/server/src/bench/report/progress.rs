use std::sync::LazyLock;
use std::time::Instant;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Says on standard error what is going on, with the seconds since the first word.
/// Standard output is for the table alone.
pub(crate) fn say(what: &str) {
    eprintln!("[{:7.1} s] {what}", START.elapsed().as_secs_f64());
}
