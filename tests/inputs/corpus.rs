//! The seeds of a target: `fuzz/seeds/<target>/`.

use std::fs;

use waggle_tests::root;

/// One input that is kept as a file.
pub(crate) struct Seed {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

impl Seed {
    /// Whether its target has to take it; its name says so.
    pub(crate) fn is_good(&self) -> bool {
        match self.name.split('-').next() {
            Some("good") => true,
            Some("bad") => false,
            _ => panic!("{}: a seed is named good-… or bad-…", self.name),
        }
    }
}

/// All seeds of a target, by their names.
pub(crate) fn seeds(target: &str) -> Vec<Seed> {
    let folder = root().join("fuzz/seeds").join(target);
    let mut seeds: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            Seed { name, bytes: fs::read(entry.path()).unwrap() }
        })
        .collect();
    seeds.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(!seeds.is_empty(), "no seeds in {}", folder.display());
    seeds
}
