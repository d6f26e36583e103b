# The demo with trouble: processes killed, PostgreSQL away, while both clients run. Sourced by deploy/demo.

trouble=$var/with/trouble
# What deploy/demo --untimed does not judge is not waited for.
if $untimed; then
  down_seconds=3 calm_seconds=2 away_seconds=15
else
  down_seconds=4 calm_seconds=8 away_seconds=60
fi
# down_seconds is longer than the lease of 2 s, so that control is really gone before the restart.

now_ms() { date +%s%3N; }

# note WHAT NAME: one line of the protocol of the trouble: time, what, name.
note() { printf '%s %s %s\n' "$(now_ms)" "$1" "$2" >>"$trouble"; }

# promise_something NAME: an agreement about nothing, established at this moment; noted if it was acknowledged.
promise_something() {
  local file=$var/with/$1.yaml
  cat >"$file" <<TEXT
apiVersion: sluice/v1
kind: Agreement
metadata: { name: $1, tenant: chaos }
spec:
  streams: { gateway: "*", volume: $1, client: "*" }
  objective: { reservation: { iops: 1 }, weight: 1, tier: bronze }
TEXT
  if ctl apply -f "$file" >"$file.out" 2>&1; then
    note acknowledged "$1"
  fi
}

# throttled SINCE: does the server say, by samples that came after SINCE [ms since 1970], that batch is held back?
throttled() {
  api /api/v1/streams 2>/dev/null | python3 "$here/demo.d/control_of.py" batch "$1" | grep -qx throttled
}

kill_one_after_another() {
  local name deadline restarted
  sleep "$calm_seconds"
  for name in database-manager sla-core performance-monitor application-server; do
    say "  kill -9 $name"
    promise_something "before-$name"
    note killed "$name"
    "$here/down" --only "$name" --kill
    (promise_something "during-$name") &
    sleep "$down_seconds"
    note restarted "$name"
    restarted=$(now_ms)
    start_program "$name"
    deadline=$((SECONDS + 10))
    until throttled "$restarted"; do
      ((SECONDS < deadline)) || break
      sleep 0.05
    done
    ! throttled "$restarted" || note throttled "$name"
    wait_until_ready >/dev/null || say "  not ready after the restart of $name"
    sleep "$calm_seconds"
  done
}

take_postgres_away() {
  sleep "$calm_seconds"
  say "  PostgreSQL stopped for $away_seconds s"
  note stopped postgres
  "$here/down" --only postgres
  sleep "$away_seconds"
  note restarted postgres
  start_postgres || say "  PostgreSQL did not start again"
  say "  PostgreSQL started again"
  sleep "$calm_seconds"
}

# with_clients COMMAND: the trouble while both clients run, however long it takes.
with_clients() {
  local result=0
  mkdir -p "$var/with"
  rm -f "$trouble"
  start_both "$var/with" 3600
  "$1" || result=1
  end_both "$var/with" || result=1
  return $result
}

chaos_kill() {
  local result=0
  say "== each process killed, ${down_seconds} s later started again, both clients running"
  with_clients kill_one_after_another || result=1
  sleep 3
  ctl get agreements -o json >"$var/with/agreements.json" || result=1
  sql "$(cat "$here/demo.d/stored_twice.sql")" >"$var/with/twice"
  python3 "$here/demo.d/judge_chaos.py" kill "$var/with" "${judge_options[@]}" || result=1
  return $result
}

chaos_postgres() {
  local result=0
  say "== PostgreSQL away for $away_seconds s, both clients running"
  with_clients take_postgres_away || result=1
  sleep 5
  sql "$(cat "$here/demo.d/stored_twice.sql")" >"$var/with/twice"
  sql "$(cat "$here/demo.d/stored_seconds.sql")" >"$var/with/seconds"
  python3 "$here/demo.d/judge_chaos.py" postgres "$var/with" "${judge_options[@]}" || result=1
  return $result
}
