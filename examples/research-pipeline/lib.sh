# shellcheck shell=sh
# What the scripts share: one request, and what stands in its answer. Read by `.`, not run.
# Wants WAGGLE_URL and WAGGLE_SWARM.

# call METHOD PATH [BODY] [HEADER]: prints the answer. A refusal goes to standard error, and is a failure.
call() {
    answered=$(curl --silent --show-error --fail-with-body --max-time 30 --request "$1" \
        --header 'Content-Type: application/json' ${4:+--header "$4"} ${3:+--data "$3"} \
        "$WAGGLE_URL/v1/swarms/$WAGGLE_SWARM/$2") || {
        echo "${answered:-$1 $2 was not answered}" >&2
        return 1
    }
    printf '%s\n' "$answered"
}

# text NAME: the first string of that name in the JSON on standard input, up to its first quotation mark.
text() {
    awk -v before="\"$1\":\"" '(at = index($0, before)) {
        rest = substr($0, at + length(before))
        print substr(rest, 1, index(rest, "\"") - 1)
    }'
}

# number NAME: the same for a number.
number() {
    awk -v before="\"$1\":" '(at = index($0, before)) { print substr($0, at + length(before)) + 0 }'
}
