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

# measure: one run of fio, and what it obtained. Ends with 0 within 5 percent, 1 below, 2 above, 3 below because the gateway
# or fio stood in line for a processor: what is held up there is no matter of the limit.
measure() {
  python3 - "$scratch" "$uri" "$size" "$what" "$goal" "$gateway" <<'PYTHON'
import glob, json, subprocess, sys, time

scratch, uri, size, what, goal, gateway = sys.argv[1:]
goal = float(goal)
seconds_measured = 5
held_up = 0.02 * seconds_measured  # of one thread [s]


def waiting(process):
    """How long each thread of a process and of its children stood in line, so far [s]."""
    found = {}
    children = subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True).stdout.split()
    for one in [str(process), *children]:
        for path in glob.glob(f"/proc/{one}/task/*/schedstat"):
            try:
                found[path] = int(open(path).read().split()[1]) / 1e9
            except (OSError, IndexError):
                pass  # it ended meanwhile
    return found


before = waiting(gateway)
client = subprocess.Popen(
    ["fio", "--name=limited", "--ioengine=nbd", f"--uri={uri}", "--rw=randrw", f"--bs={size}", "--iodepth=32", "--size=64M",
     "--time_based", "--ramp_time=2", f"--runtime={seconds_measured}", "--output-format=json", "--output=fio.json"],
    cwd=scratch, stdout=open(f"{scratch}/fio.log", "w"), stderr=subprocess.STDOUT)
line = {}
while client.poll() is None:
    line.update(waiting(client.pid))
    time.sleep(0.1)
if client.returncode != 0:
    sys.exit(f"fio ended with {client.returncode}")
line.update({path: spent - before.get(path, 0) for path, spent in waiting(gateway).items()})
longest = max(line.values())

text = open(f"{scratch}/fio.json").read()
job = json.loads(text[text.index("{"):])["jobs"][0]
if what == "iops":
    got = job["read"]["iops"] + job["write"]["iops"]
else:
    got = (job["read"]["bw_bytes"] + job["write"]["bw_bytes"]) / 1e6
print(f"obtained {got:.1f}, goal {goal:.0f}, ratio {got / goal:.3f}; a thread stood in line for {longest:.3f} s")
sys.exit(2 if got > 1.05 * goal else 0 if got >= 0.95 * goal else 3 if longest > held_up else 1)
PYTHON
}

# Never more than the limit, and no less where there is a processor for it.
for attempt in 1 2 3 4 5 6; do
  code=0
  measure || code=$?
  case $code in
    0) stop_gateway; exit 0 ;;
    2) fail "more than the limit was served" ;;
    3) ;;
    *) fail "the limit was not reached" ;;
  esac
done
echo "no verdict: this machine is too busy to reach the limit, it was not exceeded"
exit 77
