//! Figures in a Markdown document, between marks that say which: what stands around them is written by people.
//!
//! `<!-- figures: single, batch -->` … `<!-- end -->` holds the command and its table, `<!-- machine -->` …
//! `<!-- end -->` where and when it was measured.

use anyhow::{Context, ensure};

use super::figure::Figure;
use super::run::Run;
use super::table::table;

const START: &str = "<!-- ";
const CLOSE: &str = " -->\n";
const END: &str = "<!-- end -->";
const FIGURES: &str = "figures: ";
const MACHINE: &str = "machine";

/// The document with the figures of a run between its marks.
///
/// # Errors
/// When a mark has no end, or asks for figures that the run does not have.
pub(crate) fn fill(document: &str, run: &Run) -> anyhow::Result<String> {
    let (mut filled, mut rest) = (String::new(), document);
    while let Some((before, mark, after)) = next_mark(rest) {
        let (_, behind) = after.split_once(END).with_context(|| format!("`{mark}` has no `{END}`"))?;
        let content = match mark.strip_prefix(FIGURES) {
            Some(names) => figures(run, names)?,
            None => run.machine.text(run),
        };
        filled += &format!("{before}{START}{mark}{CLOSE}\n{content}\n{END}");
        rest = behind;
    }
    Ok(filled + rest)
}

/// What stands before the next mark, the mark, and what follows it. Other comments are left alone.
fn next_mark(text: &str) -> Option<(&str, &str, &str)> {
    text.match_indices(START).find_map(|(at, _)| {
        let (mark, after) = text[at + START.len()..].split_once(CLOSE)?;
        (mark == MACHINE || mark.starts_with(FIGURES)).then_some((&text[..at], mark, after))
    })
}

fn figures(run: &Run, names: &str) -> anyhow::Result<String> {
    let names: Vec<&str> = names.split(',').map(str::trim).collect();
    for name in &names {
        ensure!(
            run.has(name),
            "there are no figures of `{name}`: measure them with `waggle bench --only {name} --json FILE --keep`"
        );
    }
    let shown = |figure: &&Figure| names.contains(&figure.bench.as_str());
    let table = table(run.figures.iter().filter(shown));
    let quick = if run.quick { "--quick " } else { "" };
    Ok(format!("```sh\nwaggle bench {quick}--only {}\n```\n\n{table}", names.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::args::Bench;
    use crate::bench::system::machine::Machine;

    const DOCUMENT: &str =
        "# Title\n\n<!-- figures: single -->\nold\n<!-- end -->\n\nProse. <!-- aside -->\n";

    fn run() -> Run {
        let mut run = Run::new(false, Machine::default());
        run.add(Bench::Single, vec![Figure::new("lifecycle", "ms", vec![1.0])]);
        run.add(Bench::Growth, vec![Figure::new("memory", "bytes", vec![2.0])]);
        run
    }

    #[test]
    fn figures_stand_between_their_marks_and_prose_around_them_stays() {
        let filled = fill(DOCUMENT, &run()).unwrap();
        assert!(filled.starts_with("# Title\n\n<!-- figures: single -->\n"), "{filled}");
        assert!(filled.ends_with("<!-- end -->\n\nProse. <!-- aside -->\n"), "{filled}");
        assert!(filled.contains("| figure    | value   |"), "{filled}");
        assert!(filled.contains("| lifecycle | 1.00 ms |") && !filled.contains("memory"), "{filled}");
        assert!(filled.contains("waggle bench --only single\n") && !filled.contains("old"), "{filled}");
    }

    #[test]
    fn a_document_that_was_filled_is_filled_with_the_same_again() {
        let filled = fill(DOCUMENT, &run()).unwrap();
        assert_eq!(fill(&filled, &run()).unwrap(), filled);
    }

    #[test]
    fn a_mark_without_an_end_and_figures_that_nobody_measured_are_named() {
        let error = |document: &str| fill(document, &run()).unwrap_err().to_string();
        assert!(error("<!-- machine -->\n").contains("`machine` has no"));
        assert!(error("<!-- figures: idle -->\n<!-- end -->").contains("no figures of `idle`"));
    }
}
