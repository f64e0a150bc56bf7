#!/bin/sh
# A side of the diamond: counts the words or the headings of each document of a folder. Says after each of them what that
# has cost (a word that was read is a token), and stops when there is nothing left to spend.
set -eu
# shellcheck source=examples/research-pipeline/lib.sh
. "$(dirname -- "$0")/lib.sh"
claim=$(cat)
folder=$(echo "$claim" | text folder)
what=$(echo "$claim" | text what)

counts=
documents=0
for document in "$folder"/*.md; do
    [ -f "$document" ] || continue
    words=$(wc -w <"$document" | tr -d ' ')
    case $what in
        words) count=$words ;;
        # Lines in code are no headings.
        headings) count=$(awk '/^```/ { code = !code } !code && /^#+ / { n++ } END { print n + 0 }' "$document") ;;
    esac
    counts="$counts${counts:+,}\"${document##*/}\":$count"
    documents=$((documents + 1))
    beat=$(call POST "tasks/$TASK/heartbeat" '{"lease":"'"$LEASE"'","progress":{"documents":'"$documents"'},
        "usage":{"tokens":'"$words"'}}')
    case $beat in
        *'"budget_exceeded":true'*)
            echo "$AGENT has stopped counting $what: the budget is used up"
            exit 0 ;; # the task has failed by that, or waits for somebody who grants more
        *'"cancel_requested":true'*)
            echo "cancelled" >&2
            exit 1 ;;
    esac
done
[ "$documents" -gt 0 ] || {
    echo "there are no documents in $folder" >&2
    exit 1
}
call POST "tasks/$TASK/complete" '{"lease":"'"$LEASE"'","result":{"'"$what"'":{'"$counts"'}}}' >/dev/null
echo "$AGENT has counted the $what of $documents documents"
