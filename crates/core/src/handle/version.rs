use redis::Value;

use super::Backend;
use crate::Error;

/// The oldest Redis with functions and sharded channels.
const OLDEST: (u64, u64, u64) = (7, 0, 0);

/// Refuses a Redis that is too old; every primary is asked.
pub(super) async fn check(backend: &Backend) -> Result<(), Error> {
    let mut info = redis::cmd("INFO");
    info.arg("server");
    for reply in backend.on_every_primary(&info).await? {
        let text = text(reply)?;
        let version = field(&text, "redis_version").unwrap_or("unknown");
        if parsed(version).is_none_or(|version| version < OLDEST) {
            return Err(Error::unavailable(format!(
                "Redis {version} is too old: Waggle needs Redis or Valkey 7.0 or later"
            )));
        }
    }
    Ok(())
}

/// An `INFO` reply as text.
pub(super) fn text(reply: Value) -> Result<String, Error> {
    redis::from_redis_value(reply)
        .map_err(|error| Error::internal(format!("INFO did not reply with text: {error}")))
}

/// The value of one line of an `INFO` reply.
pub(super) fn field<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

fn parsed(version: &str) -> Option<(u64, u64, u64)> {
    let mut parts = version.split('.').map(|part| {
        let digits = part.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse().ok()
    });
    let major = parts.next()??;
    let mut or_zero = || parts.next().flatten().unwrap_or(0);
    Some((major, or_zero(), or_zero()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(parsed("7.0.15").unwrap() >= OLDEST);
        assert!(parsed("10.0.0").unwrap() >= OLDEST);
        assert!(parsed("6.2.14").unwrap() < OLDEST);
        assert!(parsed("7.0.0-rc1").unwrap() >= OLDEST);
        assert!(parsed("unknown").is_none());
    }

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let info = "# Server\r\nredis_version_x:1\r\nredis_version:7.2.4\r\n";
        assert_eq!(field(info, "redis_version"), Some("7.2.4"));
        assert_eq!(field(info, "absent"), None);
    }
}
