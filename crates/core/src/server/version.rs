use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::time::timeout;

use super::StartError;

/// Functions came with 7.0.
const OLDEST: (u32, u32) = (7, 0);
/// A program that has not told its version by then is no Redis.
const DEADLINE: Duration = Duration::from_secs(10);
/// More than any version line has.
const MAX_OUTPUT: u64 = 4_096;

/// Runs `program --version` and refuses anything that is no Redis or Valkey of at least 7.0.
pub(super) async fn check(program: &Path) -> Result<(), StartError> {
    let unusable = |detail: String| StartError::ProgramUnusable { path: program.to_owned(), detail };
    let output = match timeout(DEADLINE, output(program)).await {
        Ok(output) => output.map_err(|error| unusable(error.to_string()))?,
        Err(_) => return Err(unusable("it did not answer to `--version`".to_owned())),
    };
    let version = find(&output).ok_or_else(|| unusable("its `--version` names no version".to_owned()))?;
    if parse(version).is_some_and(|found| found >= OLDEST) {
        return Ok(());
    }
    Err(StartError::ProgramTooOld { path: program.to_owned(), version: version.to_owned() })
}

async fn output(program: &Path) -> std::io::Result<String> {
    let mut child = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let mut text = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout.take(MAX_OUTPUT).read_to_end(&mut text).await?;
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// `7.0.15` of `Redis server v=7.0.15 sha=…`; Valkey says `Valkey server v=8.0.1 …`.
fn find(output: &str) -> Option<&str> {
    output.split_whitespace().find_map(|word| word.strip_prefix("v="))
}

fn parse(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_what_redis_and_valkey_print() {
        let redis =
            "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=ae4d7c971a948f0";
        assert_eq!(find(redis).and_then(parse), Some((7, 0)));
        let valkey = "Valkey server v=8.1.0 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1";
        assert_eq!(find(valkey).and_then(parse), Some((8, 1)));
        assert_eq!(find("coreutils 9.1"), None);
        assert_eq!(parse("unstable"), None);
    }
}
