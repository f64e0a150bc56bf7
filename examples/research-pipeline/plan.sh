#!/bin/sh
# The top of the diamond: decides what is looked for in a folder, and who puts it together.
set -eu
# shellcheck source=examples/research-pipeline/lib.sh
. "$(dirname -- "$0")/lib.sh"
claim=$(cat)
folder=$(echo "$claim" | text folder)
[ -d "$folder" ] || {
    echo "$folder: no such folder" >&2
    exit 1
}
told='"queue":"research","parent":"'$TASK'","max_attempts":2'
payload='"payload":{"folder":"'$folder'"}'

# Both wait for the plan itself, so nobody begins before all of it is there. The key makes the two the same two when an
# agent died in the middle of this and another one comes here again.
asked=$(call POST tasks/batch '{"tasks":[
    {'"$told"',"type":"count","requires":["count"],"depends_on":["'"$TASK"'"],"payload":{"folder":"'"$folder"'","what":"words"}},
    {'"$told"',"type":"count","requires":["count"],"depends_on":["'"$TASK"'"],"payload":{"folder":"'"$folder"'","what":"headings"}}]}' \
    "Idempotency-Key: plan $TASK")
words=$(echo "$asked" | text id)
headings=$(echo "$asked" | sed 's/.*"index":1//' | text id)

# The plan is done and what comes last is submitted, both or neither.
call POST transactions '{"ops":[
    {"op":"task.complete","id":"'"$TASK"'","lease":"'"$LEASE"'","result":{"words":"'"$words"'","headings":"'"$headings"'"}},
    {"op":"task.submit","task":{'"$told"',"type":"write","requires":["write"],"depends_on":["'"$words"'","'"$headings"'"],'"$payload"'}}]}' \
    >/dev/null
echo "$AGENT has planned: words and headings of $folder, then a report"
