#!/bin/bash
# A real block device: its size and blocks are told, what is written arrives, zeroes and discards reach it, a read-only one
# is refused or served as such.
source "$(dirname "$0")/setup.sh"
require nbdinfo nbdcopy qemu-io losetup blockdev fio
truncate -s 64M "$scratch/device.img"
device=$(losetup --find --show "$scratch/device.img" 2>/dev/null) || { echo "skipped: no loop device can be made"; exit 77; }
trap 'clean_up_device' EXIT
clean_up_device() {
  local code=$? id
  set +e
  for id in "${!started[@]}"; do # who has it open goes first
    kill -TERM "$id" 2>/dev/null && wait "$id" 2>/dev/null
  done
  blockdev --setrw "$device" # it would stay so for the next user
  losetup --detach "$device"
  (exit "$code")
  clean_up
}

# serve_device LINE...: the device with these lines in its section; sets $uri.
serve_device() {
  printf '[backend.disk]\nkind="file"\npath="%s"\n%s\n[volume.vol]\nbackend="disk"\n' "$device" "$1" >"$scratch/volume.ini"
  start_gateway unix <"$scratch/volume.ini"
  uri=$(volume_uri vol)
}

for direct in false true; do
  serve_device "direct=$direct"
  [ "$(nbdinfo --size "$uri")" -eq $((64 << 20)) ] || fail "not the device's size"
  least=$(nbdinfo --json "$uri" | python3 -c 'import json, sys
print(json.load(sys.stdin)["exports"][0].get("block_size_minimum", 1))')
  [ "$direct" = false ] || [ "$least" -eq "$(blockdev --getss "$device")" ] || fail "not the device's block: $least"
  dd if=/dev/urandom of="$scratch/source.img" bs=1M count=64 status=none
  nbdcopy --flush "$scratch/source.img" "$uri"
  cmp "$scratch/source.img" "$scratch/device.img" || fail "other bytes arrived"
  qemu-io -f raw -c 'write -z 8M 8M' -c 'write -z -u 24M 4M' -c 'discard 32M 8M' -c flush "$uri" >"$scratch/qemu-io.log" \
    || fail "zeroes or discards failed"
  for range in 8:8 24:4; do
    dd if=/dev/zero of="$scratch/source.img" bs=1M seek="${range%:*}" count="${range#*:}" conv=notrunc status=none
  done
  nbdcopy "$uri" "$scratch/copy.img"
  cmp --bytes=$((32 << 20)) "$scratch/source.img" "$scratch/copy.img" || fail "not what was written"
  cmp --ignore-initial=$((40 << 20)) "$scratch/source.img" "$scratch/copy.img" || fail "the discard went too far"
  (cd "$scratch" && fio --name=verified --ioengine=nbd --uri="$uri" --rw=randwrite --bsrange=4k-64k --size=64M --iodepth=32 \
    --verify=crc32c --verify_fatal=1) >"$scratch/fio.log" 2>&1 || fail "fio ended with $?"
  stop_gateway
done
[ "$(stat -c %b "$scratch/device.img")" -gt 0 ] || fail "nothing reached the device"

blockdev --setro "$device"
refused 3 "backend disk: $device is a read-only device .read-only=true" "$bin/sluice-gateway" --config-file="$scratch/gateway.ini"
serve_device "read-only=true"
nbdinfo --is read-only "$uri" || fail "clients are not told that it is read-only"
nbdcopy "$uri" "$scratch/copy.img"
cmp "$scratch/device.img" "$scratch/copy.img" || fail "other bytes came out"
stop_gateway
