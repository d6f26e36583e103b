#!/bin/bash
# A server process whose TCP port is taken by somebody else ends with 3 and a sentence that names the port.
# usage: port_in_use.sh PROGRAM ARGUMENT...   (PORT becomes the taken port, SCRATCH a directory)
source "$(dirname "$0")/setup.sh"
program=$bin/$1
shift
port=$(free_port)
start squatter python3 -c "
import socket, time
s = socket.socket(); s.bind(('127.0.0.1', $port)); s.listen(); print('taken', flush=True); time.sleep(600)"
wait_until 10 grep -q taken "$scratch/squatter.log"
arguments=("${@//PORT/$port}")
refused 3 "$port" "$program" "${arguments[@]//SCRATCH/$scratch}" --shm.directory="$scratch"
[ "$(grep -cvE '^[0-9-]+T[0-9:.]+ ' "$scratch/refused.log")" -eq 1 ] || fail "more or less than a sentence: $(cat "$scratch/refused.log")"
