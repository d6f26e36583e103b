#!/bin/bash
# What was never written, was discarded or zeroed is shown as a hole, and what clients copy stays as sparse as it was.
source "$(dirname "$0")/setup.sh"
require nbdinfo nbdcopy qemu-img qemu-io jq
serve "${1:-memory}" "${2:-tcp}" 64

# map_is TYPE:MIB...: the volume's map, in MiB; type 3 is a hole, 0 data.
map_is() {
  local found
  nbdinfo --map --json "$uri" >"$scratch/map.json"
  found=$(jq -r '[.[] | "\(.type):\(.length / 1048576)"] | join(" ")' "$scratch/map.json")
  [ "$found" = "$*" ] || fail "the map is '$found' instead of '$*'"
}
# io COMMAND...: each must succeed.
io() {
  local arguments=() command
  for command in "$@"; do arguments+=(-c "$command"); done
  qemu-io -f raw "${arguments[@]}" "$uri" >"$scratch/qemu-io.log" 2>&1 || fail "qemu-io ended with $?"
  ! grep -qiE 'fail|error|verification' "$scratch/qemu-io.log" || fail "$(cat "$scratch/qemu-io.log")"
}

map_is 3:64
io 'write -P 0xaa 4M 8M' 'write -P 0xbb 32M 1M' 'flush'
map_is 3:4 0:8 3:20 0:1 3:31
nbdinfo --map --totals --json "$uri" >"$scratch/totals.json"
jq -e '[.[] | select(.type == 0) | .size] == [9 * 1048576] and ([.[].size] | add) == 67108864' "$scratch/totals.json" \
  >/dev/null || fail "totals: $(cat "$scratch/totals.json")"

# The same by qemu, which asks piece by piece.
qemu-img map --output=json -f raw "$uri" >"$scratch/qemu-map.json"
[ "$(jq -c '[.[] | select(.data) | [.start, .length]]' "$scratch/qemu-map.json")" = "[[4194304,8388608],[33554432,1048576]]" ] ||
  fail "qemu-img map: $(cat "$scratch/qemu-map.json")"

# Copies out are as sparse as the volume; 9 MiB of data, and a file system's own blocks.
nbdcopy "$uri" "$scratch/nbdcopy.img"
qemu-img convert -f raw -O raw -m 8 -W "$uri" "$scratch/qemu.img"
cmp "$scratch/nbdcopy.img" "$scratch/qemu.img" || fail "nbdcopy and qemu-img copied different images"
for copy in nbdcopy qemu; do
  [ "$(du -k "$scratch/$copy.img" | cut -f1)" -le 10240 ] || fail "$copy copied holes: $(du -k "$scratch/$copy.img")"
done
[ "$(dd if="$scratch/qemu.img" bs=1M skip=4 count=8 status=none | tr -d '\252' | wc -c)" = 0 ] || fail "the data changed"

# Discards and zeroes make holes again; zeroes that must keep their blocks read as zero.
io 'discard 4M 2M' 'write -z -u 6M 2M' 'write -z -u -n 8M 1M' 'flush' 'read -P 0 6M 3M' 'read -P 0xaa 9M 3M'
map_is 3:9 0:3 3:20 0:1 3:31
io 'write -z 9M 1M' 'read -P 0 9M 1M' 'read -P 0xaa 10M 2M'

# A sparse image over all that: what is a hole in it is one in the volume.
truncate -s 64M "$scratch/in.img"
dd if=/dev/urandom of="$scratch/in.img" bs=1M seek=50 count=2 conv=notrunc status=none
nbdcopy --flush "$scratch/in.img" "$uri"
map_is 3:50 0:2 3:12
qemu-img compare -f raw -F raw "$scratch/in.img" "$uri" || fail "the volume differs after nbdcopy"
io 'write -P 0xcc 0 1M'
qemu-img convert -n -f raw -O raw -m 8 -W "$scratch/in.img" "$uri"
qemu-img compare -f raw -F raw "$scratch/in.img" "$uri" || fail "the volume differs after qemu-img convert"
stop_gateway
