#!/bin/bash
# Where the kernel refuses io_uring the gateway serves with its pool and says so; where io_uring is demanded it does not start.
source "$(dirname "$0")/setup.sh"
require nbdinfo nbdcopy python3
gateway=$bin/sluice-gateway here=$(dirname "$0")
dd if=/dev/urandom of="$scratch/disk.img" bs=1M count=8 status=none
# ini ENGINE: the gateway's configuration.
ini() {
  cat >"$scratch/$1.ini" <<INI
[gateway]
listen=["unix:$scratch/$1.sock"]
io-engine="$1"
[backend.disk]
kind="file"
path="$scratch/disk.img"
[volume.vol]
backend="disk"
INI
}
ini auto && ini io_uring && ini pool && ini fast
refused 3 'the kernel refuses io_uring \(io_uring_setup: Operation not permitted\)' \
  python3 "$here/without_io_uring.py" "$gateway" --config-file="$scratch/io_uring.ini"
refused 2 'gateway.io-engine: expected "auto", "io_uring" or "pool", got fast' \
  "$gateway" --config-file="$scratch/fast.ini" --check-config
sed 's/^path=/direct="yes"\n&/' "$scratch/auto.ini" >"$scratch/direct.ini"
refused 2 'backend.disk.direct: expected' "$gateway" --config-file="$scratch/direct.ini" --check-config

# serves NAME COMMAND...: the gateway reads the whole volume, and tells its engine in one line.
serves() {
  local name=$1 pattern=$2
  shift 2
  start "$name" "$@" --config-file="$scratch/$name.ini"
  wait_until 20 listens "nbd+unix:///vol?socket=$scratch/$name.sock"
  nbdcopy "nbd+unix:///vol?socket=$scratch/$name.sock" "$scratch/$name.copy"
  cmp "$scratch/disk.img" "$scratch/$name.copy" || fail "other bytes came out"
  said() { [ "$(grep -cE "$pattern" "$scratch/$name.log")" -eq 1 ]; }
  wait_until 20 said
  kill -TERM "$pid"
  finish "$pid" || fail "the gateway ended with $?"
}
serves auto 'io-engine subject=pool why="the kernel refuses io_uring' python3 "$here/without_io_uring.py" "$gateway"
serves pool 'io-engine subject=pool why="configured"' "$gateway"
