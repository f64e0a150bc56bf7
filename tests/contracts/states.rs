//! The table of states in the documents is the one in the code; `properties/` compares the code with what tasks do.

use std::collections::BTreeSet;

use waggle_task_queue::model::Status;

use crate::source::read;

const DOCUMENT: &str = "docs/architecture.md";
const HEADING: &str = "| from | to | by |";
const DRAWING: &str = "docs/tasks.md";
const DIAGRAM: &str = "```mermaid\nstateDiagram-v2\n";
/// Where a task comes from that is submitted, in the table and in the diagram.
const NEW: &str = "(new)";
const NEW_DRAWN: &str = "[*]";

#[test]
fn the_table_of_states_in_the_architecture_is_the_one_of_the_code() {
    assert_eq!(documented(), arrows());
}

#[test]
fn the_diagram_of_states_shows_each_arrow_of_the_code_once_and_no_other() {
    let drawn = drawn();
    assert_eq!(drawn.iter().cloned().collect::<BTreeSet<_>>(), arrows());
    assert_eq!(drawn.len(), arrows().len(), "an arrow is drawn twice");
}

#[test]
fn a_finished_state_is_left_by_retry_alone() {
    for status in Status::ALL.into_iter().filter(|status| status.is_finished()) {
        let by_retry = [Status::Ready, Status::Blocked];
        assert!(status.next().iter().all(|next| by_retry.contains(next)), "{status:?}");
    }
}

/// Each arrow of the code.
fn arrows() -> BTreeSet<(String, String)> {
    let between = Status::ALL.into_iter().flat_map(|from| from.next().iter().map(move |to| (from, *to)));
    let mut arrows: BTreeSet<_> =
        between.map(|(from, to)| (from.as_str().to_owned(), to.as_str().to_owned())).collect();
    arrows.extend(["ready", "scheduled", "blocked"].map(|to| (NEW.to_owned(), to.to_owned())));
    arrows
}

/// Each arrow of the diagram: `from --> to: why`.
fn drawn() -> Vec<(String, String)> {
    let text = read(DRAWING);
    let (_, diagram) =
        text.split_once(DIAGRAM).unwrap_or_else(|| panic!("{DRAWING} has no diagram {DIAGRAM:?}"));
    let lines = diagram.lines().take_while(|line| *line != "```");
    let arrow = |line: &str| {
        let (from, rest) = line.split_once(" --> ").unwrap_or_else(|| panic!("{line:?} is no arrow"));
        let to = rest.split(':').next().unwrap_or_default();
        (from.trim().replace(NEW_DRAWN, NEW), to.trim().to_owned())
    };
    lines.map(arrow).collect()
}

/// Each arrow of the table.
fn documented() -> BTreeSet<(String, String)> {
    let text = read(DOCUMENT);
    let table = text.split(HEADING).nth(1).unwrap_or_else(|| panic!("{DOCUMENT} has no table {HEADING:?}"));
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let mut arrows = BTreeSet::new();
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        for from in states(cells[0]) {
            arrows.extend(states(cells[1]).into_iter().map(|to| (from.clone(), to)));
        }
    }
    arrows
}

fn states(cell: &str) -> Vec<String> {
    cell.split(',').map(|word| word.trim().trim_matches('`').to_owned()).collect()
}
