//! The one place that decides what a reply or a broken connection means.
//!
//! The rule behind every line: a call is rejected only where Redis says so
//! before it runs anything, or where nothing was written to the connection.
//! Everything else is unknown.

use redis::{ErrorKind, RedisError, ServerError, ServerErrorKind, Value};

use super::{Error, denied};

/// Marks an error that a command raised inside a function: Redis appends
/// `script: <name>, on @user_function:<line>.` to it, and the function may
/// have written before.
const RAISED_INSIDE: &str = "script: ";

/// Words of Redis itself that reject a call before it runs, besides those that
/// have a variant of their own.
const NOT_NOW: [&str; 7] =
    ["LOADING", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN", "READONLY", "NOREPLICAS", "MOVED"];

/// Words that reject a call because of who asks.
const NOT_ALLOWED: [&str; 4] = ["NOAUTH", "NOPERM", "WRONGPASS", "DENIED"];

/// Words of Redis that no function should let through; they are faults of ours.
const OURS: [&str; 10] = [
    "ERR",
    "WRONGTYPE",
    "NOSCRIPT",
    "EXECABORT",
    "CROSSSLOT",
    "NOTBUSY",
    "NOSUB",
    "NOPROTO",
    "UNKILLABLE",
    "NOGOODSLAVE",
];

/// A reply, with an error reply turned into the [`Error`] it stands for.
pub(crate) fn reply(value: Value) -> Result<Value, Error> {
    match value {
        Value::ServerError(error) => Err(server(&error)),
        value => Ok(value),
    }
}

/// An error reply: Redis received the call and answered.
fn server(error: &ServerError) -> Error {
    let code = error.code();
    let detail = error.details().unwrap_or_default();
    if is_missing_function(error) {
        return Error::unavailable(format!("{detail}, and loading the library did not help"));
    }
    match code {
        "OOM" => Error::OutOfMemory,
        "MISCONF" => Error::Disk,
        "BUSY" => Error::Busy { detail: detail.to_owned() },
        "ASK" => Error::unavailable(sentence(code, detail)),
        _ if NOT_NOW.contains(&code) => Error::unavailable(sentence(code, detail)),
        _ if NOT_ALLOWED.contains(&code) && !detail.contains(RAISED_INSIDE) => {
            Error::access(denied::sentence(code, detail))
        }
        _ if OURS.contains(&code) || NOT_ALLOWED.contains(&code) || !is_word(code) => {
            Error::internal(sentence(code, detail))
        }
        _ => Error::Refused { code: code.to_owned(), detail: detail.to_owned() },
    }
}

/// A failure before anything was written: certainly not applied.
pub(crate) fn before_send(error: &RedisError) -> Error {
    match denied::connecting(error) {
        Some(sentence) => Error::access(sentence),
        None => Error::unavailable(error.to_string()),
    }
}

/// A failure once the call may have been written.
pub(crate) fn after_send(error: RedisError) -> Error {
    match ServerError::try_from(error) {
        Ok(error) => server(&error),
        Err(error) => match error.kind() {
            ErrorKind::Client | ErrorKind::InvalidClientConfig | ErrorKind::UnexpectedReturnType => {
                Error::internal(error.to_string())
            }
            _ => Error::unknown(error.to_string()),
        },
    }
}

/// Whether Redis has no such function: loading the library and repeating this
/// one call is certain not to apply it twice.
pub(crate) fn is_missing_function(error: &ServerError) -> bool {
    error.kind() == Some(ServerErrorKind::ResponseError)
        && error.details().is_some_and(|detail| detail.starts_with("Function not found"))
}

fn sentence(code: &str, detail: &str) -> String {
    format!("{code} {detail}").trim_end().to_owned()
}

/// An error word as our functions write them: upper case, digits, underscores.
fn is_word(code: &str) -> bool {
    code.starts_with(|c: char| c.is_ascii_uppercase())
        && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use redis::parse_redis_value;

    use super::*;
    use crate::Outcome;

    fn classified(line: &str) -> Error {
        let value = parse_redis_value(format!("-{line}\r\n").as_bytes()).unwrap();
        reply(value).unwrap_err()
    }

    #[test]
    fn what_redis_refuses_before_running_is_rejected() {
        for line in [
            "LOADING Redis is loading the dataset in memory",
            "CLUSTERDOWN The cluster is down",
            "MASTERDOWN Link with MASTER is down",
            "TRYAGAIN Multiple keys request during rehashing of slot",
            "READONLY You can't write against a read only replica.",
            "NOREPLICAS Not enough good replicas to write.",
            "MOVED 1234 127.0.0.1:7001",
            "ASK 1234 127.0.0.1:7001",
        ] {
            let error = classified(line);
            assert!(matches!(error, Error::Unavailable { .. }), "{line}: {error:?}");
            assert_eq!(error.outcome(), Outcome::Rejected);
            assert!(error.retryable());
        }
    }

    #[test]
    fn what_redis_does_not_allow_has_a_kind_of_its_own_and_is_rejected() {
        for line in
            ["NOAUTH Authentication required.", "NOPERM User x has no permissions to run the 'fcall' command"]
        {
            let error = classified(line);
            assert!(matches!(error, Error::Access { .. }), "{line}: {error:?}");
            assert!(error.to_string().contains("waggle redis-acl") || line.starts_with("NOAUTH"), "{error}");
            assert_eq!(error.outcome(), Outcome::Rejected);
            assert!(error.retryable());
        }
    }

    #[test]
    fn memory_disk_and_a_long_script_have_kinds_of_their_own() {
        let oom = classified("OOM command not allowed when used memory > 'maxmemory'.");
        assert!(matches!(oom, Error::OutOfMemory));
        assert!(matches!(classified("MISCONF Errors writing to the AOF file"), Error::Disk));
        assert!(matches!(classified("BUSY Redis is busy running a script."), Error::Busy { .. }));
        assert_eq!(oom.outcome(), Outcome::Rejected);
    }

    #[test]
    fn a_functions_own_word_is_a_refusal_that_carries_it() {
        let Error::Refused { code, detail } = classified("LEASELOST fence 3 was overtaken by 4") else {
            panic!("not a refusal");
        };
        assert_eq!((code.as_str(), detail.as_str()), ("LEASELOST", "fence 3 was overtaken by 4"));
        let Error::Refused { code, detail } = classified("QUEUEFULL") else { panic!("not a refusal") };
        assert_eq!((code.as_str(), detail.as_str()), ("QUEUEFULL", ""));
    }

    #[test]
    fn a_function_that_failed_while_it_ran_may_have_written() {
        for line in [
            "ERR user_function:3: attempt to index a nil value script: f, on @user_function:3.",
            "WRONGTYPE Operation against a key holding the wrong kind of value script: f, on @user_function:1.",
            "NOPERM No permissions to access a key script: f, on @user_function:1.",
            "user_function:3: lower case",
        ] {
            let error = classified(line);
            assert!(matches!(error, Error::Internal { .. }), "{line}: {error:?}");
            assert_eq!(error.outcome(), Outcome::Unknown);
        }
    }

    #[test]
    fn a_broken_connection_after_the_write_is_unknown_and_before_it_rejected() {
        let broken = || RedisError::from(std::io::Error::from(std::io::ErrorKind::BrokenPipe));
        assert_eq!(after_send(broken()).outcome(), Outcome::Unknown);
        assert_eq!(before_send(&broken()).outcome(), Outcome::Rejected);
    }
}
