#!/bin/bash
# The inspector on a whole instance: it shows the four processes talking, one that hangs, one that dies and its next life,
# and /metrics of the application server tells the same of all four.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
source "$root/tests/system/instance_setup.sh"
require jq

inspect() { "$bin/sluice-shm-inspect" --config-file="$SLUICE_VAR/config/sla-core.ini" "$@"; }
# role_is STATE NAME; lane_has FIELD CONDITION RECEIVER SENDER: what the inspector says.
role_is() { inspect --json | jq -e --arg state "$1" --arg name "$2" '.roles[] | select(.role == $name) | .state == $state' >/dev/null; }
lane_has() {
  inspect --json | jq -e --arg to "$3" --arg from "$4" \
    ".mailboxes[] | select(.receiver == \$to).lanes[] | select(.sender == \$from).$1 $2" >/dev/null
}
# metric NAME LABELS: its value.
metric() { curl -sf "http://127.0.0.1:$SLUICE_HTTP_PORT/metrics" | sed -n "s/^$1{$2} //p"; }

up >"$scratch/up.log" 2>&1 || { cat "$scratch/up.log"; fail "deploy/up ended with $?"; }
grep -q "sluice-shm-inspect --instance" "$scratch/up.log" || fail "deploy/up does not say how to look"
for name in $server_processes; do
  role_is alive "$name" || fail "$name is not shown alive: $(inspect)"
  [ "$(metric sluice_shm_mailbox_up "receiver=\"$name\"")" = 1 ] || fail "/metrics does not know that $name is up"
done
[ "$(inspect | awk '{ if (length > widest) widest = length } END { print widest }')" -le 100 ] || fail "lines are wider than 100"
wait_until 20 lane_has messages '> 0' sla-core application-server
wait_until 20 lane_has messages '> 0' performance-monitor application-server
labels='receiver="performance-monitor",sender="application-server"'
before=$(inspect --json | jq '.mailboxes[] | select(.receiver == "performance-monitor").lanes[] | select(.sender == "application-server").messages')
told=$(metric sluice_shm_messages_total "$labels")
after=$(inspect --json | jq '.mailboxes[] | select(.receiver == "performance-monitor").lanes[] | select(.sender == "application-server").messages')
[ "$before" -le "$told" ] && [ "$told" -le "$after" ] || fail "/metrics says $told, the inspector $before before and $after after it"

core=$(process_id sla-core)
kill -STOP "$core"
waits() { lane_has ready '> 0' sla-core application-server; }
"$root/deploy/up" --only gateway --no-build --no-install >/dev/null || fail "the gateway could not be started again"
wait_until 20 waits # the gateway is announced to a core that does not read
inspect --role sla-core | grep -q ' still ' || fail "a stopped core is not shown"
inspect --role sla-core | grep -q 'waiting: ' || fail "what waits for the core is not shown: $(inspect --role sla-core)"
kill -KILL "$core"
wait_until 20 role_is dead sla-core
inspect | grep -q 'to sla-core, left over from life 1, which is dead' || fail "the left-over mailbox is not shown"
[ "$(metric sluice_shm_mailbox_up 'receiver="sla-core"')" = 0 ] || fail "/metrics shows a dead core as up"
up --only sla-core >/dev/null || fail "the core could not be started again"
role_is alive sla-core || fail "the next life is not shown"
[ "$(inspect --json | jq '.mailboxes[] | select(.receiver == "sla-core").life')" = 2 ] || fail "it is not shown as the second life"
