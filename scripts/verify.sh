#!/bin/sh
# Compares what is generated from the source with what is checked in. Prints the difference and the command
# that repairs it; ends with status 1 where there is one.
set -eu
cargo=${CARGO:-cargo}
target=${CARGO_TARGET_DIR:-target}
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0

same() {
    echo "verify: $1 is as it should be"
}

differs() {
    echo "verify: $1 is not as it should be; $2" >&2
    status=1
}

# A file that a command writes: name, what was generated, the command that repairs it.
compare() {
    if diff -u "$1" "$2"; then same "$1"; else differs "$1" "run: $3"; fi
}

# A file that a test compares: name, the command that repairs it, the test as arguments of cargo.
tested() {
    name=$1 repair=$2
    shift 2
    if "$cargo" test --locked --quiet "$@" >"$log" 2>&1; then
        same "$name"
    else
        cat "$log" >&2
        differs "$name" "$repair"
    fi
}

"$cargo" build --locked --quiet --workspace --bins
"$target/debug/waggle" openapi >"$target/openapi.json"

compare openapi/openapi.json "$target/openapi.json" "make openapi"
cp docs/performance.md "$target/performance.md"
"$target/debug/waggle" bench --render docs/performance.json --into "$target/performance.md"
compare docs/performance.md "$target/performance.md" "make performance"
tested migrations/functions.lock \
    "where its version is open, run: WAGGLE_REWRITE_LOCK=1 cargo test -p waggle-task-queue --test functions_lock" \
    --workspace --test functions_lock
tested docs/faults.md "run: WAGGLE_REWRITE_FAULTS=1 cargo test -p waggle-tests --test contracts faults" \
    --workspace --test contracts faults
tested docs/configuration.md "correct the rows named above" --workspace --lib config::tests
exit "$status"
