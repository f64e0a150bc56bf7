//! Which crate may know which.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;
use waggle_tests::root;

use crate::source::{files, read, shown};

/// What only the crate that speaks to Redis may name.
const REDIS: [&str; 3] = ["redis", "deadpool-redis", "deadpool"];
/// What only the crate that speaks HTTP may name.
const HTTP: [&str; 6] = ["axum", "axum-server", "hyper", "hyper-util", "tower", "reqwest"];

/// The names that each package of the workspace depends on, for tests and build scripts as well.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(root());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| {
            (name(package), package["dependencies"].as_array().unwrap().iter().map(name).collect())
        })
        .collect()
}

fn among(dependencies: &BTreeSet<String>, names: &[&str]) -> Vec<String> {
    dependencies.iter().filter(|name| names.contains(&name.as_str())).cloned().collect()
}

#[test]
fn the_arrows_between_the_crates_point_one_way() {
    let all = dependencies();
    let ours: Vec<_> = all.keys().map(String::as_str).collect();
    let arrows: BTreeMap<_, _> =
        all.iter().map(|(name, dependencies)| (name.as_str(), among(dependencies, &ours))).collect();
    let expected = BTreeMap::from([
        ("waggle-core", vec![]),
        ("waggle-task-queue", vec!["waggle-core"]),
        ("waggle-server", vec!["waggle-core", "waggle-task-queue"]),
        ("waggle-tests", vec!["waggle-core", "waggle-server", "waggle-task-queue"]),
    ]);
    let expected =
        expected.into_iter().map(|(name, arrows)| (name, arrows.into_iter().map(str::to_owned).collect()));
    assert_eq!(arrows, expected.collect());
}

#[test]
fn only_the_core_knows_redis_and_only_the_server_knows_http() {
    let all = dependencies();
    for (package, forbidden) in [
        ("waggle-core", &HTTP[..]),
        ("waggle-task-queue", &[&REDIS[..], &HTTP[..]].concat()),
        ("waggle-server", &REDIS[..]),
    ] {
        assert_eq!(among(&all[package], forbidden), Vec::<String>::new(), "{package}");
    }
}

#[test]
fn no_package_is_called_core() {
    // Derive macros write `::core::…` and would find it instead of the standard one.
    for manifest in files("crates", "toml").iter().chain(&files("tests", "toml")) {
        assert!(!read(manifest).contains("name = \"core\""), "{}", shown(manifest));
    }
}

#[test]
fn mod_rs_and_lib_rs_declare_and_re_export_and_do_not_act() {
    for path in files("crates", "rs").iter().chain(&files("tests", "rs")) {
        let name = path.file_name().unwrap();
        let is_of_a_test = shown(path).contains("/tests/against_redis/");
        if (name == "mod.rs" || name == "lib.rs") && !is_of_a_test {
            let acts = read(path).lines().any(|line| {
                line.trim_start().split(' ').any(|word| word == "fn" || word == "impl")
                    && !line.trim_start().starts_with("//")
            });
            assert!(!acts, "{} acts", shown(path));
        }
    }
}

#[test]
fn no_release_build_contains_what_is_for_tests_alone() {
    for (feature, files) in [
        (
            "deliberate-bugs",
            &["task-queue/src/lib.rs", "task-queue/src/library.rs", "task-queue/src/waiters/delivery.rs"][..],
        ),
        (
            "pretended-version",
            &["core/src/function/mod.rs", "core/src/function/call.rs", "core/src/function/library.rs"],
        ),
    ] {
        for file in files {
            let source = std::fs::read_to_string(root().join("crates").join(file)).unwrap();
            let guards = source.matches(&format!("feature = \"{feature}\"")).count();
            let in_debug = source.matches(&format!("all(feature = \"{feature}\", debug_assertions)")).count();
            assert!(guards > 0 && guards == in_debug, "{file}: each use is for debug builds alone");
        }
    }
    for part in ["server", "task-queue", "core"] {
        let manifest = root().join(format!("crates/{part}/Cargo.toml"));
        let manifest = std::fs::read_to_string(manifest).unwrap();
        assert!(!manifest.contains("default = ["), "{part}: the feature is on only where it is asked for");
    }
}
