//! What may be linked: licences and origins of all dependencies, and unsafe code of our own. `cargo deny` looks at more,
//! where it is at hand.

use std::collections::BTreeSet;
use std::env::consts::ARCH;
use std::process::Command;

use serde_json::Value;
use waggle_tests::root;

use crate::source::{files, read, shown};

/// All packages of the workspace and those it depends on, on this machine.
fn packages() -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let platform = format!("{ARCH}-unknown-linux-gnu");
    let mut command = Command::new(cargo);
    command.args([
        "metadata",
        "--offline",
        "--locked",
        "--format-version",
        "1",
        "--filter-platform",
        &platform,
    ]);
    let output = command.current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// The quoted words of a list in deny.toml.
fn listed(list: &str) -> BTreeSet<String> {
    let text = read("deny.toml");
    let (_, rest) = text.split_once(&format!("\n{list} = [\n")).unwrap();
    let lines = rest.split("\n]").next().unwrap().lines();
    lines.flat_map(|line| line.split('"').skip(1).step_by(2)).map(str::to_owned).collect()
}

/// Whether an expression (SPDX) can be met with what is allowed. Parentheses do not nest, and `AND` binds closer.
fn is_met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    if let Some((inner, rest)) = expression.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        return is_met(inner, allowed) && rest.strip_prefix(" AND ").is_none_or(|rest| is_met(rest, allowed));
    }
    let every = |all: &str| all.split(" AND ").all(|one| allowed.contains(one.trim()));
    expression.replace('/', " OR ").split(" OR ").any(every)
}

#[test]
fn every_dependency_has_a_licence_that_deny_toml_allows() {
    let (allowed, mut excepted) = (listed("allow"), listed("exceptions"));
    for package in packages() {
        let (name, licence) =
            (package["name"].as_str().unwrap(), package["license"].as_str().unwrap_or("none"));
        let met = is_met(licence, &allowed) || (excepted.remove(name) && excepted.contains(licence));
        assert!(met, "{name}: {licence} is not in the lists of deny.toml");
    }
}

#[test]
fn expressions_of_licences_are_met_as_a_whole() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "ISC".to_owned()]);
    for (expression, met) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("MIT/Apache-2.0", true),
        ("GPL-3.0 AND MIT", false),
        ("ISC AND MIT", true),
        ("(MIT OR Apache-2.0) AND ISC", true),
        ("(MIT OR Apache-2.0) AND GPL-3.0", false),
    ] {
        assert_eq!(is_met(expression, &allowed), met, "{expression}");
    }
}

#[test]
fn every_dependency_comes_from_the_registry_that_cargo_uses_by_default() {
    for package in packages() {
        let (name, source) = (&package["name"], package["source"].as_str());
        let is_ours = package["manifest_path"].as_str().unwrap().starts_with(root().to_str().unwrap());
        // A registry of another address would have that one here.
        let is_default = source == Some("registry+https://github.com/rust-lang/crates.io-index");
        assert!(is_ours && source.is_none() || is_default, "{name}: {source:?}");
    }
}

#[test]
fn unsafe_code_is_denied_in_every_crate_and_an_exception_explains_itself() {
    assert!(read("Cargo.toml").contains("\nunsafe_code = \"deny\""));
    for manifest in files(".", "toml").iter().filter(|path| path.ends_with("Cargo.toml")) {
        let text = read(manifest);
        let inherits = text.contains("\n[lints]\nworkspace = true\n");
        let is_package = text.contains("\n[package]\n") || text.starts_with("[package]\n");
        // libFuzzer's entry points are exported functions, which its macro makes.
        assert!(inherits || !is_package || manifest.starts_with(root().join("fuzz")), "{}", shown(manifest));
    }
    for path in ["crates", "tests"].iter().flat_map(|folder| files(folder, "rs")) {
        let text = read(&path);
        let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
        let is_used = ["{", "fn ", "impl ", "extern "].map(|what| ["unsafe", what].join(" "));
        let uses = code.filter(|line| is_used.iter().any(|used| line.contains(used.as_str()))).count();
        let explained = text.matches(concat!("expect(", "unsafe_code, reason = \"")).count();
        assert!(uses == 0 || explained > 0, "{}: unsafe code says why with #[expect]", shown(&path));
    }
}
