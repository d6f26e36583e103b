#!/bin/bash
# A client that speaks structured replies learns from libnbd where a read failed, and goes on afterwards.
source "$(dirname "$0")/setup.sh"
require nbdinfo
serve file tcp 8
dd if=/dev/urandom of="$disk" bs=1M count=8 conv=notrunc status=none
/usr/bin/python3 - "$uri" "$disk" <<'PYTHON'
import os, sys, nbd
MIB = 1 << 20
client = nbd.NBD()
client.set_strict_mode(0)
client.add_meta_context("base:allocation")
client.connect_uri(sys.argv[1])

def fails(wanted, call, *arguments):
    try:
        call(*arguments)
    except nbd.Error as problem:
        assert problem.errno == wanted, (problem.errno, wanted)
    else:
        sys.exit("this succeeded: %s%s" % (call, arguments))

def ignore(*_):
    return 0

fails("EINVAL", client.block_status, 0, 0, ignore)
fails("EINVAL", client.block_status, MIB, 8 * MIB, ignore)
fails("EINVAL", client.cache, 512, 8 * MIB)
fails("EINVAL", client.trim, 512, 0, nbd.CMD_FLAG_FAST_ZERO)
os.truncate(sys.argv[2], 3 * MIB)  # behind the gateway's back
for flags in (0, nbd.CMD_FLAG_DF):
    places = []
    fails("EIO", client.pread_structured, 2 * MIB, 2 * MIB,
          lambda part, offset, status, error: places.append((offset, status)), flags)
    assert places == [(3 * MIB, nbd.READ_ERROR)], places
fails("EIO", client.block_status, MIB, 5 * MIB, ignore)
assert len(client.pread(MIB, 2 * MIB)) == MIB
client.shutdown()
PYTHON
still_serves
stop_gateway
