#!/bin/bash
# Without a server the limits of the ini file hold: a client 32 deep gets the goal, within 5 percent over five seconds.
# (fio does not count the 32 requests in flight at the end of its ramp: at 500 IOPS that alone is 1.3 percent.)
# usage: static_limit.sh iops|bandwidth GOAL (IOPS, or MB/s)
source "$(dirname "$0")/setup.sh"
require fio nbdinfo
what=${1:-iops} goal=${2:-500}
if [ "$what" = iops ]; then
  line="iops=$goal" size=4k
else
  line="bandwidth=\"${goal}MB/s\"" size=64k
fi
serve memory unix 64 "$line"

# measure: one run of fio, and what it obtained. Ends with 0 within 5 percent, 1 below, 2 above.
measure() {
  (cd "$scratch" && fio --name=limited --ioengine=nbd --uri="$uri" --rw=randrw --bs="$size" --iodepth=32 --size=64M \
    --time_based --ramp_time=2 --runtime=5 --output-format=json --output=fio.json) >"$scratch/fio.log" 2>&1 || fail "fio ended with $?"
  python3 - "$scratch/fio.json" "$what" "$goal" <<'PYTHON'
import json, sys
text = open(sys.argv[1]).read()
job = json.loads(text[text.index("{"):])["jobs"][0]
goal = float(sys.argv[3])
if sys.argv[2] == "iops":
    got = job["read"]["iops"] + job["write"]["iops"]
else:
    got = (job["read"]["bw_bytes"] + job["write"]["bw_bytes"]) / 1e6
print(f"obtained {got:.1f}, goal {goal:.0f}, ratio {got / goal:.3f}")
sys.exit(2 if got > 1.05 * goal else 1 if got < 0.95 * goal else 0)
PYTHON
}

# Never more than the limit. That it is reached needs a machine that gives the gateway its turn: three attempts.
for attempt in 1 2 3; do
  code=0
  measure || code=$?
  [ "$code" -ne 2 ] || fail "more than the limit was served"
  [ "$code" -ne 0 ] || break
  [ "$attempt" -lt 3 ] || fail "the limit was not reached in three attempts"
done
stop_gateway
