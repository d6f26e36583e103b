#!/bin/bash
# An upstream server that stands still is waited for, whatever the patience: it is not lost, and when it goes on so does all.
source "$(dirname "$0")/setup.sh"
require nbdkit fio nbdinfo
start nbdkit nbdkit -f -U "$scratch/upstream.sock" memory 64M
upstream=$pid
wait_until 20 listens "nbd+unix:///?socket=$scratch/upstream.sock"
start_gateway unix <<INI
[backend.array]
kind="nbd"
uri="nbd+unix:///?socket=$scratch/upstream.sock"
patience=1s
connections=2
[volume.vol]
backend="array"
iops=2000
INI
uri=$(volume_uri vol)
cd "$scratch"
start fio fio --name=verified --ioengine=nbd --uri="$uri" --rw=randwrite --bs=4k --iodepth=16 --size=64M --io_size=16M \
  --verify=crc32c --verify_fatal=1
fio=$pid
for _ in 1 2; do
  kill -STOP "$upstream"
  sleep 2 # longer than the patience
  kill -CONT "$upstream"
  sleep 0.2
done
ended_in_time() { ended "$fio"; }
wait_until 60 ended_in_time
finish "$fio" || fail "fio saw an error"
! grep -q 'upstream-lost' "$scratch/gateway.log" || fail "a server that is merely slow counted as lost"
stop_gateway
