#!/bin/bash
# upstream_restart.sh [CONNECTIONS]: the upstream server is killed and started again within the gateway's patience: no
# client sees an error, no byte is lost.
source "$(dirname "$0")/setup.sh"
require nbdkit fio nbdinfo
connections=${1:-1}
truncate -s 64M "$scratch/array.img"
start_upstream() {
  rm -f "$scratch/upstream.sock"
  start nbdkit nbdkit -f -U "$scratch/upstream.sock" file "$scratch/array.img"
  upstream=$pid
  wait_until 20 listens "nbd+unix:///?socket=$scratch/upstream.sock"
}
start_upstream
start_gateway unix <<INI
[backend.array]
kind="nbd"
uri="nbd+unix:///?socket=$scratch/upstream.sock"
patience=20s
connections=$connections
[volume.vol]
backend="array"
iops=2000
INI
uri=$(volume_uri vol)

cd "$scratch"
start fio fio --name=verified --ioengine=nbd --uri="$uri" --rw=randwrite --bs=4k --iodepth=16 --size=64M --io_size=32M \
  --verify=crc32c --verify_fatal=1
fio=$pid
for _ in 1 2 3; do
  written=$(du -k "$scratch/array.img" | cut -f1)
  more_was_written() { [ "$(du -k "$scratch/array.img" | cut -f1)" -gt $((written + 1024)) ] || ended "$fio"; }
  wait_until 20 more_was_written
  kill -KILL "$upstream"
  finish "$upstream" || true
  start_upstream
done
ended_in_time() { ended "$fio"; }
wait_until 60 ended_in_time
finish "$fio" || fail "fio saw an error"
grep -q 'err= 0' "$scratch/fio.log" || fail "fio saw an error"
[ "$(grep -c 'upstream-lost' "$scratch/gateway.log")" -ge 3 ] || fail "the gateway's log does not tell of the losses"
stop_gateway
