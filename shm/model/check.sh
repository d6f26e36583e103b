#!/bin/bash
# Has spin search every state of mailslot.pml, in several sizes, and then proves that the search can fail: each mutant,
# a protocol with one rule broken, must be found. Exit codes: 0 all as it should be, 1 not, 2 bad usage, 3 no spin.
set -u
model=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/mailslot.pml

usage() {
  cat <<TEXT
Usage: shm/model/check.sh [--deep] [DIRECTORY]
  --deep      also the runs that take minutes (needs 8 GiB of memory)
  DIRECTORY   where the verifiers are built; default: a temporary one
One line per run: name, what was found, states, seconds, MiB.
TEXT
}

deep=false
case ${1-} in
  --deep) deep=true; shift ;;
  -h | --help) usage; exit 0 ;;
  -*) usage >&2; exit 2 ;;
esac
for tool in spin gcc; do
  command -v $tool >/dev/null || { echo "$tool is not installed: deploy/install test" >&2; exit 3; }
done
if [ $# -gt 0 ]; then
  work=$1
  mkdir -p "$work" || exit 2
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi

memory_mib=1900 # of one run; two run at a time
! $deep || memory_mib=7500

# run NAME MODE EXPECTED DEFINE...: one search. MODE: safety (assertions, deadlocks) or live (the property SETTLES) or
# recovery (RECOVERS), both with weak fairness. EXPECTED: none or found.
run() {
  local name=$1 mode=$2 expected=$3 options=() build=(-DSAFETY)
  shift 3
  case $mode in
    live) set -- "$@" -DLIVENESS ;;
    recovery) set -- "$@" -DRECOVERY ;;
  esac
  [ "$mode" = safety ] || { build=(-DNFAIR=3); options=(-a -f); }
  local place=$work/$name result=$work/$name.result
  rm -rf "$place" "$result"
  mkdir -p "$place" && cd "$place" || return
  spin -a "$@" "$model" >log 2>&1 || { echo "$name: spin failed" >"$result"; tail -n 5 log >>"$result"; return; }
  gcc -O2 -w "${build[@]}" -DMEMLIM=$memory_mib -o pan pan.c >>log 2>&1 || { echo "$name: gcc failed" >"$result"; return; }
  ./pan -n -m1000000 -w24 "${options[@]}" >log 2>&1
  local errors states seconds mib found=none
  errors=$(grep -o 'errors: [0-9]*' log | grep -o '[0-9]*')
  states=$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' log)
  seconds=$(sed -n 's/.*elapsed time \([0-9.]*\) .*/\1/p' log)
  mib=$(sed -n 's/^ *\([0-9.]*\).*total actual memory usage.*/\1/p' log)
  [ "${errors:-0}" -eq 0 ] || found=$(sed -n 's/^pan:1: \(assertion violated\|acceptance cycle\|invalid end state\).*/\1/p' log | head -n 1)
  printf '%-32s %-20s %10s states %6s s %7s MiB\n' "$name" "$found" "${states:-?}" "${seconds:-?}" "${mib:-?}" >"$result"
  # A search that was cut short proves nothing.
  if [ -z "$errors" ] || grep -q 'Search not completed\|max search depth too small\|reached -DMEMLIM' log && [ $expected = none ]; then
    echo "$name: FAILED, the search was not completed" >>"$result"
  elif [ $expected = none ] && [ "$found" != none ]; then
    echo "$name: FAILED, see $place (README.md: how to replay it)" >>"$result"
  elif [ $expected = found ] && [ "$found" = none ]; then
    echo "$name: FAILED, the mutant was not found" >>"$result"
  fi
}

small=(-DMESSAGES_A=1 -DMESSAGES_B=1)
uneven=(-DMESSAGES_A=2 -DMESSAGES_B=1)
next_life=(-DRECEIVERS=2 -DROOM_LIMIT)

runs() {
  cat <<LIST
one_death_of_either safety none -DDEATHS=1 -DDEATHS_OF_BOTH ${small[*]}
one_death_settles live none -DDEATHS=1 ${small[*]}
one_death_recovers recovery none -DDEATHS=1 ${small[*]}
no_death safety none
four_slots safety none -DSLOTS=4 -DMESSAGES_A=3
no_death_settles live none ${uneven[*]}
receiver_dies safety none ${next_life[*]} ${uneven[*]}
receiver_dies_settles live none ${next_life[*]} ${small[*]}
hostile_tail safety none -DSCRIBBLES=1 ${uneven[*]}
hostile_tail_settles live none -DSCRIBBLES=1 ${small[*]}
mutant_no_lap safety found -DMUTANT_NO_LAP
mutant_ticket_first safety found -DMUTANT_TICKET_FIRST -DDEATHS=1 ${small[*]}
mutant_plain_recovery safety found -DMUTANT_PLAIN_RECOVERY -DDEATHS=1 ${small[*]}
mutant_recovers_the_living safety found -DMUTANT_RECOVERS_THE_LIVING ${small[*]}
mutant_looks_before_it_announces safety found -DMUTANT_LOOKS_BEFORE_IT_ANNOUNCES
mutant_notifies_first safety found -DMUTANT_NOTIFIES_BEFORE_IT_RELEASES
mutant_frees_before_it_copies safety found -DMUTANT_FREES_BEFORE_IT_COPIES
mutant_helps_nobody safety found -DMUTANT_HELPS_NOBODY -DDEATHS=1 ${small[*]}
mutant_wakes_only_the_flagged safety found -DMUTANT_WAKES_ONLY_THE_FLAGGED -DDEATHS=1 ${small[*]}
mutant_looks_before_it_wants safety found -DMUTANT_LOOKS_BEFORE_IT_WANTS
mutant_same_mailbox safety found -DMUTANT_SAME_MAILBOX ${next_life[*]} ${uneven[*]}
mutant_repairs_only_the_far live found -DMUTANT_REPAIRS_ONLY_THE_FAR -DSCRIBBLES=1 ${uneven[*]}
LIST
  ! $deep || cat <<LIST
deep_death_of_one_of_two safety none -DDEATHS=1 -DMESSAGES_A=1 -DMESSAGES_B=2
deep_two_deaths safety none -DDEATHS=2 ${small[*]}
deep_death_settles live none -DDEATHS=1 ${uneven[*]}
LIST
}

while read -r -a line; do
  while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n; done
  run "${line[@]}" &
done < <(runs)
wait

bad=0
while read -r name _; do
  cat "$work/$name.result" || bad=$((bad + 1))
  ! grep -q 'FAILED\|failed' "$work/$name.result" || bad=$((bad + 1))
done < <(runs)
echo "$(runs | wc -l) searches, $bad not as they should be, $SECONDS s"
[ $bad -eq 0 ]
