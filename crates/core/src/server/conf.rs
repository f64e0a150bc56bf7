use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::data_dir::DataDir;
use crate::config::{Durability, PrivateConfig};

/// Writes the configuration that the private Redis reads; readable by us alone.
pub(super) fn write(data_dir: &DataDir, config: &PrivateConfig) -> std::io::Result<()> {
    let text = text(data_dir, config);
    let mut file =
        OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(data_dir.conf())?;
    file.write_all(text.as_bytes())
}

fn text(data_dir: &DataDir, config: &PrivateConfig) -> String {
    let user = config.user.as_ref().map(|user| format!("user {user}\n")).unwrap_or_default();
    let sync = match config.durability {
        Durability::EverySecond => "everysec",
        Durability::Strict => "always",
    };
    format!(
        "# Written at each start of waggle; changes are lost.\n\
         # Reached through the socket alone, by this user alone.\n\
         port 0\n\
         unixsocket {socket}\n\
         unixsocketperm 700\n\
         dir {dir}\n\
         # A child of the service, which reads its log and restarts it.\n\
         daemonize no\n\
         supervised no\n\
         logfile \"\"\n\
         loglevel notice\n\
         always-show-logo no\n\
         # Everything acknowledged is in the append-only file; a last command that a\n\
         # crash cut short was never acknowledged.\n\
         save \"\"\n\
         appendonly yes\n\
         appenddirname appendonlydir\n\
         appendfsync {sync}\n\
         aof-load-truncated yes\n\
         # Refuse a write rather than forget a task.\n\
         maxmemory-policy noeviction\n\
         # A function that runs for a second is stuck: answer BUSY to everybody else.\n\
         busy-reply-threshold 1000\n\
         # Ten wake-ups a second cost an eighth of a percent of a core; fewer would\n\
         # delay the sync of the last write.\n\
         hz 10\n\
         dynamic-hz yes\n\
         # The service keeps histograms of its own; these cost time in each command.\n\
         latency-tracking no\n\
         {user}",
        socket = quoted(&data_dir.socket()),
        dir = quoted(data_dir.path()),
    )
}

/// A path as an argument of `redis.conf`, whatever bytes it is made of.
fn quoted(path: &Path) -> String {
    let mut argument = String::from("\"");
    for &byte in path.as_os_str().as_bytes() {
        match byte {
            b'"' | b'\\' => argument.extend(['\\', char::from(byte)]),
            b' '..=b'~' => argument.push(char::from(byte)),
            _ => argument.push_str(&format!("\\x{byte:02x}")),
        }
    }
    argument.push('"');
    argument
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn a_path_is_quoted_byte_by_byte() {
        let path = Path::new(OsStr::from_bytes(b"/a b/\"c\\\xc3\xa9\n"));
        assert_eq!(quoted(path), r#""/a b/\"c\\\xc3\xa9\x0a""#);
    }
}
