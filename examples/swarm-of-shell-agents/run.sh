#!/bin/sh
# Counts the words of a folder's files by language with a swarm of eight shell agents.
#
#   run.sh [FOLDER]     default: this repository
#
# Uses the service at WAGGLE_URL, or starts one for as long as it runs. See README.md.
set -eu

AGENTS=8        # processes of `waggle agent run`
FILES_MAX=5000  # files looked at; more are left out, and that is said
SECONDS_MAX=300 # after so long it gives up

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
folder=$(CDPATH='' cd -- "${1:-$root}" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/waggle-swarm.XXXXXX")
queue=words.$(date +%s).$$
agents=
server=
stage=setting-up

die() {
    echo "run.sh: $*" >&2
    exit 1
}

# Leaves nothing behind: no agent, no service of ours, no task that nobody will take.
clean_up() {
    status=$?
    trap - EXIT INT TERM
    # shellcheck disable=SC2086 # a list of process ids, meant as words
    [ -z "$agents" ] || { kill -TERM $agents && wait $agents; } 2>/dev/null || true
    if [ -n "$server" ]; then
        kill -TERM "$server" 2>/dev/null && wait "$server" || true
    elif [ "$stage" = working ]; then
        # The whole list first: it would shift under a reader while tasks are cancelled.
        tasks ready 2>/dev/null | sed 's/^{"id":"\([^"]*\)".*/\1/' >"$work/left" || true
        xargs "$waggle" task cancel <"$work/left" >/dev/null 2>&1 || true
    fi
    rm -rf "$work"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

find_waggle() {
    for waggle in "$(command -v waggle || true)" "$root/target/release/waggle" "$root/target/debug/waggle"; do
        if [ -n "$waggle" ] && [ -x "$waggle" ]; then return; fi
    done
    die "no waggle program: build it with \`cargo build --release\`, or put it on the path"
}

# The files as paths below the folder: what git knows, or all but hidden ones.
list_files() {
    cd "$folder"
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git -c core.quotePath=off grep -Il '' # all that is text
    else
        find . -name '.?*' -prune -o -type f -print | sed 's|^\./||'
    fi | while read -r path; do
        if [ -f "$path" ] && [ -r "$path" ]; then printf '%s\n' "$path"; fi
    done
}

# The address in the line a service prints once it answers: `waggle listens on http://…`.
address() {
    sed -n 's|.*\(http://[^ ]*\).*|\1|p' "$work/server.out" | head -n 1
}

start_server() {
    : >"$work/server.out"
    "$waggle" serve --listen 127.0.0.1:0 --data-dir "$work/data" >"$work/server.out" 2>"$work/server.err" &
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

# All our tasks in state $1, one line of JSON each.
tasks() {
    "$waggle" task list --queue "$queue" --status "$1" --all
}

start_agents() {
    number=0
    while [ "$((number += 1))" -le "$AGENTS" ]; do
        WAGGLE_LOG__LEVEL=warn "$waggle" agent run --queue "$queue" --agent "$queue.$number" -- \
            "$here/count.sh" "$folder" 2>>"$work/agents.err" &
        agents="$agents $!"
    done
}

wait_for_results() {
    ends=$(($(date +%s) + SECONDS_MAX))
    while :; do
        done_now=$(tasks completed | wc -l)
        failed_now=$(tasks failed | wc -l)
        [ "$((done_now + failed_now))" -lt "$submitted" ] || return 0
        [ "$(date +%s)" -lt "$ends" ] || die "only $done_now of $submitted files were counted in $SECONDS_MAX s"
        sleep 0.2
    done
}

print_sums() {
    tasks completed | awk '
        match($0, /"result":\{"language":"[^"]*","words":[0-9]+,"lines":[0-9]+\}/) {
            split(substr($0, RSTART, RLENGTH), part, /[":,{}]+/)
            files[part[4]]++; words[part[4]] += part[6]; lines[part[4]] += part[8]
        }
        END { for (l in files) printf "%-12s %7d %9d %9d\n", l, files[l], lines[l], words[l] }
    ' | sort -k 4,4nr -k 1,1 | awk '
        BEGIN { printf "%-12s %7s %9s %9s\n", "language", "files", "lines", "words" }
        { print; files += $2; lines += $3; words += $4 }
        END { printf "%-12s %7d %9d %9d\n", "total", files, lines, words }
    '
}

find_waggle
list_files >"$work/all"
head -n "$FILES_MAX" "$work/all" >"$work/files"
cmp -s "$work/all" "$work/files" || echo "run.sh: only the first $FILES_MAX files are counted" >&2
submitted=$(wc -l <"$work/files")
[ "$submitted" -gt 0 ] || die "there are no files in $folder"
[ -n "${WAGGLE_URL:-}" ] || start_server

stage=working
"$waggle" task submit --lines "$work/files" --queue "$queue" --type count-words --max-attempts 2 \
    --retention-ms 600000 >"$work/submitted"
start_agents
wait_for_results
print_sums

if [ "$failed_now" -gt 0 ]; then
    tasks failed | sed 's/.*"error":{"message":"\([^"]*\)".*/failed: \1/' >&2
    die "$failed_now of $submitted files could not be counted"
fi
