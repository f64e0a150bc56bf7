//! Whether a command exists, asked before tasks are claimed for it.

use std::{
    ffi::OsStr,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::bail;

/// Checks that `program` is an executable file, looked up on `PATH` unless it has a slash.
///
/// # Errors
/// When there is none: every attempt would fail, and tasks would be used up for nothing.
pub(super) fn check(program: &OsStr) -> anyhow::Result<()> {
    if candidates(program).iter().any(|path| is_executable(path)) {
        return Ok(());
    }
    bail!("the command {} cannot be started: no such executable file", program.display())
}

fn candidates(program: &OsStr) -> Vec<PathBuf> {
    if program.as_encoded_bytes().contains(&b'/') {
        return vec![program.into()];
    }
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into());
    std::env::split_paths(&path).map(|folder| folder.join(program)).collect()
}

fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_found_by_name_and_by_path() {
        assert!(check(OsStr::new("sh")).is_ok());
        assert!(check(OsStr::new("/bin/sh")).is_ok());
    }

    #[test]
    fn what_does_not_exist_or_cannot_be_executed_is_refused() {
        for program in ["no-such-command", "/etc/passwd", "/tmp", ""] {
            assert!(check(OsStr::new(program)).is_err(), "{program}");
        }
    }
}
