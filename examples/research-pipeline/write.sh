#!/bin/sh
# The foot of the diamond: reads what both sides have found, asks a person for the order of the report, and writes it.
set -eu
# shellcheck source=examples/research-pipeline/lib.sh
. "$(dirname -- "$0")/lib.sh"
claim=$(cat)
export LC_ALL=C # `join` wants the order of `sort`

# In the first attempt nobody has been asked. The task is given away with the question: it holds no lease and no agent
# while the person thinks, and whoever claims it next finds the answer in it.
case $claim in
    *'"input":{'*) order=$(echo "$claim" | text value) ;;
    *)
        call POST "tasks/$TASK/input-request" '{"lease":"'"$LEASE"'","prompt":"What comes first: words, headings or name?",
            "schema":{"enum":["words","headings","name"]},"usage":{"tokens":8}}' >/dev/null
        echo "$AGENT asks somebody and does other things meanwhile"
        exit 0 ;;
esac

# The lines `document count` of one side.
found() {
    echo "$read" | sed -n 's/.*"result":{"'"$1"'":{\([^}]*\)}}.*/\1/p' | tr ',' '\n' | sed 's/"\([^"]*\)":/\1 /' | sort
}

read=$(call GET "tasks/$TASK?include=dependencies")
mine=$(mktemp -d "${TMPDIR:-/tmp}/waggle-write.XXXXXX")
trap 'rm -rf "$mine"' EXIT
found words >"$mine/words"
found headings >"$mine/headings"
case $order in
    words) sorting='-k 2,2nr -k 1,1' ;;
    headings) sorting='-k 3,3nr -k 1,1' ;;
    *) sorting='-k 1,1' ;;
esac
# shellcheck disable=SC2086 # options, meant as words
lines=$(join "$mine/words" "$mine/headings" | sort $sorting | sed 's/.*/"&"/' | paste -s -d , -)
[ -n "$lines" ] || {
    echo "the two sides have nothing in common" >&2
    exit 1
}
call POST "tasks/$TASK/complete" '{"lease":"'"$LEASE"'","result":{"lines":['"$lines"']},"usage":{"tokens":100}}' >/dev/null
echo "$AGENT has written the report by $order"
