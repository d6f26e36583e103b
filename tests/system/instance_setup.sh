# Sourced after setup.sh: an instance of deploy/up with a directory and ports of its own, ended with the script.
# shellcheck shell=bash

export SLUICE_VAR=$scratch/var SLUICE_BUILD
SLUICE_BUILD=$(dirname "$bin")
SLUICE_HTTP_PORT=$(free_port) SLUICE_NBD_PORT=$(free_port) SLUICE_CONTROL_PORT=$(free_port)
export SLUICE_HTTP_PORT SLUICE_NBD_PORT SLUICE_CONTROL_PORT
unset SLUICE_DATABASE_URL SLUICE_DATABASE_PASSWORD_FILE SLUICE_GATEWAY_INI
require curl setpriv
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || { echo "skipped: PostgreSQL is not installed"; exit 77; }

end_instance() {
  local code=$?
  if [ "$code" -ne 0 ] && [ "$code" -ne 77 ]; then
    tail -n 20 "$SLUICE_VAR"/log/*.log >&2 2>/dev/null || true
  fi
  "$root/deploy/down" >/dev/null 2>&1 || true
  set +e
  (exit "$code")
  clean_up
}
trap end_instance EXIT

# up ARGUMENT...: deploy/up on the programs as they are.
up() { "$root/deploy/up" --no-build --no-install "$@"; }

# ctl ARGUMENT...: sluicectl on this instance.
ctl() { "$bin/sluicectl" --server "http://127.0.0.1:$SLUICE_HTTP_PORT" --token-file "$SLUICE_VAR/run/token" "$@"; }

# process_id NAME: of a process of the instance.
process_id() { cut -d ' ' -f 1 "$SLUICE_VAR/run/$1.pid"; }

server_processes="database-manager sla-core performance-monitor application-server"
