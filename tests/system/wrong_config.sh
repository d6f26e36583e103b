#!/bin/bash
# Every program refuses an ini file with a key it does not know or a value of the wrong type: exit code 2, file and key.
# The file that comes with it in deploy/config is right.
# usage: wrong_config.sh PROGRAM SECTION KEY WRONG_VALUE SHIPPED_FILE [ARGUMENT_WITH_SHIPPED_FILE...]
source "$(dirname "$0")/setup.sh"
program=$bin/$1 section=$2 key=$3 wrong=$4 shipped=$root/deploy/config/$5
shift 5
ini=$scratch/wrong.ini

"$program" --version >"$scratch/version.log" || fail "--version ended with $?"
grep -qE "^${program##*/} [0-9]+\.[0-9]+" "$scratch/version.log" || fail "no version"
"$program" --help >"$scratch/help.log" || fail "--help ended with $?"
grep -q -- 'check-config' "$scratch/help.log" || fail "--help does not tell of --check-config"

for way in --check-config ''; do
  printf '[%s]\n%s=%s\n' "$section" no-such-key 1 >"$ini"
  refused 2 "wrong\.ini.*no-such-key" "$program" --config-file="$ini" $way
  printf '[%s]\n%s=%s\n' "$section" "$key" "$wrong" >"$ini"
  refused 2 "wrong\.ini.*$key" "$program" --config-file="$ini" $way
  printf '[%s\nno ini at all' "$section" >"$ini"
  refused 2 'wrong\.ini' "$program" --config-file="$ini" $way
  refused 2 'nowhere\.ini' "$program" --config-file="$scratch/nowhere.ini" $way
done
refused 2 'no-such-option' "$program" --no-such-option --check-config

"$program" --config-file="$shipped" "$@" --check-config >"$scratch/right.log" 2>&1 || fail "the file that comes with it is refused"
[ ! -s "$scratch/right.log" ] || fail "the file that comes with it is talked about"
