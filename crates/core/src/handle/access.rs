//! Whether Redis lets this user do all that will be asked of it, found out before it is asked.

use redis::{Cmd, cmd};

use super::Backend;
use crate::Error;
use crate::access::OPTIONAL;
use crate::function::Needs;

/// Commands named in one sentence; a user without any rights lacks more than anybody reads.
const NAMED: usize = 12;

/// Whether all that the service cannot be without is allowed on every primary; of the rest a word in the log.
///
/// # Errors
///
/// [`Error::Access`] that names what is missing.
pub(super) async fn check_at_start(backend: &Backend) -> Result<(), Error> {
    let (optional, needed) = missing(backend).await?;
    if let Err(error) = told(optional) {
        tracing::warn!(%error, "the service goes on without some rights");
    }
    told(needed)
}

/// The same, of what the service cannot be without.
///
/// # Errors
///
/// As [`check_at_start`].
pub(super) async fn check(backend: &Backend) -> Result<(), Error> {
    told(missing(backend).await?.1)
}

/// Has a function of the library tell what it may not use, on every primary; what is optional first.
async fn missing(backend: &Backend) -> Result<(Vec<String>, Vec<String>), Error> {
    let Some(needs) = backend.needs() else { return Ok(Default::default()) };
    let mut missing = Vec::new();
    for reply in backend.on_every_primary(&question(needs)).await? {
        let listed: Vec<String> = redis::from_redis_value(reply).map_err(|error| {
            Error::internal(format!("{} did not reply with names: {error}", needs.function))
        })?;
        missing.extend(listed);
    }
    Ok(missing.into_iter().partition(|name| OPTIONAL.contains(&name.as_str())))
}

/// What is said of an error at the start: where a command was not allowed, all of those that come before the functions
/// can be asked, not the first alone.
pub(super) async fn explained(backend: &Backend, error: Error) -> Error {
    if !matches!(&error, Error::Access { detail } if detail.contains("NOPERM")) {
        return error;
    }
    let mut missing = Vec::new();
    for (name, probe) in probes() {
        if matches!(backend.on_every_primary(&probe).await, Err(Error::Access { .. })) {
            missing.push(name.to_owned());
        }
    }
    told(missing).err().unwrap_or(error)
}

fn question(needs: &Needs) -> Cmd {
    let rights = &needs.rights;
    let mut question = cmd("FCALL_RO");
    question
        .arg(needs.function)
        .arg(0)
        .arg(format!("{}{{*}}:access", rights.prefix()))
        .arg(rights.commands());
    question
}

/// Commands that are refused before they run or change nothing: the name and the code are empty.
fn probes() -> [(&'static str, Cmd); 5] {
    let of = |words: &[&str]| {
        let mut probe = cmd(words[0]);
        probe.arg(&words[1..]);
        probe
    };
    [
        ("info", of(&["INFO", "server"])),
        ("function|list", of(&["FUNCTION", "LIST", "LIBRARYNAME", "-"])),
        ("function|load", of(&["FUNCTION", "LOAD", ""])),
        ("fcall", of(&["FCALL", "-", "0"])),
        ("fcall_ro", of(&["FCALL_RO", "-", "0"])),
    ]
}

fn told(mut missing: Vec<String>) -> Result<(), Error> {
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    let more = match missing.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    missing.truncate(NAMED);
    let missing = missing.join(", ");
    Err(Error::access(format!(
        "its user may not use {missing}{more}; `waggle redis-acl` prints the user that the service needs"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said_once_in_order_and_not_at_length() {
        assert!(told(Vec::new()).is_ok());
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let said = told(names(&["zadd", "info", "zadd"])).unwrap_err().to_string();
        assert!(said.contains("may not use info, zadd; `waggle redis-acl`"), "{said}");
        let said = told((0..20).map(|at| format!("c{at:02}")).collect()).unwrap_err().to_string();
        assert!(said.contains("c11 and 8 more;"), "{said}");
    }
}
