#!/bin/bash
# A volume of 3 TiB on a sparse file: clients see its size, reach its last byte, and get its map.
source "$(dirname "$0")/setup.sh"
require nbdinfo qemu-io jq
disk=$scratch/disk.img
truncate -s 3T "$disk" || { echo "skipped: no sparse file of 3 TiB here"; exit 77; }
start_gateway tcp <<INI
[backend.disk]
kind="file"
path="$disk"
[volume.vol]
backend="disk"
INI
uri=$(volume_uri vol)
size=$((3 << 40)) place=$((5 << 39))
[ "$(nbdinfo --size "$uri")" = "$size" ] || fail "another size"
qemu-io -f raw -c "write -P 0xaa $place 1M" -c "write -P 0xbb $((size - 512)) 512" -c "write -z -u $((place + 524288)) 1G" -c flush \
  -c "read -P 0xaa $place 512k" -c "read -P 0 $((place + 524288)) 1M" -c "read -P 0xbb $((size - 512)) 512" "$uri" >"$scratch/qemu-io.log" 2>&1
! grep -qiE 'fail|error|verification' "$scratch/qemu-io.log" || fail "$(cat "$scratch/qemu-io.log")"
nbdinfo --map --json "$uri" >"$scratch/map.json"
jq -e --argjson size "$size" --argjson place "$place" \
  '([.[].length] | add) == $size and [.[] | select(.type == 0) | .offset] == [$place, $size - 4096]' "$scratch/map.json" \
  >/dev/null || fail "the map: $(head -c 2000 "$scratch/map.json")"
[ "$(du -k "$disk" | cut -f1)" -le 2048 ] || fail "the file is not sparse any more"
stop_gateway
