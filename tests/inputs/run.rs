use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use waggle_tests::root;

use crate::corpus::seeds;
use crate::hostile;
use crate::mutate::{Numbers, mutated};
use crate::targets;

/// Whether a target takes an input; it panics where something does not hold.
type Target = fn(&[u8]) -> bool;

const TARGETS: [(&str, Target); 6] = [
    ("codec", targets::codec::check),
    ("names", targets::names::check),
    ("settings", targets::settings::check),
    ("snapshot", targets::snapshot::check),
    ("task", targets::task::check),
    ("transaction", targets::transaction::check),
];
/// Mutations of the seeds of each target; `WAGGLE_TEST_MUTATIONS` asks for more.
const MUTATIONS: usize = 3_000;

/// Fault: frame-bomb
#[test]
fn every_frame_reads_back_equal_and_none_yields_more_than_it_may() {
    run("codec");
}

/// Fault: name-reaches-out
#[test]
fn names_and_ids_are_what_their_alphabets_say_and_stay_within_their_keys() {
    run("names");
}

#[test]
fn any_settings_file_is_loaded_or_refused_in_one_line() {
    run("settings");
}

/// Fault: input-malformed
#[test]
fn any_lines_are_a_snapshot_or_have_a_line_that_is_told() {
    run("snapshot");
}

/// Fault: input-malformed
#[test]
fn any_body_is_a_task_that_is_taken_again_or_has_a_place_that_is_told() {
    run("task");
}

/// Fault: input-malformed
#[test]
fn any_body_is_a_transaction_that_is_taken_again_or_has_a_place_that_is_told() {
    run("transaction");
}

#[test]
fn every_target_has_its_program_and_its_seeds() {
    let names: BTreeSet<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names, stems("fuzz/fuzz_targets"));
    assert_eq!(names, stems("fuzz/seeds"));
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
    let programs = manifest.lines().filter_map(|line| line.strip_prefix("path = \"fuzz_targets/"));
    assert_eq!(names, programs.map(|path| path.trim_end_matches(".rs\"").to_owned()).collect());
}

fn stems(folder: &str) -> BTreeSet<String> {
    let stem = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    fs::read_dir(root().join(folder)).unwrap().map(|entry| stem(&entry.unwrap().path())).collect()
}

fn run(name: &str) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).unwrap();
    let seeds = seeds(name);
    for seed in &seeds {
        assert_eq!(tried(*target, &seed.bytes), seed.is_good(), "{name}/{} is taken", seed.name);
    }
    for input in hostile::inputs() {
        tried(*target, &input);
    }
    let all: Vec<_> = seeds.iter().collect();
    let good: Vec<_> = seeds.iter().filter(|seed| seed.is_good()).collect();
    let mut numbers = Numbers(1);
    let mut taken = 0;
    let mutations = mutations();
    for _ in 0..mutations {
        // Every other one begins with something good: there is more behind what is taken.
        let from = if numbers.below(2) == 0 { &good } else { &all };
        let (seed, other) = (from[numbers.below(from.len())], all[numbers.below(all.len())]);
        taken += usize::from(tried(*target, &mutated(&seed.bytes, &other.bytes, &mut numbers)));
    }
    // Where nothing is taken, or everything, the mutations reach nothing worth looking at.
    assert!((mutations / 50..mutations).contains(&taken), "{taken} of {mutations} were taken");
}

fn mutations() -> usize {
    let asked = std::env::var("WAGGLE_TEST_MUTATIONS").ok().and_then(|number| number.parse().ok());
    asked.unwrap_or(MUTATIONS)
}

/// Says which input it was, where the target does not.
fn tried(target: Target, input: &[u8]) -> bool {
    let shown = Shown(input);
    let taken = target(input);
    std::mem::forget(shown);
    taken
}

struct Shown<'a>(&'a [u8]);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        let start = &self.0[..self.0.len().min(2_000)];
        eprintln!("{} bytes: b\"{}\"", self.0.len(), start.escape_ascii());
    }
}
