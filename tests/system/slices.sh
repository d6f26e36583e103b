#!/bin/bash
# Two volumes are slices of one file: each sees its own bytes alone, and nothing outside is touched or reached.
source "$(dirname "$0")/setup.sh"
require qemu-io nbdinfo

disk=$scratch/disk.img
head -c $((32 << 20)) /dev/zero | tr '\0' '\125' >"$disk" # 0x55
cp "$disk" "$scratch/expected.img"
start_gateway tcp <<INI
[backend.disk]
kind="file"
path="$disk"
[volume.low]
backend="disk"
offset="4MiB"
size="8MiB"
[volume.high]
backend="disk"
offset="12MiB"
INI
[ "$(nbdinfo --size "$(volume_uri low)")" = $((8 << 20)) ] || fail "low has another size"
[ "$(nbdinfo --size "$(volume_uri high)")" = $((20 << 20)) ] || fail "high does not reach to the end"

qemu-io -f raw -c 'write -P 0xaa 0 8M' -c 'flush' "$(volume_uri low)" >"$scratch/io.log"
qemu-io -f raw -c 'write -P 0xbb 0 1M' -c 'write -z 19M 1M' -c 'flush' "$(volume_uri high)" >>"$scratch/io.log"
patch_expected() { # BYTE OFFSET_MIB COUNT_MIB
  head -c $(($3 << 20)) /dev/zero | tr '\0' "$1" | dd of="$scratch/expected.img" bs=1M seek="$2" conv=notrunc status=none
}
patch_expected '\252' 4 8
patch_expected '\273' 12 1
patch_expected '\000' 31 1
cmp "$disk" "$scratch/expected.img" || fail "the file is not what both slices make of it"

# Past the end of the slice: refused by the server, also for a client that does not check.
uri=$(volume_uri low)
/usr/bin/python3 - "$uri" <<'PYTHON'
import sys, nbd
client = nbd.NBD()
client.set_strict_mode(0)
client.connect_uri(sys.argv[1])
size = client.get_size()
for call in (lambda: client.pread(512, size), lambda: client.pread(1024, size - 512),
             lambda: client.pwrite(bytes(512), size), lambda: client.zero(4096, size - 512)):
    try:
        call()
    except nbd.Error as problem:
        assert problem.errno in ("EINVAL", "ENOSPC"), problem.errno
    else:
        sys.exit("a request past the end of the slice was done")
assert client.pread(512, size - 512) == b"\xaa" * 512
client.shutdown()
PYTHON
cmp "$disk" "$scratch/expected.img" || fail "a refused request changed the file"
stop_gateway
