//! The table of states in the documents is the one in the code; `properties/` compares the code with what tasks do.

use std::collections::BTreeSet;

use waggle_task_queue::model::Status;

use crate::source::read;

const DOCUMENT: &str = "docs/architecture.md";
const HEADING: &str = "| from | to | by |";

#[test]
fn the_table_of_states_in_the_architecture_is_the_one_of_the_code() {
    let between = Status::ALL.into_iter().flat_map(|from| from.next().iter().map(move |to| (from, *to)));
    let mut expected: BTreeSet<_> =
        between.map(|(from, to)| (from.as_str().to_owned(), to.as_str().to_owned())).collect();
    expected.extend(["ready", "scheduled", "blocked"].map(|to| ("(new)".to_owned(), to.to_owned())));
    assert_eq!(documented(), expected);
}

#[test]
fn a_finished_state_is_left_by_retry_alone() {
    for status in Status::ALL.into_iter().filter(|status| status.is_finished()) {
        assert!(status.next().iter().all(|next| *next == Status::Ready), "{status:?}");
    }
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
