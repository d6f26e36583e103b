#!/bin/bash
# What deploy/demo shows, without its times: those hang on what else the machine does, and deploy/demo itself judges them.
# Without an argument the plain demo, with `kill` or `postgres` the one with trouble.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
source "$root/tests/system/instance_setup.sh"
require fio nbdkit gnuplot

arguments=(--no-build --untimed)
if [ $# -eq 0 ]; then
  arguments+=(--seconds 6)
else
  arguments+=(--chaos "$1")
fi
"$root/deploy/demo" "${arguments[@]}" || fail "deploy/demo ${arguments[*]} ended with $?"
[ $# -gt 0 ] || [ -s "$SLUICE_VAR/demo.png" ] || fail "there is no plot"
