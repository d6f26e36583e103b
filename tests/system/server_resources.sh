#!/bin/bash
# A server process ends with 3 and one sentence when its log, its shared memory or its role is not to be had.
# usage: server_resources.sh PROGRAM [ARGUMENT...]   (arguments that let it start; PORT becomes a free TCP port, SCRATCH a directory)
source "$(dirname "$0")/setup.sh"
program=$bin/$1
shift
arguments=("${@//PORT/$(free_port)}")
arguments=("${arguments[@]//SCRATCH/$scratch}")
mkdir "$scratch/shm"

refused 3 'no/such/directory' "$program" "${arguments[@]}" --shm.directory="$scratch/shm" \
  --logger.file-verbosity=info --logger.file-name="$scratch/no/such/directory/x.log"
refused 3 "$scratch/nowhere" "$program" "${arguments[@]}" --shm.directory="$scratch/nowhere"

# Another process has the role (or its port) already; that one is not disturbed and ends orderly.
start first "$program" "${arguments[@]}" --shm.directory="$scratch/shm"
first=$pid
is_ready() {
  ! ended "$first" || fail "it did not start"
  grep -q ' ready ' "$scratch/first.log"
}
wait_until 20 is_ready
refused 3 '.' "$program" "${arguments[@]}" --shm.directory="$scratch/shm"
[ "$(grep -c . "$scratch/refused.log")" -le 3 ] || fail "that took more than a sentence: $(cat "$scratch/refused.log")"
! ended "$first" || fail "the second process ended the first"
kill -TERM "$first"
finish "$first" || fail "it ended with $?"
