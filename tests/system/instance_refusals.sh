#!/bin/bash
# deploy/up says in one sentence what is wrong, ends with the listed exit code, and leaves nothing running.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
source "$root/tests/system/instance_setup.sh"

nothing_runs() {
  local file
  for file in "$SLUICE_VAR"/run/*.pid; do
    [ ! -e "$file" ] || fail "it left $file"
  done
}

refused 2 "unknown argument '--nonsense'" "$root/deploy/up" --nonsense
refused 2 "no process is called 'nobody'" "$root/deploy/up" --no-build --only nobody
refused 2 "SLUICE_HTTP_PORT must be a port" env SLUICE_HTTP_PORT=99999 "$root/deploy/up"
refused 2 "unknown argument '--nonsense'" "$root/deploy/down" --nonsense
refused 2 "seconds must be 5 to 3600" "$root/deploy/demo" --seconds 1
refused 2 "must be kill or postgres" "$root/deploy/demo" --chaos monkey
refused 3 "sluice-database-manager is missing" env SLUICE_BUILD=/nonexistent "$root/deploy/up" --no-build --no-install

# A port in use: the process's own log says it, and all that was started is stopped.
start squatter python3 -c "
import socket, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('127.0.0.1', $SLUICE_HTTP_PORT)); s.listen(); print('taken', flush=True); time.sleep(100)"
wait_until 5 grep -q taken "$scratch/squatter.log"
refused 3 "application-server" "$root/deploy/up" --no-build --no-install
grep -q "everything that was started is stopped" "$scratch/refused.log" || fail "it does not say that it cleaned up"
nothing_runs
