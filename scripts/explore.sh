#!/bin/sh
# Checks the properties on cases that nobody has seen, again and again for so many minutes. Tests take the same cases each
# time; what fails here names the seed with which it fails again.
set -eu
cd "$(dirname "$0")/.."
cargo=${CARGO:-cargo}
end=$(($(date +%s) + ${1:-10} * 60))
round=0
while [ "$(date +%s)" -lt "$end" ]; do
    round=$((round + 1))
    echo "explore: round $round"
    WAGGLE_TEST_SEED=random "$cargo" test --quiet --locked -p waggle-tests --test properties
done
echo "explore: $round rounds, and every property holds"
