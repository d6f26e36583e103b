#!/bin/bash
# Clients that vanish with requests in flight hurt nobody: another client's copy is right, and no descriptor stays open.
source "$(dirname "$0")/setup.sh"
require nbdcopy nbdinfo
serve "${1:-memory}" "${2:-tcp}" 64
open_files() { find "/proc/$gateway/fd" -mindepth 1 2>/dev/null | wc -l; }
still_serves
before=$(open_files)

truncate -s 64M "$scratch/in.img"
dd if=/dev/urandom of="$scratch/in.img" bs=1M count=64 conv=notrunc status=none
nbdcopy --flush "$scratch/in.img" "$uri"

# Fifty rounds: 16 reads of 1 MiB in flight, then the socket is reset without a word.
start vandal /usr/bin/python3 - "$uri" <<'PYTHON'
import os, socket, struct, sys, nbd
for _ in range(50):
    client = nbd.NBD()
    client.connect_uri(sys.argv[1])
    for number in range(16):
        client.aio_pread(nbd.Buffer(1 << 20), number << 20)
    linger = struct.pack("ii", 1, 0)  # close with a reset
    other = socket.socket(fileno=os.dup(client.aio_get_fd()))
    other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    other.close()
    del client
print("50 rounds done")
PYTHON
vandal=$pid
while :; do
  nbdcopy "$uri" "$scratch/out.img" || fail "a quiet client was disturbed"
  cmp "$scratch/in.img" "$scratch/out.img" || fail "a quiet client read something else"
  ! ended "$vandal" || break
done
finish "$vandal" || fail "the vandal was stopped by the gateway"
grep -q '50 rounds done' "$scratch/vandal.log" || fail "there was no vandal"
as_before() { [ "$(open_files)" -le $((before + 1)) ]; }
wait_until 10 as_before
still_serves
stop_gateway
