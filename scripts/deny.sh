#!/bin/sh
# What dependencies may come in, as deny.toml has it: licences, bans, sources, and known holes where a database of them
# is at hand. Says in one line what is skipped and how to get it.
set -eu
cd "$(dirname "$0")/.."
cargo=${CARGO:-cargo}
databases=${CARGO_HOME:-$HOME/.cargo}/advisory-dbs

say() {
    echo "deny: $*" >&2
}

if ! "$cargo" deny --version >/dev/null 2>&1; then
    say "skipped, cargo-deny is missing: cargo install --locked cargo-deny"
    exit 0
fi
"$cargo" deny --locked --log-level error check --hide-inclusion-graph licenses bans sources
if ls "$databases"/*/.git >/dev/null 2>&1; then
    "$cargo" deny --locked --offline --log-level error check --hide-inclusion-graph advisories
else
    say "known holes are skipped, no database of them is at hand: cargo deny fetch"
fi
