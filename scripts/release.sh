#!/bin/sh
# Builds the program that is handed on, with a list of its parts inside where cargo-auditable is at hand, and writes the
# same list beside it as CycloneDX where cargo-cyclonedx is. Says in one line what is skipped and how to get it.
# `release.sh sbom` writes the list alone.
set -eu
cd "$(dirname "$0")/.."
cargo=${CARGO:-cargo}
target=${CARGO_TARGET_DIR:-target}
list=waggle.cdx

say() {
    echo "release: $*" >&2
}

has() {
    "$cargo" "$1" --version >/dev/null 2>&1
}

build() {
    if has auditable; then
        "$cargo" auditable build --release --locked -p waggle-server --bin waggle
    else
        say "the list of parts inside the program is skipped, cargo-auditable is missing: cargo install --locked cargo-auditable"
        "$cargo" build --release --locked -p waggle-server --bin waggle
    fi
    say "$target/release/waggle"
}

# The tool writes beside the manifest of every package of the workspace.
sbom() {
    if ! has cyclonedx; then
        say "waggle.cdx.json is skipped, cargo-cyclonedx is missing: cargo install --locked cargo-cyclonedx"
        return 0
    fi
    "$cargo" cyclonedx --quiet --format json --override-filename "$list"
    mkdir -p "$target/release"
    mv "crates/server/$list.json" "$target/release/$list.json"
    rm -f crates/*/"$list.json" tests/"$list.json"
    say "$target/release/$list.json"
}

[ "${1-}" = sbom ] || build
sbom
