# The instance's private PostgreSQL: on a Unix socket alone, peer authentication, no password. Sourced after process.sh.

postgres_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)

# The socket's path must stay under 107 bytes: in the instance if that is short enough, else under /tmp.
socket_directory=$var/run/postgres
[ ${#socket_directory} -le 85 ] || socket_directory=/tmp/sluice-$instance

# as_postgres COMMAND...: initdb and postgres refuse root, so root hands over to the user postgres of Debian's package. The
# directory may lie below one that this user may not enter (a clone in /root): the capability to pass through is kept then.
as_postgres() {
  if [ "$(id -u)" -ne 0 ]; then
    "$@"
    return
  fi
  "${drop_root[@]}" "$@"
}
drop_root=()
if [ "$(id -u)" -eq 0 ]; then
  drop_root=(setpriv --reuid=postgres --regid=postgres --init-groups)
  mkdir -p "$var"
  "${drop_root[@]}" test -x "$var" 2>/dev/null ||
    drop_root+=(--inh-caps=+dac_read_search --ambient-caps=+dac_read_search)
fi

# make_cluster: once. The cluster's superuser is postgres; the role and the database sluice are the product's. Whoever runs
# deploy/up may be both: pg_ident maps the operating system's user.
make_cluster() {
  local me settings=$var/postgres
  [ ! -s "$settings/PG_VERSION" ] || return 0
  say "making a private PostgreSQL cluster in $settings"
  mkdir -p "$settings"
  chmod 700 "$settings"
  [ "$(id -u)" -ne 0 ] || chown postgres: "$settings"
  (cd / && as_postgres "$postgres_bin/initdb" -D "$settings" -U postgres --auth=peer -E UTF8 --locale=C.UTF-8) \
    >"$var/log/initdb.log" 2>&1 || { show_end_of_log initdb; return 1; }
  me=$(id -un)
  printf 'sluice %s postgres\nsluice %s sluice\n' "$me" "$me" >>"$settings/pg_ident.conf"
  printf 'local all all peer map=sluice\n' >"$settings/pg_hba.conf"
}

# start_postgres: returns when it accepts connections and the database is there.
start_postgres() {
  local deadline
  [ -n "$postgres_bin" ] || { say "PostgreSQL is not installed: deploy/install serve" >&2; return 1; }
  make_cluster || return 1
  mkdir -p "$socket_directory"
  chmod 700 "$socket_directory"
  [ "$(id -u)" -ne 0 ] || chown postgres: "$socket_directory"
  (cd / && start postgres "${drop_root[@]}" "$postgres_bin/postgres" -D "$var/postgres" \
    -c listen_addresses= -c unix_socket_directories="$socket_directory" -c max_connections=20)
  deadline=$((SECONDS + 30))
  until "$postgres_bin/pg_isready" -q -h "$socket_directory" -U postgres -d postgres; do
    pid_of postgres >/dev/null || { show_end_of_log postgres; return 1; }
    ((SECONDS < deadline)) || { say "PostgreSQL does not answer within 30 s" >&2; show_end_of_log postgres; return 1; }
    sleep 0.1
  done
  if [ "$(sql_as_postgres "SELECT count(*) FROM pg_database WHERE datname = 'sluice'")" = 0 ]; then
    sql_as_postgres "CREATE ROLE sluice LOGIN" >/dev/null
    sql_as_postgres "CREATE DATABASE sluice OWNER sluice" >/dev/null
  fi
}

sql_as_postgres() { "$postgres_bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$socket_directory" -U postgres -d postgres -c "$1"; }

# database_url: what the database manager connects to.
database_url() { printf 'host=%s user=sluice dbname=sluice\n' "$socket_directory"; }

# sql QUERY: one query on the instance's database, columns separated by |.
sql() { "$postgres_bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 "${SLUICE_DATABASE_URL:-$(database_url)}" -c "$1"; }
