//! `promtool`, as Debian packages it.

use std::process::{Command, Output};

use waggle_tests::spawn;

/// What is missing where a program cannot be started, in one line.
pub(crate) const MISSING: &str =
    "prometheus and promtool are needed for these tests: on Debian, apt-get install prometheus";

/// Runs promtool with `input` on its standard input; what it said, where it was content.
///
/// # Panics
/// When it was not, with what it said.
pub(crate) fn promtool(arguments: &[&str], input: &str) -> String {
    let output = run(arguments, input);
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "promtool {arguments:?} ended with {}:\n{said}", output.status);
    said
}

/// Runs promtool, however it ends.
pub(crate) fn run(arguments: &[&str], input: &str) -> Output {
    // The helper that starts children in these tests does not tell a missing program from one that fails.
    assert!(is_installed("promtool"), "{MISSING}");
    let mut command = Command::new("promtool");
    command.args(arguments).current_dir(waggle_tests::root());
    let mut child = spawn(&command).unwrap();
    let mut pipe = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || std::io::Write::write_all(&mut pipe, input.as_bytes()));
        child.wait_with_output().unwrap()
    })
}

/// Whether a program is on the path.
pub(crate) fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
}
