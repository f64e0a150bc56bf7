#!/bin/sh
# Makes sure that what `make run` needs is there: a Rust toolchain, a C linker, and a Redis or Valkey server
# of version 7.0 or later. `set-up.sh test` makes sure of what the tests need beyond that: Prometheus with
# its promtool, Chromium with its driver, openssl and ip. What is missing is installed with apt where this runs as root
# or may use sudo without a password; otherwise one line for each says what to install.
set -eu

say() {
    echo "set-up: $*" >&2
}

die() {
    say "$*"
    exit 2
}

# Says what is missing, and goes on.
lacks() {
    say "$*"
    lacking=1
}

has() {
    command -v "$1" >/dev/null 2>&1
}

# Prints the version of server program $1, such as 7.0.15; fails where there is none.
version() {
    has "$1" && "$1" --version 2>/dev/null | sed -n 's/.* v=\([0-9][0-9.]*\).*/\1/p' | grep .
}

# Succeeds where a server of version 7.0 or later is on the path.
has_redis() {
    for server in redis-server valkey-server; do
        found=$(version "$server") || continue
        [ "${found%%.*}" -ge 7 ] && return 0
        old="$server $found"
    done
    return 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

can_install() {
    has apt-get && { [ "$(id -u)" = 0 ] || { has sudo && sudo -n true 2>/dev/null; }; }
}

# Installs the packages $*; the list of packages is fetched only where the first try fails.
install() {
    say "installing $* with apt-get"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2 && return 0
    as_root apt-get update -qq >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

# Debian starts the servers it installs: Redis on port 6379, Prometheus on 9090. Waggle and its tests start
# their own and have no use for those; this runs only for a server that was not there before.
stop_service() {
    if has systemctl && systemctl is-system-running >/dev/null 2>&1; then
        as_root systemctl disable --now "$1" >/dev/null 2>&1 || true
    elif has service; then
        as_root service "$1" stop >/dev/null 2>&1 || true
    fi
}

need_rust() {
    has cargo || die "cargo is missing: install Rust, with rustup"
}

need_linker() {
    has cc && return 0
    can_install || die "a C linker is missing: install it, on Debian with: apt-get install gcc libc6-dev"
    install gcc libc6-dev || die "gcc could not be installed: install it, then try again"
}

need_redis() {
    old=
    has_redis && return 0
    if [ -n "$old" ]; then
        die "$old is too old: install Redis 7.0 or later, or Valkey"
    fi
    can_install || die "no Redis was found: install it, on Debian with: apt-get install redis-server"
    for package in redis-server valkey-server; do
        if install "$package"; then
            stop_service "$package"
            break
        fi
    done
    has_redis || die "apt has no Redis of version 7.0 or later: install one, then try again"
}

# Debian starts this server, too; the tests start one of their own.
need_prometheus() {
    has prometheus && has promtool && return 0
    if ! can_install; then
        lacks "prometheus and promtool are missing: install them, on Debian with: apt-get install prometheus"
        return 0
    fi
    install prometheus || true
    stop_service prometheus
    has prometheus && has promtool || lacks "prometheus could not be installed: install it, then try again"
}

need_chromium() {
    has chromium && has chromedriver && return 0
    if ! can_install; then
        lacks "chromium and chromedriver are missing: install them, on Debian with: apt-get install chromium chromium-driver"
        return 0
    fi
    install chromium chromium-driver || true
    has chromium && has chromedriver || lacks "chromium could not be installed: install it and its driver, then try again"
}

# Small programs that most machines have: $1 is the program, $2 its package.
need_program() {
    has "$1" && return 0
    can_install && install "$2" || true
    has "$1" || lacks "$1 is missing: install it, on Debian with: apt-get install $2"
}

need_rust
need_linker
need_redis
[ "${1-}" = test ] || exit 0

# All that the tests lack is said at once.
lacking=
need_prometheus
need_chromium
need_program openssl openssl
need_program ip iproute2
[ -z "$lacking" ] || exit 2
