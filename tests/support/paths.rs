//! Where things are.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::SystemTime;

/// The workspace's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The program under test, of the same profile as this test; built when it is missing or older than its sources.
///
/// `WAGGLE_TEST_BINARY` names another one.
pub fn waggle() -> &'static Path {
    static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| match std::env::var_os("WAGGLE_TEST_BINARY") {
        Some(path) => root().join(path),
        None => built(),
    });
    &PROGRAM
}

fn built() -> PathBuf {
    // target/<profile>/deps/<test>
    let test = std::env::current_exe().unwrap();
    let directory = test.ancestors().nth(2).unwrap();
    let program = directory.join("waggle");
    if !is_fresh(&program) {
        build(directory);
    }
    assert!(program.exists(), "{} does not exist: run `cargo build -p waggle-server`", program.display());
    program
}

/// Whether the program is younger than every file that went into it, as cargo noted them beside it.
fn is_fresh(program: &Path) -> bool {
    let Some(built) = modified(program) else { return false };
    let Ok(notes) = std::fs::read_to_string(program.with_extension("d")) else { return false };
    let sources = notes.split_once(": ").map_or("", |(_, sources)| sources);
    sources
        .split_whitespace()
        .all(|source| modified(Path::new(source)).is_some_and(|written| written <= built))
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().ok()?.modified().ok()
}

fn build(directory: &Path) {
    let profile = match directory.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "-p", "waggle-server", "--bin", "waggle", "--profile", profile]);
    command.args(["--features", "deliberate-bugs,pretended-version"]);
    let status = command.current_dir(root()).status().unwrap();
    assert!(status.success(), "waggle cannot be built");
}
