#!/bin/bash
# A hundred connections at once each read and write their own place, and the gateway keeps no descriptor of them.
source "$(dirname "$0")/setup.sh"
require nbdinfo
serve memory tcp 64
open_files() { find "/proc/$gateway/fd" -mindepth 1 2>/dev/null | wc -l; }
still_serves
before=$(open_files)

/usr/bin/python3 - "$uri" <<'PYTHON'
import sys, nbd
clients = []
for number in range(100):
    client = nbd.NBD()
    client.connect_uri(sys.argv[1])
    clients.append(client)
block = 64 * 1024
patterns = [bytes([number + 1]) * block for number in range(100)]
cookies = [client.aio_pwrite(patterns[number], number * block) for number, client in enumerate(clients)]
for client, cookie in zip(clients, cookies):
    while not client.aio_command_completed(cookie):
        client.poll(-1)
for number, client in enumerate(clients):
    assert client.pread(block, (99 - number) * block) == patterns[99 - number]
for client in clients:
    client.shutdown()
PYTHON
as_before() { [ "$(open_files)" -le $((before + 1)) ]; }
wait_until 10 as_before
still_serves
stop_gateway
