#!/bin/bash
# SIGTERM: what is in flight is answered, then the gateway ends with 0; what comes later finds nobody.
source "$(dirname "$0")/setup.sh"
require nbdkit nbdinfo
start nbdkit nbdkit -f -U "$scratch/upstream.sock" --filter=log --filter=delay memory 16M \
  rdelay=1500ms logfile="$scratch/requests.log"
wait_until 20 listens "nbd+unix:///?socket=$scratch/upstream.sock"
start_gateway unix <<INI
drain-time=10s
[backend.array]
kind="nbd"
uri="nbd+unix:///?socket=$scratch/upstream.sock"
[volume.vol]
backend="array"
INI
uri=$(volume_uri vol)

start reader /usr/bin/python3 - "$uri" <<'PYTHON'
import sys, nbd
client = nbd.NBD()
client.connect_uri(sys.argv[1])
cookies = [client.aio_pread(nbd.Buffer(4096), number * 4096) for number in range(8)]
for cookie in cookies:
    while not client.aio_command_completed(cookie):
        client.poll(-1)
print("all answered", flush=True)
PYTHON
reader=$pid
all_in_flight() { [ "$(grep -c ' Read .*count=0x1000 ' "$scratch/requests.log")" -ge 8 ]; }
wait_until 20 all_in_flight
kill -TERM "$gateway"
finish "$reader" || fail "a request in flight was lost"
grep -q 'all answered' "$scratch/reader.log" || fail "the reader ended without its answers"
finish "$gateway" || fail "the gateway ended with $?"
! listens "$uri" || fail "somebody still answers"
[ ! -S "$nbd_socket" ] || fail "the socket was left behind"
