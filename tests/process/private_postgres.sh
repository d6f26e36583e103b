#!/bin/bash
# A PostgreSQL of one's own for a test: a cluster in a directory, reached by a Unix socket in it alone, removed afterwards.
#
#   private_postgres.sh make DIR      a new cluster with the role and the database `sluice` (no password, by the
#                                     caller's user) and the role `guarded` (password `correct`, scram), then start
#   private_postgres.sh start DIR     start it and wait until it answers
#   private_postgres.sh stop DIR      stop it in order (fast: open transactions are rolled back)
#   private_postgres.sh kill DIR      SIGKILL the postmaster, as a crash
#   private_postgres.sh remove DIR    stop it and delete DIR
#   private_postgres.sh url DIR       print the URL of the database
#
# DIR is absolute and short: a socket's path has at most 107 bytes. As root the server runs as the user postgres.
set -euo pipefail

verb=${1:?verb} dir=${2:?directory}
[[ $dir == /* && ${#dir} -le 80 ]] || { echo "private_postgres: $dir must be absolute and at most 80 characters" >&2; exit 2; }
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)

as_server() {
  if [[ $(id -u) == 0 ]]; then
    setpriv --reuid=postgres --regid=postgres --clear-groups "$@"
  else
    "$@"
  fi
}

sql() { as_server "$bin/psql" -q -X -h "$dir" -U postgres -d "${2:-postgres}" -c "$1" >/dev/null; }

start() {
  # The lock file of a killed postmaster is recognised as stale by PostgreSQL itself once its children are gone.
  for _ in $(seq 100); do
    if as_server "$bin/pg_ctl" -s -w -t 30 -D "$dir/cluster" -l "$dir/log" start 2>/dev/null; then return 0; fi
    sleep 0.1
  done
  tail -5 "$dir/log" >&2
  return 1
}

make() {
  mkdir -p "$dir"
  chmod 711 "$dir"
  if [[ $(id -u) == 0 ]]; then chown postgres:postgres "$dir"; fi
  as_server "$bin/initdb" -D "$dir/cluster" -U postgres -A peer -E UTF8 --locale=C.UTF-8 --no-sync >"$dir.initdb" 2>&1 \
    || { cat "$dir.initdb" >&2; return 1; }
  rm -f "$dir.initdb"
  as_server tee "$dir/cluster/pg_hba.conf" >/dev/null <<'RULES'
local all guarded scram-sha-256
local all all peer map=tests
RULES
  as_server tee "$dir/cluster/pg_ident.conf" >/dev/null <<RULES
tests postgres postgres
tests $(id -un) postgres
tests $(id -un) sluice
RULES
  as_server tee -a "$dir/cluster/postgresql.conf" >/dev/null <<SETTINGS
listen_addresses = ''
unix_socket_directories = '$dir'
unix_socket_permissions = 0777
fsync = off
max_connections = 20
shared_buffers = 16MB
SETTINGS
  start
  sql "CREATE ROLE sluice LOGIN"
  sql "CREATE ROLE guarded LOGIN PASSWORD 'correct'"
  sql "CREATE DATABASE sluice OWNER sluice"
}

case $verb in
  make) make ;;
  start) start ;;
  stop) as_server "$bin/pg_ctl" -s -w -m fast -D "$dir/cluster" stop ;;
  kill) kill -9 "$(as_server head -1 "$dir/cluster/postmaster.pid")" ;;
  remove)
    as_server "$bin/pg_ctl" -s -w -m immediate -D "$dir/cluster" stop >/dev/null 2>&1 || true
    rm -rf "$dir"
    ;;
  url) echo "postgresql://sluice@/sluice?host=$dir" ;;
  *) echo "private_postgres: unknown verb $verb" >&2; exit 2 ;;
esac
