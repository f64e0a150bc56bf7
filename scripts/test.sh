#!/bin/sh
# Runs the tests with cargo-nextest where it is installed, else with cargo; flags are handed on. Both end
# with lines that say how many tests passed and failed.
set -eu
cargo=${CARGO:-cargo}

if "$cargo" nextest --version >/dev/null 2>&1; then
    exec "$cargo" nextest run --locked --workspace --no-fail-fast "$@"
fi
exec "$cargo" test --locked --workspace --lib --bins --tests --no-fail-fast "$@"
