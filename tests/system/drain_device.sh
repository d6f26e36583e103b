#!/bin/bash
# SIGTERM while a slow device has requests: they are answered, then the gateway ends with 0.
source "$(dirname "$0")/setup.sh"
require nbdinfo losetup python3
group=/sys/fs/cgroup/blkio/sluice-system-$$
truncate -s 16M "$scratch/device.img"
device=$(losetup --find --show "$scratch/device.img" 2>/dev/null) || { echo "skipped: no loop device can be made"; exit 77; }
trap 'clean_up_device' EXIT
clean_up_device() {
  local code=$? id
  set +e
  for id in "${!started[@]}"; do
    kill -KILL "$id" 2>/dev/null && wait "$id" 2>/dev/null
  done
  losetup --detach "$device"
  [ ! -d "$group" ] || rmdir "$group"
  (exit "$code")
  clean_up
}
{ mkdir "$group" && echo "$(stat -c '%Hr:%Lr' "$device") 8" >"$group/blkio.throttle.read_iops_device"; } 2>/dev/null \
  || { echo "skipped: no device can be made slow here"; exit 77; }
start_gateway unix <<INI
drain-time=60s
[backend.disk]
kind="file"
path="$device"
direct=true
[volume.vol]
backend="disk"
INI
uri=$(volume_uri vol)
for task in /proc/"$gateway"/task/*; do # of version 1: each thread by itself
  echo "${task##*/}" >"$group/tasks"
done
start reader /usr/bin/python3 - "$uri" <<'PYTHON'
import sys, nbd
client = nbd.NBD()
client.connect_uri(sys.argv[1])
cookies = [client.aio_pread(nbd.Buffer(4096), number * 4096) for number in range(24)]
first = True
for cookie in cookies:
    while not client.aio_command_completed(cookie):
        client.poll(-1)
    if first:
        print("the first was answered", flush=True)
        first = False
print("all answered", flush=True)
PYTHON
reader=$pid
begun() { grep -q 'the first was answered' "$scratch/reader.log"; }
wait_until 20 begun
kill -TERM "$gateway"
finish "$reader" || fail "a request in flight was lost"
grep -q 'all answered' "$scratch/reader.log" || fail "the reader ended without its answers"
finish "$gateway" || fail "the gateway ended with $?"
