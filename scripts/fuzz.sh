#!/bin/sh
# Lets libFuzzer look for inputs that break what reads them. Arguments: the target, and for how many seconds; without a
# target, each of them in turn. Finds are kept in fuzz/artifacts: one that is mended belongs into fuzz/seeds.
set -eu
cd "$(dirname "$0")/.."
cargo=${CARGO:-cargo}
seconds=${2:-60}

if ! "$cargo" +nightly fuzz --version >/dev/null 2>&1; then
    echo "fuzz: a nightly compiler and cargo-fuzz are needed: rustup toolchain install nightly && cargo install --locked cargo-fuzz" >&2
    echo "fuzz: make test runs the same targets over their seeds and mutations of them, without either" >&2
    exit 2
fi
# The versions that everything else is built with; libFuzzer's own comes in addition.
cp Cargo.lock fuzz/Cargo.lock
for target in ${1:-$(ls fuzz/seeds)}; do
    mkdir -p "fuzz/corpus/$target"
    "$cargo" +nightly fuzz run "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
        -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048
done
