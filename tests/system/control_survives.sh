#!/bin/bash
# Control goes on: a core that is killed and started again, a monitor that stands still, a gateway that vanishes and returns.
# Meanwhile I/O never fails, and never is a client let do more than its agreement's limit, by a throttle or by the envelope.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
source "$root/tests/system/instance_setup.sh"
require fio
metrics_port=$(free_port)
export SLUICE_GATEWAY_INI=$scratch/gateway.ini
cat >"$SLUICE_GATEWAY_INI" <<INI
[gateway]
name="gw1"
listen=["127.0.0.1:10809"]
[control]
server="127.0.0.1"
[metrics]
listen="127.0.0.1:$metrics_port"
[backend.disk]
kind="memory"
size="64MiB"
[volume.vol]
backend="disk"
INI

# metric NAME LABEL: the figure of the stream, nothing if it has none. Reads all of curl's output, so that curl never fails.
metric() {
  curl -s --max-time 5 "http://127.0.0.1:$metrics_port/metrics" |
    awk -v name="sluice_gateway_stream_$1{" -v label="$2" 'index($0, name) == 1 && index($0, label) { found = $NF } END { print found }'
}
state_is() { [ -n "$(metric control "state=\"$1\"")" ]; }
limit_is() { [ "$(metric limit_iops volume=)" = "$1" ]; }
reads() { printf '%.0f' "$(metric operations_total 'operation="read"')"; }
generation() { printf '%.0f' "$(metric generation volume=)"; }
more_reads_than() { [ "$(reads)" -gt "$1" ]; }
milliseconds() { date +%s%3N; }

# agree_on IOPS: the client's limit from now on.
agree_on() {
  printf '%s\n' 'apiVersion: sluice/v1' 'kind: Agreement' 'metadata: { name: held, tenant: t }' \
    "spec: { streams: { volume: vol }, objective: { limit: { iops: $1 } } }" >"$scratch/held.yaml"
  ctl apply -f "$scratch/held.yaml" >/dev/null || fail "the agreement is not taken"
}

# start_client: asks for all it can get, for longer than this script takes, and ends at the first error. Sets $client.
start_client() {
  start fio fio --name=c --ioengine=nbd --uri="nbd://127.0.0.1:$SLUICE_NBD_PORT/vol" --rw=randread --bs=4k --size=64m --iodepth=16 \
    --thread --time_based --runtime=600
  client=$pid
}

restart_the_core() {
  local before
  before=$(generation)
  "$root/deploy/down" --only sla-core --kill
  up --only sla-core >/dev/null || fail "the core could not be started again"
  agree_on 400
  wait_until 20 limit_is 400
  [ "$(generation)" -gt "$before" ] || fail "generation $(generation) is in force after the restart of the core, $before was before"
  wait_until 20 state_is throttled
}

let_the_monitor_stand_still() {
  local seen
  kill -STOP "$(process_id performance-monitor)"
  wait_until 20 state_is envelope # the lease is over
  seen=$(reads)
  wait_until 20 more_reads_than "$seen"
  kill -CONT "$(process_id performance-monitor)"
  wait_until 20 state_is throttled
}

replace_the_gateway() {
  local before
  before=$(generation)
  "$root/deploy/down" --only gateway --kill
  finish "$client" || true # it has lost its server
  up --only gateway >/dev/null || fail "the gateway could not be started again"
  start_client
  wait_until 20 limit_is 400
  wait_until 20 state_is throttled
  [ "$(generation)" -ge "$before" ] || fail "generation $(generation) is in force after the restart of the gateway, $before was before"
}

up >"$scratch/up.log" 2>&1 || { cat "$scratch/up.log"; fail "deploy/up ended with $?"; }
agree_on 500
start_client
wait_until 20 limit_is 500
began=$(milliseconds)
before=$(reads)
restart_the_core
let_the_monitor_stand_still
after=$(reads)
allowed=$((500 * ($(milliseconds) - began) / 1000 + 200)) # 200: what a bucket may hold, and what was under way
[ $((after - before)) -le "$allowed" ] || fail "$((after - before)) requests were let through, at most $allowed are agreed"
! ended "$client" || fail "the client has ended"
replace_the_gateway
