#!/bin/sh
# One of the agents: argues, listens to the others, votes, and stands ready to be the secretary of the debate.
# Usage: WAGGLE_URL=… WAGGLE_SWARM=… agent.sh by-look|by-small|by-full
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
export WAGGLE_AGENT="$1" # who reads and sends, for every waggle below
others=$(echo by-look by-small by-full | sed "s/$WAGGLE_AGENT//")
inbox=$(mktemp "${TMPDIR:-/tmp}/waggle-debate.XXXXXX")
trap 'rm -f "$inbox"' EXIT

# Whoever of the three gets the task is the secretary. When that one dies, the task goes to another.
WAGGLE_LOG__LEVEL=error waggle agent run --agent "$WAGGLE_AGENT" --queue questions --lease-ms 3000 -- \
    "$here/secretary.sh" &
runner=$!

# Reads all of the inbox. Reading consumes nothing: an agent that is started anew finds everything again.
look() {
    waggle message read --after "$seen" --wait-ms 5000 >>"$inbox" || [ $? -eq 4 ] # 4: nothing came in time
    seen=$(sed -n '$s/.*"seq":\([0-9]*\).*/\1/p' "$inbox")
    seen=${seen:-0}
}

# What agent $1 has sent of kind $2: the bodies.
said() {
    sed -n 's/.*"from":"'"$1"'".*"kind":"'"$2"'","body":\([^}]*}*\),"reply_to".*/\1/p' "$inbox"
}

# Whether agent $1 has argued, or is lost and will not.
has_argued() {
    [ -n "$(said "$1" argument)" ] || waggle agent list --status lost | grep -q "\"name\":\"$1\""
}

seen=0
until [ -n "$(said secretary question)" ]; do look; done
number=$(said secretary question | head -n 1)

argument=$("$here/argue.sh" "$WAGGLE_AGENT" "$number")
waggle message send --all --kind argument --body "$argument" --idempotency-key "$WAGGLE_AGENT argues" >/dev/null

claim=$(echo "$argument" | sed 's/.*"claim":"\([a-z]*\)".*/\1/')
first=$claim
reason=
for other in $others; do
    until has_argued "$other"; do look; done
    # Nobody is believed: a divisor is tried.
    divisor=$(said "$other" argument | sed -n 's/.*"divisor":\([0-9][0-9]*\).*/\1/p' | head -n 1)
    if [ -n "$divisor" ] && [ "$divisor" -gt 1 ] && [ "$divisor" -lt "$number" ] && [ "$((number % divisor))" -eq 0 ]; then
        claim=composite
        reason=" because $divisor divides it, as $other says"
    fi
done
[ "$first" = prime ] || reason=

# A vote is one member of the key `votes`: a merge patch leaves the others' as they are.
waggle state patch votes "{\"$WAGGLE_AGENT\":\"$claim\"}" >/dev/null
echo "$WAGGLE_AGENT said $first and voted $claim$reason"

until [ -n "$(said secretary verdict)" ]; do look; done
waggle message ack --up-to "$seen" >/dev/null
# The runner finishes what it holds and ends.
waggle agent drain "$WAGGLE_AGENT" >/dev/null
wait "$runner"
