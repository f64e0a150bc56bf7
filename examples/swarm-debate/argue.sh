#!/bin/sh
# What one of the three thinks of a number, as JSON: {"claim":"prime","divisor":null} or
# {"claim":"composite","divisor":43}. Knows nothing of Waggle. Usage: argue.sh by-look|by-small|by-full NUMBER
set -eu
method=$1
number=$2

# Prints the first divisor of the number that is no larger than $1.
divisor_up_to() {
    divisor=2
    while [ "$divisor" -le "$1" ] && [ "$((divisor * divisor))" -le "$number" ]; do
        if [ "$((number % divisor))" -eq 0 ]; then
            echo "$divisor"
            return
        fi
        divisor=$((divisor + 1))
    done
}

case $method in
    by-look) case $number in *[1379]) divisor= ;; *[05]) divisor=5 ;; *) divisor=2 ;; esac ;; # the last digit
    by-small) divisor=$(divisor_up_to 31) ;;                                                 # what is quickly tried
    by-full) divisor=$(divisor_up_to "$number") ;;                                           # all there can be
    *) echo "argue.sh: there is no $method" >&2 && exit 2 ;;
esac

if [ -n "$divisor" ] && [ "$divisor" -ne "$number" ]; then
    printf '{"claim":"composite","divisor":%d}\n' "$divisor"
else
    echo '{"claim":"prime","divisor":null}'
fi
