use std::fmt;

use redis::{Cmd, ToRedisArgs};

/// Arguments reserved for, besides the four that every call begins with.
const USUAL_ARGUMENTS: usize = 12;
/// Bytes reserved for all arguments: a call without a payload fits.
const USUAL_BYTES: usize = 256;
/// Where the one key stands in `FCALL function 1 key …`.
const KEY_INDEX: usize = 3;
const FUNCTION_INDEX: usize = 1;

/// One `FCALL` of one function, on the keys of one hash tag.
///
/// The arguments are written straight into the command; nothing is copied
/// again until it is packed for the connection.
#[derive(Clone)]
pub struct Call {
    cmd: Cmd,
    operations: usize,
}

impl Call {
    /// Calls `function`, which may write. `root_key` carries the hash tag that
    /// decides on which node of a cluster it runs.
    pub fn new(function: &str, root_key: &str) -> Self {
        Self::begin("FCALL", function, root_key)
    }

    /// Calls `function`, which is registered with the `no-writes` flag.
    pub fn read_only(function: &str, root_key: &str) -> Self {
        Self::begin("FCALL_RO", function, root_key)
    }

    /// Appends an argument (or several, for a slice or a tuple).
    pub fn arg(&mut self, value: impl ToRedisArgs) -> &mut Self {
        self.cmd.arg(value);
        self
    }

    /// Operations this call carries, counted against the pipeline's limits. Default 1.
    pub fn weight(&mut self, operations: usize) -> &mut Self {
        self.operations = operations.max(1);
        self
    }

    /// The function's name.
    pub fn function(&self) -> &str {
        argument(&self.cmd, FUNCTION_INDEX).and_then(|name| str::from_utf8(name).ok()).unwrap_or_default()
    }

    /// Bytes of its arguments.
    pub(crate) fn bytes(&self) -> usize {
        let size = |arg: redis::Arg<&[u8]>| if let redis::Arg::Simple(bytes) = arg { bytes.len() } else { 0 };
        self.cmd.args_iter().map(size).sum()
    }

    pub(crate) const fn operations(&self) -> usize {
        self.operations
    }

    pub(crate) fn into_cmd(self) -> Cmd {
        self.cmd
    }

    fn begin(verb: &str, function: &str, root_key: &str) -> Self {
        #[cfg(all(feature = "pretended-version", debug_assertions))]
        let function = &super::pretended::function(function);
        let mut cmd = Cmd::with_capacity(KEY_INDEX + 1 + USUAL_ARGUMENTS, USUAL_BYTES);
        cmd.arg(verb).arg(function).arg("1").arg(root_key);
        Self { cmd, operations: 1 }
    }
}

/// Payloads stay out of logs: only the function is named.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("function", &self.function())
            .field("operations", &self.operations)
            .finish_non_exhaustive()
    }
}

/// The function a packed call names; empty for anything that is not a call.
pub(crate) fn function_of(cmd: &Cmd) -> &[u8] {
    argument(cmd, FUNCTION_INDEX).unwrap_or_default()
}

/// Whether a packed call names a function that changes nothing.
pub(crate) fn is_read_only(cmd: &Cmd) -> bool {
    argument(cmd, 0) == Some(b"FCALL_RO")
}

/// The key a packed call is routed by.
pub(crate) fn key_of(cmd: &Cmd) -> &[u8] {
    argument(cmd, KEY_INDEX).unwrap_or_default()
}

/// A function's name without the version of its library.
pub(crate) fn operation(function: &[u8]) -> String {
    let name = String::from_utf8_lossy(function);
    match name.rsplit_once("_v") {
        Some((base, version)) if version.bytes().all(|b| b.is_ascii_digit()) => base.to_owned(),
        _ => name.into_owned(),
    }
}

fn argument(cmd: &Cmd, index: usize) -> Option<&[u8]> {
    match cmd.args_iter().nth(index) {
        Some(redis::Arg::Simple(bytes)) => Some(bytes),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_one_fcall_with_one_key() {
        let mut call = Call::new("claim_v1", "wg:{s}");
        call.arg("agent").arg(3);
        assert_eq!(
            call.into_cmd().get_packed_command(),
            b"*6\r\n$5\r\nFCALL\r\n$8\r\nclaim_v1\r\n$1\r\n1\r\n$6\r\nwg:{s}\r\n$5\r\nagent\r\n$1\r\n3\r\n"
        );
    }

    #[test]
    fn a_read_only_call_says_so() {
        let cmd = Call::read_only("get_v1", "wg:{s}").into_cmd();
        assert!(cmd.get_packed_command().starts_with(b"*4\r\n$8\r\nFCALL_RO\r\n"));
        assert_eq!((function_of(&cmd), key_of(&cmd)), (&b"get_v1"[..], &b"wg:{s}"[..]));
    }

    #[test]
    fn an_operation_is_a_function_without_its_version() {
        assert_eq!(operation(b"task_claim_v12"), "task_claim");
        assert_eq!(operation(b"task_very"), "task_very");
    }

    #[test]
    fn a_call_in_a_log_shows_no_payload() {
        let mut call = Call::new("submit_v1", "wg:{s}");
        call.arg("secret").weight(7);
        let shown = format!("{call:?}");
        assert!(shown.contains("submit_v1") && shown.contains('7') && !shown.contains("secret"), "{shown}");
    }
}
