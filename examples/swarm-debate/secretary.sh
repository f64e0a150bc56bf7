#!/bin/sh
# The work on the task, for whoever holds it: puts the question to all, counts the votes, and ends the debate in one
# transaction. Reads the question, a number, from standard input. Runs under `waggle agent run`.
set -eu
QUORUM=2 # of three
number=$(cat)

# The next holder of the task sends this once more, should this one die: with the same key it is still one message.
waggle message send --from secretary --all --kind question --body "$number" \
    --idempotency-key "question $WAGGLE_TASK_ID" >/dev/null

# How many of the votes in $1 say $2.
count() {
    printf '%s\n' "$1" | tr ',' '\n' | grep -c ":\"$2\"" || true
}

# All or nothing, and only while these are the votes and the task is still ours.
end_the_debate() {
    printf '{"if": [{"state": "votes", "version": %d}], "ops": [
        {"op": "task.complete", "id": "%s", "lease": "%s", "result": {"number": %d, "verdict": "%s"}},
        {"op": "state.put", "key": "verdict", "value": {"number": %d, "verdict": "%s"}},
        {"op": "message.send", "message":
            {"from": "secretary", "to": {"swarm": true}, "kind": "verdict", "body": {"verdict": "%s"}}}]}' \
        "$version" "$WAGGLE_TASK_ID" "$WAGGLE_LEASE" "$number" "$1" "$number" "$1" "$1" |
        waggle transaction - 2>&1
}

version=0
while :; do
    # The votes as they are, then each time somebody votes.
    votes=$(waggle state watch --prefix votes --since "$version" --limit 1)
    version=$(printf '%s\n' "$votes" | sed 's/.*"version":\([0-9]*\).*/\1/')
    votes=$(printf '%s\n' "$votes" | sed 's/.*"value":\({[^}]*}\).*/\1/')
    for verdict in prime composite; do
        [ "$(count "$votes" "$verdict")" -ge "$QUORUM" ] || continue
        if said=$(end_the_debate "$verdict"); then exit 0; fi
        case $said in
            *'(version_mismatch)'*) ;; # somebody has voted meanwhile: count again
            *) printf '%s\n' "$said" >&2 && exit 1 ;;
        esac
    done
done
