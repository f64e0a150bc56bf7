//! The example in `examples/research-pipeline/`, on real input: the documents of this repository.

use std::path::PathBuf;

use waggle_tests::root;

use crate::program::{Ended, script};

const SCRIPT: &str = "examples/research-pipeline/run.sh";

#[test]
fn a_plan_two_counts_a_question_and_a_report_end_with_what_we_count_ourselves() {
    let ended = run(&["words"], "100000");
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{}", ended.stdout);
    let (said, report) = ended.stdout.split_once("document                 words  headings\n").unwrap();
    for line in
        ["the words of ", "the headings of ", "asked: What comes first: words, headings or name? words"]
    {
        assert!(said.contains(line), "{line:?} in {said}");
    }
    let (rows, used) = report.split_once("used: ").unwrap();
    let rows: Vec<_> = rows.lines().map(row).collect();
    let mut expected: Vec<_> = documents().iter().map(counted).collect();
    expected.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    assert_eq!(rows, expected);
    // Each reader has read each word; the writer says what the question and the report have cost.
    let words: usize = expected.iter().map(|row| row.1).sum();
    assert_eq!(used, format!("{} of 100000 tokens\n", 2 * words + 108));
}

#[test]
fn a_pipeline_that_passes_its_budget_ends_as_a_whole_and_says_so() {
    let ended = run(&["name"], "1000");
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(ended.stdout.contains("the budget is used up"), "{ended:?}");
    assert!(ended.stderr.contains("there is no report: task "), "{ended:?}");
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
}

/// Runs it to its end; nothing is left where it ran.
fn run(arguments: &[&str], budget: &str) -> Ended {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let running = script(SCRIPT, arguments).set("BUDGET", budget).start();
        let directory = running.directory.clone();
        let ended = running.ended().await;
        assert_eq!(std::fs::read_dir(directory).unwrap().count(), 0, "it leaves nothing behind: {ended:?}");
        ended
    })
}

/// Name, words, headings.
type Row = (String, usize, usize);

fn row(line: &str) -> Row {
    let words: Vec<_> = line.split_whitespace().collect();
    (words[0].to_owned(), words[1].parse().unwrap(), words[2].parse().unwrap())
}

fn documents() -> Vec<PathBuf> {
    let files = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}

fn counted(path: &PathBuf) -> Row {
    let text = std::fs::read_to_string(path).unwrap();
    let (mut code, mut headings) = (false, 0);
    for line in text.lines() {
        code ^= line.starts_with("```");
        headings +=
            usize::from(!code && line.trim_start_matches('#').starts_with(' ') && line.starts_with('#'));
    }
    (path.file_name().unwrap().to_string_lossy().into_owned(), text.split_whitespace().count(), headings)
}
