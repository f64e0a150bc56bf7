#!/bin/sh
# Asks a service of its own everything that the OpenAPI document allows and much that it does not, with schemathesis:
# no answer may be a fault of the service, and each must be one that the document tells of. Arguments are handed on
# to `schemathesis run`. What was found stays below the target folder.
set -eu
cd "$(dirname "$0")/../.."
cargo=${CARGO:-cargo}
root=$PWD
target=$(mkdir -p "${CARGO_TARGET_DIR:-target}" && cd "${CARGO_TARGET_DIR:-target}" && pwd)
place=$target/schemathesis
minutes=${MINUTES:-3}
version=4.32.5

say() {
    echo "schemathesis: $*" >&2
}

# A virtual environment below the target folder; nothing is installed anywhere else.
need() {
    [ -x "$place/bin/schemathesis" ] && return 0
    if ! python3 -m venv "$place" >/dev/null 2>&1 || ! "$place/bin/pip" install --quiet "schemathesis==$version" >&2; then
        rm -rf "$place"
        say "schemathesis $version is missing and could not be installed: it needs Python 3.10 or later with venv and pip, on Debian: apt-get install python3-venv"
        exit 2
    fi
}

# Ends the service, and says how it was.
stop() {
    [ -z "${pid-}" ] || kill "$pid" 2>/dev/null || true
    [ -z "${pid-}" ] || wait "$pid" 2>/dev/null || true
    rm -rf "$data"
}

need
"$cargo" build --locked --quiet -p waggle-server --bin waggle
data=$(mktemp -d)
trap stop EXIT INT TERM
# With a token that may do all: what needs one must refuse those who show none or a wrong one, of which many come here.
"$target/debug/waggle" token new --name schemathesis --scopes submit,work,message,state,operate,admin >"$data/made"
TOKEN=$(head -n 1 "$data/made")
export TOKEN
sed 1d "$data/made" >"$data/tokens.toml"
WAGGLE_AUTH__TOKENS_FILE=$data/tokens.toml WAGGLE_AUTH__FAILURES_PER_MINUTE=100000 \
    "$target/debug/waggle" serve --listen 127.0.0.1:0 --data-dir "$data/data" >"$data/said" 2>"$place/service.log" &
pid=$!
tries=0
until address=$(sed -n 's/^waggle listens on //p' "$data/said" | grep .); do
    tries=$((tries + 1))
    if [ "$tries" -gt 300 ] || ! kill -0 "$pid" 2>/dev/null; then
        say "the service did not start: $place/service.log says why"
        exit 1
    fi
    sleep 0.1
done

say "$minutes minutes against $address; the service's log is $place/service.log"
# It looks for its files, and leaves others, where it is started.
cp "$root/scripts/schemathesis/schemathesis.toml" "$root/scripts/schemathesis/hooks.py" "$place"
cd "$place"
bin/schemathesis run "$root/openapi/openapi.json" --url "$address" --max-time "$((minutes * 60))" \
    --continue-on-failure --report ndjson --report-dir "$place/report" "$@"
