//! The example in `examples/`, on real input: this repository's own files.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use waggle_tests::{new_dir, root, until_some, waggle};

/// Eight agents and one command for each file, on a busy machine.
const LONGEST: Duration = Duration::from_secs(80);

/// Files, lines and words.
type Sum = [usize; 3];

#[test]
fn eight_shell_agents_count_the_words_of_this_repository_as_we_do() {
    let before = ours();
    let printed = theirs();
    // Somebody may be writing into the tree: then the count is that of before or after, file by file the same.
    let after = ours();
    assert!(printed == before || printed == after, "{printed:#?}\nis not\n{after:#?}");
    assert!(printed["total"][0] > 100, "this repository has hundreds of files");
}

/// What the example prints.
fn theirs() -> BTreeMap<String, Sum> {
    let folder = new_dir("example");
    let mut command = Command::new("sh");
    command.arg(root().join("examples/swarm-of-shell-agents/run.sh")).arg(root()).current_dir(&folder);
    let path = std::env::var("PATH").unwrap();
    command.env("PATH", format!("{}:{path}", waggle().parent().unwrap().display())).env("TMPDIR", &folder);
    for name in ["WAGGLE_URL", "WAGGLE_SWARM"] {
        command.env_remove(name);
    }
    let mut child = waggle_tests::spawn(&command).unwrap();
    drop(child.stdin.take());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let waiting = until_some("the example ends", LONGEST, async || child.try_wait().unwrap());
    let status = runtime.block_on(waiting);
    let ended = child.wait_with_output().unwrap();
    let (stdout, stderr) =
        (String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap());
    assert!(status.success(), "{stderr}");
    assert_eq!(stderr, "");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "it leaves nothing behind");
    stdout.lines().skip(1).map(row).collect()
}

fn row(line: &str) -> (String, Sum) {
    let words: Vec<_> = line.split_whitespace().collect();
    let number = |at: usize| words[at].parse().unwrap();
    (words[0].to_owned(), [number(1), number(2), number(3)])
}

/// The same without any agent.
fn ours() -> BTreeMap<String, Sum> {
    let listed = Command::new("git")
        .args(["-c", "core.quotePath=off", "grep", "-Il", ""])
        .current_dir(root())
        .output()
        .unwrap();
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    for path in String::from_utf8(listed.stdout).unwrap().lines() {
        let Ok(bytes) = std::fs::read(root().join(path)) else { continue };
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
        let words = String::from_utf8_lossy(&bytes).split_whitespace().count();
        for name in [language(path), "total"] {
            let sum = sums.entry(name.to_owned()).or_default();
            *sum = [sum[0] + 1, sum[1] + lines, sum[2] + words];
        }
    }
    sums
}

fn language(path: &str) -> &'static str {
    let path = Path::new(path);
    if path.file_name().is_some_and(|name| name == "Makefile") {
        return "Make";
    }
    match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "rs" => "Rust",
        "lua" => "Lua",
        "sh" => "Shell",
        "py" => "Python",
        "js" | "ts" => "JavaScript",
        "html" | "css" => "Web",
        "md" => "Markdown",
        "toml" => "TOML",
        "lock" => "Lockfile",
        "json" => "JSON",
        "yml" | "yaml" => "YAML",
        "mk" => "Make",
        _ => "Other",
    }
}
