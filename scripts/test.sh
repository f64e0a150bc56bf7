#!/bin/sh
# Runs the tests; flags are handed on. One process for each test binary, because the tests of one binary share a
# service and a Redis; more threads than cores, because tests wait more than they compute. Ends with lines that
# say how many tests passed and failed.
set -eu
export RUST_TEST_THREADS="${RUST_TEST_THREADS:-8}"
cargo="${CARGO:-cargo}"
"$cargo" test --locked --workspace --lib --bins --tests --no-fail-fast "$@"

# What depends most on where keys lie runs once more on a cluster of three primaries.
echo "test: tasks, agents, messages, transactions, deleted and restored swarms on a Redis Cluster" >&2
WAGGLE_TEST_REDIS=cluster "$cargo" test --locked -p waggle-tests --test api --test faults --no-fail-fast -- \
    tasks::submit tasks::claim tasks::complete functions_lost agents::heartbeat messages::send state::put \
    transactions::apply swarms::delete snapshot::restored
