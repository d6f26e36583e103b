#!/bin/bash
# The four processes together idle at 3 % of one core at most, and hold 200 MB of resident memory at most.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
source "$root/tests/system/instance_setup.sh"

seconds=10 # a clock tick is 0.1 % of them
up >/dev/null || fail "deploy/up ended with $?"
sleep 3 # the start itself is not idling

# ticks: processor time of the four so far [clock ticks].
ticks() {
  local name sum=0 stat
  for name in $server_processes; do
    stat=$(sed 's/.*) //' "/proc/$(process_id "$name")/stat")
    set -- $stat
    sum=$((sum + ${12} + ${13}))
  done
  echo "$sum"
}

before=$(ticks)
sleep "$seconds"
used=$(($(ticks) - before))
permille=$((used * 1000 / (seconds * $(getconf CLK_TCK))))
resident=0
for name in $server_processes; do
  kib=$(awk '/^VmRSS/ { print $2 }' "/proc/$(process_id "$name")/status")
  echo "$name: $kib KiB"
  resident=$((resident + kib))
done
echo "together: $permille per mille of one core over $seconds s, $((resident / 1000)) MB"
[ "$permille" -le 30 ] || fail "the four processes use $permille per mille of one core"
[ $((resident * 1024)) -le 200000000 ] || fail "the four processes hold $resident KiB"
