#!/bin/sh
# Runs the tests; flags are handed on. One process for each test binary, because the tests of one binary share a
# service and a Redis; more threads than cores, because tests wait more than they compute. Ends with lines that
# say how many tests passed and failed.
set -eu
export RUST_TEST_THREADS="${RUST_TEST_THREADS:-8}"
exec "${CARGO:-cargo}" test --locked --workspace --lib --bins --tests --no-fail-fast "$@"
