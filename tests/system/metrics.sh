#!/bin/bash
# /metrics: strictly well-formed, exact beside the requests that a client counts itself, and never falling while clients
# come and go and volumes are reloaded. Strangers at the port get what they deserve.
source "$(dirname "$0")/setup.sh"
require fio nbdinfo
[ -x /usr/bin/python3 ] && /usr/bin/python3 -c 'import nbd' 2>/dev/null || { echo "skipped: python3-libnbd is not installed"; exit 77; }
port=$(free_port)
start_gateway unix <<INI
[metrics]
listen="127.0.0.1:$port"
[backend.disk]
kind="memory"
size="64MiB"
[volume.vol]
backend="disk"
depth=64
[volume.other]
backend="disk"
[group.all]
iops=1000000
INI
cd "$(dirname "$0")"

run() { PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=. /usr/bin/python3 - "$@" || fail "see above"; }

# A client that counts: each figure is exact, once and after it has come back.
run "$port" "$(volume_uri vol)" <<'PYTHON'
import sys, time
import nbd
from scrape import scrape, value
port, uri = int(sys.argv[1]), sys.argv[2]
done = dict(read=0, write=0, other=0, errors=0, read_bytes=0, write_bytes=0)

def traffic(client, rounds):
    for i in range(rounds):
        client.pwrite(bytes(4096), i * 8192); done["write"] += 1; done["write_bytes"] += 4096
        client.pread(512, i * 512); done["read"] += 1; done["read_bytes"] += 512
    client.flush(); done["other"] += 1
    client.zero(65536, 0); done["write"] += 1
    client.set_strict_mode(0)
    try:
        client.pread(512, 1 << 40)
    except nbd.Error:
        done["errors"] += 1; done["other"] += 1

before = {}
for rounds in (10, 25, 1):
    client = nbd.NBD()
    client.connect_uri(uri)
    traffic(client, rounds)
    values, types = scrape(port)
    of = dict(volume="vol")
    name = "sluice_gateway_stream_"
    for kind in ("read", "write", "other"):
        assert value(values, name + "operations_total", operation=kind, **of) == done[kind], (kind, done)
    for way in ("read", "write"):
        assert value(values, name + "bytes_total", direction=way, **of) == done[way + "_bytes"], (way, done)
    completions = done["read"] + done["write"] + done["other"]
    assert value(values, name + "errors_total", **of) == done["errors"]
    assert value(values, name + "arrivals_total", **of) == completions
    assert value(values, name + "latency_seconds_count", **of) == completions
    assert value(values, name + "backend_latency_seconds_count", **of) == completions - done["errors"]
    assert value(values, name + "connections", **of) == 1
    assert value(values, name + "in_flight", **of) == 0
    assert value(values, name + "control", state="fixed", **of) == 1
    assert value(values, name + "limit_depth", **of) == 64
    assert value(values, "sluice_gateway_group_limit_iops", group="all") == 1000000
    assert value(values, "sluice_gateway_backend_reachable", backend="disk") == 1
    assert value(values, "sluice_gateway_server_connected") == 0
    for key, old in before.items():
        if types.get(key[0]) == "counter" or key[0].endswith(("_count", "_sum", "_bucket")):
            assert values[key] >= old, (key, old, values[key])
    before = values
    client.shutdown()
    deadline = time.monotonic() + 20
    while value(scrape(port)[0], name + "connections", **of) != 0:
        assert time.monotonic() < deadline
PYTHON

# Under load from many connections and reloads no series falls, and at the end fio's own count is in it.
before=$(run "$port" <<'PYTHON'
import sys
from scrape import scrape, value
values, _ = scrape(int(sys.argv[1]))
print(int(value(values, "sluice_gateway_stream_operations_total", operation="write", volume="vol")))
PYTHON
)
start fio bash -c 'cd "$1" && exec fio --name=load --ioengine=nbd --uri="$2" --rw=randwrite --bs=4k --iodepth=8 --numjobs=4 \
  --size=16M --group_reporting --output-format=json --output=fio.json' fio "$scratch" "$(volume_uri vol)"
fio=$pid
run "$port" "$fio" "$gateway" <<'PYTHON'
import os, signal, sys
from scrape import scrape
port, fio, gateway = map(int, sys.argv[1:])

def running():
    try:
        with open(f"/proc/{fio}/stat") as file:
            return file.read().rsplit(") ", 1)[1][0] != "Z"
    except FileNotFoundError:
        return False

before, rounds = {}, 0
while running() or rounds < 20:
    os.kill(gateway, signal.SIGHUP)
    values, types = scrape(port)
    for key, old in before.items():
        if types.get(key[0]) == "counter" or key[0].endswith(("_count", "_sum", "_bucket")):
            assert values[key] >= old, (key, old, values[key])
    before, rounds = values, rounds + 1
PYTHON
finish "$fio" || fail "fio ended with $?"
run "$port" "$scratch/fio.json" "$before" <<'PYTHON'
import json, sys
from scrape import scrape, value
text = open(sys.argv[2]).read()
wrote = json.loads(text[text.index("{"):])["jobs"][0]["write"]["total_ios"]
values, _ = scrape(int(sys.argv[1]))
counted = value(values, "sluice_gateway_stream_operations_total", operation="write", volume="vol")
assert counted == int(sys.argv[3]) + wrote, (counted, sys.argv[3], wrote)
PYTHON

# Strangers: other paths and methods, garbage, too much, too many.
run "$port" <<'PYTHON'
import socket, sys, time
from scrape import ask, scrape
port = int(sys.argv[1])
assert ask(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 200 ")
assert ask(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 404 ")
assert ask(port, b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc").startswith(b"HTTP/1.1 405 ")
assert ask(port, b"\x00\xff nonsense\r\n\r\n").startswith(b"HTTP/1.1 400 ")
assert ask(port, b"GET /metrics HTTP/1.1\r\nX: " + b"a" * 9000 + b"\r\n\r\n").startswith(b"HTTP/1.1 431 ")
assert ask(port, b"GET /met") == b"", "who does not finish his question is closed after a while"
question = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

def ninth_is_closed():
    silent = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(8)]
    try:
        return ask(port, question) == b""
    except ConnectionError:
        return True
    finally:
        for link in silent:
            link.close()

# The eight have 5 s to ask: on a stalled machine they may be gone before the ninth comes.
assert any(ninth_is_closed() for attempt in range(5)), "nine connections were open at once"
deadline = time.monotonic() + 20
while True: # until it was noticed that the eight have gone
    try:
        assert ask(port, question).startswith(b"HTTP/1.1 200 ")
        break
    except (AssertionError, ConnectionError):
        if time.monotonic() > deadline:
            raise
        time.sleep(0.02)
scrape(port)
PYTHON
still_ready() { ! ended "$gateway"; }
still_ready || fail "the gateway has ended"
refused 3 'cannot serve metrics on 127.0.0.1 port' "$bin/sluice-gateway" --config-file="$scratch/gateway.ini" \
  --gateway.listen="[\"unix:$scratch/second.sock\"]"
refused 2 'metrics.listen: expected an address' "$bin/sluice-gateway" --config-file="$scratch/gateway.ini" --metrics.listen=here
stop_gateway
