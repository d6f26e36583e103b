# Sourced by each script of this folder: a directory, processes that end with the script, a gateway. Runs nothing itself.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bin=${SLUICE_BIN:-$root/build/release/bin}
export LC_ALL=C

scratch=$(mktemp -d "${TMPDIR:-/tmp}/sluice-system-XXXXXX")
declare -A started=() # process id -> name, of what is to be ended

# fail SENTENCE: ends the script as failed.
fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# require PROGRAM...: ends the script as skipped (77) where one is not installed.
require() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || { echo "skipped: $program is not installed"; exit 77; }
  done
}

# wait_until SECONDS COMMAND...: until the command succeeds; fails when it never does.
wait_until() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || fail "this did not become true in time: $*"
    sleep 0.02
  done
}

# start NAME COMMAND...: in the background, output to $scratch/NAME.log, ended with the script. Sets $pid. Standard input
# stays what it is, a here-document for example: of itself the shell would put /dev/null in its place.
start() {
  local name=$1
  shift
  {
    "$@" <&3 3<&- >"$scratch/$name.log" 2>&1 &
    pid=$!
  } 3<&0
  started[$pid]=$name
}

# finish PID: waits for a process that ends by itself or was told to, at most 20 s; its exit code.
finish() {
  local code=0
  wait_until 20 ended "$1"
  wait "$1" || code=$?
  unset "started[$1]"
  return "$code"
}

# ended PID: whether it has ended; a zombie has.
ended() {
  local state
  state=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -c1) || return 0
  [ -z "$state" ] || [ "$state" = Z ]
}

clean_up() {
  local code=$? id
  trap - EXIT
  set +e
  if [ "$code" -ne 0 ] && [ "$code" -ne 77 ]; then
    tail -n 40 "$scratch"/*.log >&2 2>/dev/null
  fi
  for id in "${!started[@]}"; do kill -TERM "$id" 2>/dev/null; done
  local end=$((SECONDS + 10))
  for id in "${!started[@]}"; do
    until ended "$id" || [ "$SECONDS" -ge "$end" ]; do sleep 0.02; done
    ended "$id" || kill -KILL "$id" 2>/dev/null
    wait "$id" 2>/dev/null
  done
  rm -rf "$scratch"
  exit "$code"
}
trap clean_up EXIT
trap 'exit 143' TERM INT

# free_port: prints one on which nobody listens now.
free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# refused CODE PATTERN COMMAND...: it must end with the code within 20 s and say the pattern (grep -E) in its output.
refused() {
  local code=$1 pattern=$2 found=0
  shift 2
  timeout 20 "$@" >"$scratch/refused.log" 2>&1 </dev/null || found=$?
  [ "$found" -eq "$code" ] || fail "exit code $found instead of $code: $*"
  grep -qE -- "$pattern" "$scratch/refused.log" || fail "nothing like /$pattern/ was said by: $*"
  ! grep -qiE 'terminate called|segmentation|assert' "$scratch/refused.log" || fail "it crashed: $*"
}

# listens URI: whether an NBD server answers there.
listens() {
  nbdinfo --size "$1" >/dev/null 2>&1
}

# start_gateway tcp|unix: with the sections on standard input below [gateway]; waits until it is ready. Sets $gateway (its
# process) and $base (its address without export name).
start_gateway() {
  local listen socket=$scratch/nbd.sock port
  if [ "$1" = unix ]; then
    listen=unix:$socket
  else
    port=$(free_port)
    listen=127.0.0.1:$port
  fi
  { printf '[gateway]\nname="gw-test"\nlisten=["%s"]\n' "$listen" && cat; } >"$scratch/gateway.ini"
  start gateway "$bin/sluice-gateway" --config-file="$scratch/gateway.ini"
  gateway=$pid listening=$1 nbd_port=${port:-} nbd_socket=$socket
  wait_until 20 gateway_is_ready
}

gateway_is_ready() {
  ! ended "$gateway" || fail "the gateway did not start"
  grep -q ' ready ' "$scratch/gateway.log"
}

# volume_uri NAME: the address of a volume of the gateway.
volume_uri() {
  if [ "$listening" = unix ]; then
    echo "nbd+unix:///$1?socket=$nbd_socket"
  else
    echo "nbd://127.0.0.1:$nbd_port/$1"
  fi
}

# takes_direct_io FILE: whether its file system does.
takes_direct_io() {
  dd if="$1" of=/dev/null bs=4096 count=1 iflag=direct status=none 2>/dev/null
}

# serve KIND tcp|unix SIZE_MIB [LINE...]: a gateway with one volume `vol` of that size on a memory, file or upstream
# backend, on a slice of a file, on a file past the page cache (direct) or without io_uring (pool); lines are added to the
# volume's section. Sets $uri and, for all but memory and upstream, $disk.
serve() {
  local kind=$1 way=$2 size=$(($3 << 20)) section engine=
  shift 3
  disk=$scratch/disk.img
  case $kind in
    memory) section="kind=\"memory\"
size=\"${size}B\"" ;;
    file | slice | direct | pool)
      truncate -s $((size * 2)) "$disk"
      [ "$kind" = slice ] || truncate -s "$size" "$disk"
      section="kind=\"file\"
path=\"$disk\""
      [ "$kind" != pool ] || engine='io-engine="pool"'
      [ "$kind" != direct ] || section+=$'\ndirect=true'
      [ "$kind" != direct ] || takes_direct_io "$disk" || { echo "skipped: no direct I/O in $scratch"; exit 77; } ;;
    upstream)
      require nbdkit
      start nbdkit nbdkit -f -U "$scratch/upstream.sock" memory "$size"
      wait_until 20 listens "nbd+unix:///?socket=$scratch/upstream.sock"
      section="kind=\"nbd\"
uri=\"nbd+unix:///?socket=$scratch/upstream.sock\"" ;;
    *) fail "there is no backend $kind" ;;
  esac
  {
    printf '%s\n[backend.disk]\n%s\n[volume.vol]\nbackend="disk"\n' "$engine" "$section"
    [ "$kind" != slice ] || printf 'offset="%sB"\nsize="%sB"\n' $((size / 2)) "$size"
    [ $# -eq 0 ] || printf '%s\n' "$@"
  } >"$scratch/volume.ini"
  start_gateway "$way" <"$scratch/volume.ini" # no pipe: its end would be another shell
  uri=$(volume_uri vol)
}

# still_serves: the gateway runs and answers.
still_serves() {
  ! ended "$gateway" || fail "the gateway has ended"
  listens "$uri" || fail "the gateway does not answer any more"
}

# stop_gateway: it must end orderly.
stop_gateway() {
  kill -TERM "$gateway"
  finish "$gateway" || fail "the gateway ended with $?"
}
