#!/bin/bash
# fio writes blocks of all sizes with checksums, many at once and with flushes between, and reads every one of them back.
source "$(dirname "$0")/setup.sh"
require fio nbdinfo
serve "${1:-memory}" "${2:-tcp}" 64
least=$(nbdinfo --json "$uri" | python3 -c 'import json, sys
print(max(512, json.load(sys.stdin)["exports"][0].get("block_size_minimum", 1)))')

# verified NAME OPTION...: fio must end well and must have read back what it wrote.
verified() {
  local name=$1
  shift
  (cd "$scratch" && fio --name="$name" --ioengine=nbd --uri="$uri" --size=64M --verify=crc32c --verify_fatal=1 \
    --output-format=json --output="$name.json" "$@") >"$scratch/$name.log" 2>&1 || fail "fio ended with $?"
  python3 - "$scratch/$name.json" <<'PYTHON' || fail "not everything was read back"
import json, sys
text = open(sys.argv[1]).read()
job = json.loads(text[text.index("{"):])["jobs"][0]
assert job["error"] == 0, job["error"]
assert job["write"]["io_bytes"] >= 60 << 20, job["write"]["io_bytes"]
assert job["read"]["io_bytes"] >= 60 << 20, job["read"]["io_bytes"]
PYTHON
}

verified mixed-sizes --rw=randwrite --bsrange="$least-64k" --bs_unaligned=0 --iodepth=32
verified flushed --rw=write --bs=64k --iodepth=16 --fsync=8
verified large --rw=write --bs=4M --iodepth=4
stop_gateway
