#!/bin/bash
# qemu-img reads, converts and compares the volume like any raw image.
source "$(dirname "$0")/setup.sh"
require qemu-img nbdinfo jq
serve "${1:-memory}" "${2:-tcp}" 64

qemu-img info --output=json "$uri" >"$scratch/info.json"
jq -e '.format == "raw" and .["virtual-size"] == 67108864' "$scratch/info.json" >/dev/null || fail "$(cat "$scratch/info.json")"

truncate -s 64M "$scratch/in.img"
dd if=/dev/urandom of="$scratch/in.img" bs=1M seek=7 count=30 conv=notrunc status=none
qemu-img convert -n -W -m 8 -f raw -O raw "$scratch/in.img" "$uri"
qemu-img compare -f raw -F raw "$scratch/in.img" "$uri" || fail "the volume differs after convert"
qemu-img convert -W -m 8 -f raw -O raw "$uri" "$scratch/out.img"
cmp "$scratch/in.img" "$scratch/out.img" || fail "the image changed on its way out"
qemu-img map --output=json -f raw "$uri" >"$scratch/map.json"
[ "$(jq '[.[].length] | add' "$scratch/map.json")" = $((64 << 20)) ] || fail "the map does not cover the volume"

# Beyond the random part, where the byte is known: among random ones it would be there already in one run of 256.
printf x | dd of="$scratch/in.img" bs=1 seek=50000000 conv=notrunc status=none
! qemu-img compare -f raw -F raw "$scratch/in.img" "$uri" >"$scratch/compare.log" || fail "compare saw no difference"
stop_gateway
