use super::StartError;
use super::data_dir::DataDir;
use super::spawn::Child;

/// What Redis says about stored data that it cannot read, each a part of a line.
const DAMAGE: [&str; 5] = [
    "reading the append only file",
    "AOF manifest",
    "Unable to obtain the AOF file",
    "Short read or OOM loading DB",
    "Internal error in RDB reading",
];

/// Why a Redis that is gone went before it was asked to.
pub(super) async fn diagnose(child: &mut Child, data_dir: &DataDir) -> StartError {
    let status = child.exited().await;
    let lines = child.log().last_lines().await;
    match lines.iter().find(|line| is_damage(line)) {
        Some(line) => StartError::DataDamaged { path: data_dir.append_only(), detail: line.clone() },
        None => StartError::Ended { status, detail: last_words(&lines) },
    }
}

fn is_damage(line: &str) -> bool {
    // A cut-off end is repaired by Redis itself and said in the same words.
    DAMAGE.iter().any(|damage| line.contains(damage)) && !line.contains("loaded anyway")
}

/// The last line, with the offending line of the configuration where there is one.
fn last_words(lines: &[String]) -> String {
    let quoted = lines.iter().rev().take(2).skip(1).find(|line| line.starts_with(">>>"));
    match (lines.last(), quoted) {
        (None, _) => "it said nothing".to_owned(),
        (Some(last), None) => last.clone(),
        (Some(last), Some(quoted)) => format!("{last}: {}", quoted.trim_start_matches(">>> ")),
    }
}
