#!/bin/sh
# One agent: claims what it is able to do, and hands it to the script of that kind of task, until it is told to stop.
# Usage: WAGGLE_URL=… WAGGLE_SWARM=… agent.sh NAME CAPABILITY…
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=examples/research-pipeline/lib.sh
. "$here/lib.sh"
export AGENT="$1"
shift
able=$(printf '"%s",' "$@")

while :; do
    # Waits for work for ten seconds: whoever waits is answered when there is some, nobody polls.
    claim=$(call POST claims "{\"agent\":\"$AGENT\",\"queues\":[\"research\"],\"capabilities\":[${able%,}],\"wait_ms\":10000}" 2>/dev/null) ||
        exit 0 # the swarm is gone
    case $claim in
        *'"tasks":[]'*'"directive":"run"'*) continue ;;
        *'"tasks":[]'*) exit 0 ;; # drained
    esac
    TASK=$(echo "$claim" | text id)
    LEASE=$(echo "$claim" | text token)
    export TASK LEASE
    type=$(echo "$claim" | text type)
    if ! why=$(echo "$claim" | "$here/$type.sh" 2>&1 >&3); then
        why=$(printf '%s' "$why" | tail -n 1 | tr -d '"\\' | tr -c '[:print:]' ' ')
        # Refused where the lease is lost: then somebody else has the task already.
        call POST "tasks/$TASK/fail" "{\"lease\":\"$LEASE\",\"error\":{\"message\":\"$type: $why\"}}" >/dev/null 2>&1 || true
    fi
done 3>&1
