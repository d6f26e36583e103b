#!/bin/bash
# deploy/instance/process.sh: what is started is known by pid and start time, and nothing else is ever signalled.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
SLUICE_VAR=$(mktemp -d)
bystander=
trap '[ -z "$bystander" ] || kill "$bystander" 2>/dev/null; rm -rf "$SLUICE_VAR"' EXIT
source "$root/deploy/instance/place.sh"
source "$root/deploy/instance/process.sh"
mkdir -p "$var/run" "$var/log"
die() { echo "FAILED: $*" >&2; exit 1; }

# What was started is found, and stopped.
start sleeper sleep 100
pid=$(pid_of sleeper) || die "what was started is not found"
stop sleeper
! kill -0 "$pid" 2>/dev/null || die "stop left it running"
[ ! -e "$var/run/sleeper.pid" ] || die "the pid file stays after stop"

# A pid that belongs to somebody else by now is left alone.
sleep 100 &
bystander=$!
echo "$bystander 1" >"$var/run/sleeper.pid"
! pid_of sleeper >/dev/null || die "a process with another start time counts as ours"
stop sleeper
kill -0 "$bystander" || die "somebody else's process was ended"

# Who ignores the order to stop is killed when the patience is over.
start stubborn bash -c 'trap "" TERM; echo deaf; while :; do sleep 0.1; done'
until grep -q deaf "$var/log/stubborn.log"; do sleep 0.02; done
pid=$(pid_of stubborn)
stop stubborn TERM 1 >/dev/null
! kill -0 "$pid" 2>/dev/null || die "it ignored SIGTERM and still runs"

# A process that ended by itself is not running, whatever the pid file says.
start brief true
until ! pid_of brief >/dev/null; do sleep 0.02; done
stop brief
echo "all kept"
