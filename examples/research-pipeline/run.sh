#!/bin/sh
# Four shell agents look into the documents of a folder: a plan, two counts side by side, a question to a person, a report.
#
#   run.sh [ANSWER]     words, headings or name: what is answered to the question. Without it a terminal is asked.
#
# BUDGET   tokens that all of it may use up, 100000 by default
# FOLDER   where the documents are, `docs` of this repository by default
#
# Uses the service at WAGGLE_URL, or starts one for as long as it runs. See README.md.
set -eu

SECONDS_MAX=120 # after so long it gives up

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
folder=${FOLDER:-$root/docs}
budget=${BUDGET:-100000}
work=$(mktemp -d "${TMPDIR:-/tmp}/waggle-pipeline.XXXXXX")
answer=${1:-}
agents=
server=
stage=setting-up
# shellcheck source=examples/research-pipeline/lib.sh
. "$here/lib.sh"

die() {
    echo "run.sh: $*" >&2
    exit 1
}

# Leaves nothing behind: the agents of a swarm that is gone end by themselves.
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
find_programs() {
    PATH="$PATH:$root/target/release:$root/target/debug"
    export PATH
    command -v curl >/dev/null || die "no curl program on the path"
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
    WAGGLE_SWARM=pipeline.$(date +%s).$$
    export WAGGLE_SWARM
    waggle swarm create "$WAGGLE_SWARM" --objective "what is in $folder" >/dev/null
    stage=working
}

start_agents() {
    TMPDIR=$work
    export TMPDIR
    # Before any of them claims: who is not known yet could not be drained at the end.
    for agent in planner reader.1 reader.2 writer; do waggle agent register "$agent" >/dev/null; done
    for agent in 'planner plan' 'reader.1 count' 'reader.2 count' 'writer write'; do
        # shellcheck disable=SC2086 # a name and what it is able to do, meant as words
        "$here/agent.sh" $agent >>"$work/said" 2>&1 &
        agents="$agents $!"
    done
}

# Every Monday morning, and now: nobody has to wait for Monday. Sets `plan` to the task of this run.
schedule() {
    made=$(call PUT schedules/weekly '{"cron":"0 6 * * MON","timezone":"Europe/Berlin","overlap":"skip","missed":"once",
        "task":{"queue":"research","type":"plan","requires":["plan"],"payload":{"folder":"'"$folder"'"},
        "budget":{"tokens":'"$budget"',"on_exceeded":"fail"}}}') || die "there is no schedule"
    echo "scheduled: next at $(echo "$made" | text next_run_at), and now"
    run=$(call POST schedules/weekly/run) || die "the schedule does not run"
    plan=$(echo "$run" | text id)
}

# Prints each line that agents have said since.
listen() {
    [ -f "$work/said" ] || return 0
    # So far and no further: somebody may be writing the next line.
    all=$(wc -l <"$work/said")
    [ "$all" -eq "$heard" ] || sed -n "$((heard + 1)),${all}p" "$work/said"
    heard=$all
}

# The task of kind $1 below the plan, once there is one. A list shows a task once, however it moves meanwhile.
below() {
    waggle task list --parent "$plan" --type "$1" | text id
}

# Somebody is asked: the first argument answers, or whoever sits at the terminal, or it is by words.
answer() {
    prompt=$(echo "$task" | text prompt)
    said=${answer:-words}
    if [ -z "$answer" ] && [ -t 0 ]; then
        printf '%s ' "$prompt"
        read -r said
    else
        echo "asked: $prompt $said"
    fi
    # What does not meet the schema is refused, and so is a second answer. After a lost one nobody knows: in each case the
    # next look at the task tells whether it still waits.
    waggle task input "$report" "$said" --text >/dev/null || echo "run.sh: it is asked again, if it still waits" >&2
}

wait_for_report() {
    heard=0
    ends=$(($(date +%s) + SECONDS_MAX))
    report=
    while :; do
        status=
        [ -n "$report" ] || report=$(below write)
        if [ -n "$report" ]; then
            task=$(waggle task get "$report") || die "the report is gone"
            status=$(echo "$task" | text status)
        else
            # There never will be one when the plan has failed.
            task=$(waggle task get "$plan") || die "the plan is gone"
            case $(echo "$task" | text status) in failed | cancelled) status=failed ;; esac
        fi
        listen
        case $status in
            completed) return ;;
            failed | cancelled)
                # Whoever has heard that it is over may still be saying so.
                end_agents
                listen
                die "there is no report: $(echo "$task" | text message)" ;;
            input_required) answer ;;
        esac
        [ "$(date +%s)" -lt "$ends" ] || die "there was no report in $SECONDS_MAX s"
        sleep 0.1
    done
}

# Whoever is drained finishes what it holds, and ends.
end_agents() {
    for agent in planner reader.1 reader.2 writer; do waggle agent drain "$agent" >/dev/null; done
    # shellcheck disable=SC2086 # a list of process ids, meant as words
    wait $agents || true # one that was killed meanwhile was not needed
    agents=
}

print_report() {
    printf '%-22s %7s %9s\n' document words headings
    echo "$task" | sed 's/.*"lines":\[\([^]]*\)\].*/\1/' | tr ',' '\n' | tr -d '"' |
        awk '{ printf "%-22s %7d %9d\n", $1, $2, $3 }'
    used=$(waggle task get "$plan" | sed 's/.*"tree_usage"//' | number tokens)
    echo "used: $used of $budget tokens"
}

case $answer in '' | words | headings | name) ;; *) die "words, headings or name, please" ;; esac
case $budget in '' | *[!0-9]* | 0*) die "BUDGET is a number of tokens" ;; esac
case $folder in *[\\\"]*) die "no quotation marks and backslashes in FOLDER, please" ;; esac
find_programs
[ -n "${WAGGLE_URL:-}" ] || start_server
make_swarm
start_agents
schedule
wait_for_report
end_agents
listen
print_report
