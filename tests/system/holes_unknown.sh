#!/bin/bash
# An upstream server that cannot tell holes: the gateway does not claim to, and every client works as if all were data.
source "$(dirname "$0")/setup.sh"
require nbdkit nbdinfo nbdcopy qemu-img jq
start nbdkit nbdkit -f --no-sr -U "$scratch/upstream.sock" memory 16M
wait_until 20 listens "nbd+unix:///?socket=$scratch/upstream.sock"
start_gateway tcp <<INI
[backend.disk]
kind="nbd"
uri="nbd+unix:///?socket=$scratch/upstream.sock"
[volume.vol]
backend="disk"
INI
uri=$(volume_uri vol)
nbdinfo --json "$uri" >"$scratch/info.json"
jq -e '(.exports[0].contexts // []) == [] and .structured' "$scratch/info.json" >/dev/null || fail "$(cat "$scratch/info.json")"
truncate -s 16M "$scratch/in.img"
dd if=/dev/urandom of="$scratch/in.img" bs=1M seek=3 count=2 conv=notrunc status=none
nbdcopy --flush "$scratch/in.img" "$uri"
qemu-img convert -f raw -O raw "$uri" "$scratch/out.img"
cmp "$scratch/in.img" "$scratch/out.img" || fail "the image changed"
still_serves
stop_gateway
