# Starts, recognises and ends the processes of an instance. A process is a pid with its start time: a pid that was given
# to somebody else meanwhile is never signalled. Sourced after place.sh.

# start_time PID: when the kernel started it [clock ticks since boot]; fails if there is none.
start_time() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # The second field, the name, may hold blanks and parentheses: count from its end.
  set -- ${stat##*) }
  [ "$1" != Z ] && printf '%s\n' "${20}"
}

# pid_of NAME: the pid of what this instance started under the name, if it still runs.
pid_of() {
  local pid started
  read -r pid started 2>/dev/null <"$var/run/$1.pid" || return 1
  [ "$(start_time "$pid")" = "$started" ] && printf '%s\n' "$pid"
}

# start NAME COMMAND...: detached, output appended to the log.
start() {
  local name=$1
  shift
  # Descriptor 9 is the lock of deploy/up: it must not live on in the process.
  setsid "$@" </dev/null >>"$var/log/$name.log" 2>&1 9>&- &
  local pid=$! started
  started=$(start_time "$pid") || started=gone
  printf '%s %s\n' "$pid" "$started" >"$var/run/$name.pid"
  disown "$pid"
}

# start_program NAME: one of Sluice's own, with its derived configuration.
start_program() {
  start "$1" "$bin/${program[$1]}" --config-file="$var/config/$1.ini"
}

# stop NAME [SIGNAL [SECONDS]]: asks, waits that long, then kills. Silent if it does not run.
stop() {
  local name=$1 signal=${2:-TERM} patience=${3:-15} pid deadline
  if pid=$(pid_of "$name"); then
    kill -s "$signal" "$pid" 2>/dev/null || true
    deadline=$((SECONDS + patience))
    while pid_of "$name" >/dev/null; do
      if ((SECONDS >= deadline)); then
        say "$name does not stop within $patience s: killed"
        kill -s KILL "$pid" 2>/dev/null || true
        deadline=$((SECONDS + 5))
      fi
      sleep 0.05
    done
  fi
  rm -f "$var/run/$name.pid"
}

# stop_everything: gateway first, PostgreSQL last; then the memory that the processes shared is given back.
stop_everything() {
  local i
  for ((i = ${#processes[@]} - 1; i >= 0; i--)); do
    stop "${processes[$i]}"
  done
  stop postgres INT 30
  rm -f "/dev/shm/sluice.$instance".*
}

# show_end_of_log NAME: for a process that failed.
show_end_of_log() {
  printf 'the last lines of %s:\n' "$var/log/$1.log" >&2
  tail -n 15 "$var/log/$1.log" 2>/dev/null | sed 's/^/  /' >&2
}
