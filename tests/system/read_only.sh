#!/bin/bash
# A read-only volume says so and stays as it is, whatever a client sends.
source "$(dirname "$0")/setup.sh"
require nbdinfo jq
serve file tcp 4 'read-only=true'
before=$(sha256sum <"$disk")

nbdinfo --json "$uri" | jq -e '.exports[0].is_read_only' >/dev/null || fail "it does not say that it is read-only"
/usr/bin/python3 - "$uri" <<'PYTHON'
import sys, nbd
client = nbd.NBD()
client.set_strict_mode(0)
client.connect_uri(sys.argv[1])
for call in (lambda: client.pwrite(b"x" * 512, 0), lambda: client.trim(512, 0), lambda: client.zero(512, 0)):
    try:
        call()
    except nbd.Error as problem:
        assert problem.errno == "EPERM", problem.errno
    else:
        sys.exit("a change was accepted")
assert client.pread(512, 0) == bytes(512)
client.shutdown()
PYTHON
[ "$(sha256sum <"$disk")" = "$before" ] || fail "the file was changed"
stop_gateway
