#!/bin/sh
# Three agents debate whether a number is a prime, vote, and end with one verdict.
#
#   run.sh [NUMBER]     default: 2021
#
# Uses the service at WAGGLE_URL, or starts one for as long as it runs. See README.md.
set -eu

SECONDS_MAX=120 # after so long it gives up

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/waggle-debate.XXXXXX")
number=${1:-2021}
agents=
server=
stage=setting-up

die() {
    echo "run.sh: $*" >&2
    exit 1
}

# Leaves nothing behind: the runners of a swarm that is gone end by themselves.
clean_up() {
    status=$?
    trap - EXIT INT TERM
    [ "$stage" = setting-up ] || waggle swarm delete "$WAGGLE_SWARM" >/dev/null 2>&1 || true
    # shellcheck disable=SC2086 # a list of process ids, meant as words
    [ -z "$agents" ] || { kill -TERM $agents && wait $agents; } 2>/dev/null || true
    [ -z "$server" ] || { kill -TERM "$server" && wait "$server"; } 2>/dev/null || true
    rm -rf "$work"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Puts the program on the path, where it is not.
find_waggle() {
    PATH="$PATH:$root/target/release:$root/target/debug"
    export PATH
    command -v waggle >/dev/null ||
        die "no waggle program: build it with \`cargo build --release\`, or put it on the path"
}

# The address in the line a service prints once it answers: `waggle listens on http://…`.
address() {
    sed -n 's|.*\(http://[^ ]*\).*|\1|p' "$work/server.out" | head -n 1
}

start_server() {
    : >"$work/server.out"
    waggle serve --listen 127.0.0.1:0 --data-dir "$work/data" >"$work/server.out" 2>"$work/server.err" &
    server=$!
    tries=100
    until [ -n "$(address)" ]; do
        kill -0 "$server" 2>/dev/null || die "the service did not start: $(tail -n 1 "$work/server.err")"
        [ "$((tries -= 1))" -gt 0 ] || die "the service did not start within ten seconds"
        sleep 0.1
    done
    WAGGLE_URL=$(address)
    export WAGGLE_URL
}

make_swarm() {
    WAGGLE_SWARM=debate.$(date +%s).$$
    export WAGGLE_SWARM
    waggle swarm create "$WAGGLE_SWARM" --objective "whether $number is a prime" >/dev/null
    stage=debating
    waggle state put votes '{}' --if-version 0 >/dev/null
    # Before any of them speaks: a message goes to those who are registered.
    for agent in by-look by-small by-full; do
        waggle agent register "$agent" --ttl-ms 30000 >/dev/null
    done
}

start_agents() {
    for agent in by-look by-small by-full; do
        TMPDIR=$work "$here/agent.sh" "$agent" >"$work/$agent.said" &
        agents="$agents $!"
    done
}

case $number in '' | *[!0-9]* | 0* | 1 | ???????????*) die "a number from 2 to 9999999999, please" ;; esac
find_waggle
[ -n "${WAGGLE_URL:-}" ] || start_server
make_swarm
start_agents

waggle task submit --queue questions --payload "$number" --wait="$((SECONDS_MAX * 1000))" >"$work/task" ||
    die "there was no verdict in $SECONDS_MAX s"
# shellcheck disable=SC2086 # a list of process ids, meant as words
wait $agents || true # one that was killed meanwhile was not needed
agents=

cat "$work"/*.said
verdict=$(waggle state get verdict | sed 's/.*"verdict":"\([a-z]*\)".*/\1/')
echo "The verdict: $number is $verdict."
