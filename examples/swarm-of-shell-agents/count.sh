#!/bin/sh
# The work of one agent on one task: reads the path of a file from standard input and prints its language,
# words and lines as JSON. Knows nothing of Waggle. Usage: echo src/main.rs | count.sh FOLDER
set -eu
cd "$1"
path=$(cat)
[ -r "$path" ] || {
    echo "$path: no such file" >&2
    exit 1
}

case ${path##*/} in
    Makefile | *.mk) language=Make ;;
    *.rs) language=Rust ;;
    *.lua) language=Lua ;;
    *.sh) language=Shell ;;
    *.py) language=Python ;;
    *.js | *.ts) language=JavaScript ;;
    *.html | *.css) language=Web ;;
    *.md) language=Markdown ;;
    *.toml) language=TOML ;;
    *.lock) language=Lockfile ;;
    *.json) language=JSON ;;
    *.yml | *.yaml) language=YAML ;;
    *) language=Other ;;
esac

# shellcheck disable=SC2046 # two numbers, meant as two words
set -- $(wc -lw <"$path")
printf '{"language":"%s","words":%d,"lines":%d}\n' "$language" "$2" "$1"
