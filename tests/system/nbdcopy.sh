#!/bin/bash
# nbdcopy brings an image in and out, over several connections with many requests each, and nothing is changed.
source "$(dirname "$0")/setup.sh"
require nbdcopy nbdinfo
serve "${1:-memory}" "${2:-tcp}" 64

# Data, a hole, data that ends on no round number.
truncate -s 64M "$scratch/in.img"
dd if=/dev/urandom of="$scratch/in.img" bs=1M count=20 conv=notrunc status=none
dd if=/dev/urandom of="$scratch/in.img" bs=4097 seek=8000 count=5000 conv=notrunc status=none
truncate -s 64M "$scratch/in.img"

nbdcopy --connections=4 --requests=32 --flush "$scratch/in.img" "$uri"
nbdcopy --connections=4 --requests=32 "$uri" "$scratch/out.img"
cmp "$scratch/in.img" "$scratch/out.img" || fail "the image changed"

# A second image over the first: what is zero in it must become zero.
truncate -s 0 "$scratch/in.img"
truncate -s 64M "$scratch/in.img"
dd if=/dev/urandom of="$scratch/in.img" bs=64k seek=100 count=10 conv=notrunc status=none
nbdcopy --connections=4 --requests=32 --flush "$scratch/in.img" "$uri"
nbdcopy "$uri" "$scratch/out.img"
cmp "$scratch/in.img" "$scratch/out.img" || fail "the second image is mixed with the first"
stop_gateway
