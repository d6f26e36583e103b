#!/bin/bash
# sluicectl on a whole instance: an agreement is established, changed, refused and ended; a stream is shown, limited by an
# operator for real, explained and set free again.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
source "$root/tests/system/instance_setup.sh"
require fio jq nbdinfo
up >"$scratch/up.log" 2>&1 || { cat "$scratch/up.log"; fail "deploy/up ended with $?"; }
export SLUICE_SERVER=http://127.0.0.1:$SLUICE_HTTP_PORT SLUICE_TOKEN_FILE=$SLUICE_VAR/run/token
client=$bin/sluicectl
[ "$("$client" wait ready --timeout 10s)" = ready ] || fail "not ready"

agreement() { # LIMIT_IOPS TIER
  cat <<YAML
apiVersion: sluice/v1
kind: Agreement
metadata: { name: scratch-gold, tenant: acme }
spec:
  streams: { gateway: "*", volume: scratch, client: "*" }
  objective:
    reservation: { iops: 150 }
    limit: { iops: $1, bandwidth: 200MB/s, burst: { iops: 80000, for: 10s } }
    weight: 4
    tier: $2
    latency:
      - { statistic: mean, target: 50ms, up_to: { iops: 100 } }
    compliance: { interval: 10s, target: 99%, window: calendar-month }
YAML
}
# says SENTENCE COMMAND...: what it prints must be exactly this.
says() {
  local wanted=$1 found
  shift
  found=$("$@") || fail "ended with $?: $*"
  [ "$found" = "$wanted" ] || fail "'$found' instead of '$wanted': $*"
}

agreement 60000 gold >"$scratch/gold.yaml"
says "agreement scratch-gold created" "$client" apply -f "$scratch/gold.yaml"
says "agreement scratch-gold unchanged" "$client" apply -f "$scratch/gold.yaml"
agreement 50000 gold >"$scratch/gold.yaml"
says "agreement scratch-gold changed" "$client" apply -f "$scratch/gold.yaml"
"$client" get agreements -o json >"$scratch/all.json"
says "agreement scratch-gold unchanged" "$client" apply -f "$scratch/all.json"
[ "$("$client" describe agreement scratch-gold -o json | jq '.history | length')" = 2 ] || fail "the history has not two versions"
refused 1 'spec\.objective\.limit\.iops' "$client" apply -f <(agreement '"many"' gold)
refused 1 'spec\.objective\.tiger' "$client" apply -f <(agreement 50000 'gold, tiger: 1' | sed 's/tier: gold, \(.*\)/tier: gold\n    \1/')
refused 1 'token' "$client" --token-file <(echo wrong) get streams
refused 1 'there is no stream' "$client" explain gw1/scratch/nobody
refused 1 'there is no agreement' "$client" get agreements nobody

# A client that is busy until the end of this script, with a log of its rate per second.
(cd "$scratch" && start fio fio --name=busy --ioengine=nbd --uri="nbd://127.0.0.1:$SLUICE_NBD_PORT/scratch" --rw=randread \
  --bs=4k --iodepth=16 --size=64M --time_based --runtime=100 && echo "$pid" >fio.pid)
started[$(cat "$scratch/fio.pid")]=fio
stream=gw1/scratch/127.0.0.1
iops() { "$client" get stream "$stream" -o json 2>/dev/null | jq '.iops // 0'; }
is_busy() { [ "$(iops | cut -d. -f1)" -gt 1000 ] 2>/dev/null; }
wait_until 20 is_busy
[ "$("$client" get stream "$stream" -o json | jq -r .agreement)" = scratch-gold ] || fail "the stream is under another agreement"

# Suspended, it governs nothing; resumed, it does again. Each is a version.
of_nobody() { [ "$("$client" get stream "$stream" -o json | jq -r .agreement)" = null ]; }
says "agreement scratch-gold would be suspended" "$client" suspend scratch-gold --dry-run
says "agreement scratch-gold is suspended" "$client" suspend scratch-gold
says "agreement scratch-gold is suspended already" "$client" suspend scratch-gold
wait_until 5 of_nobody
says suspended "$client" wait agreement scratch-gold --for suspended --timeout 5s
"$client" explain agreement scratch-gold | grep -q 'is suspended' || fail "explain does not say that it is suspended"
says "agreement scratch-gold would be in force" "$client" resume scratch-gold --dry-run
says "agreement scratch-gold is in force" "$client" resume scratch-gold
says "agreement scratch-gold is in force already" "$client" resume scratch-gold
refused 1 'there is no agreement' "$client" suspend nobody
[ "$("$client" describe agreement scratch-gold -o json | jq '.history | length')" = 4 ] || fail "the history has not four versions"

"$client" limit "$stream" --iops 200 --for 10m --why "a test of the client" >"$scratch/limit.log"
grep -q "stream $stream limited to 200 IOPS until " "$scratch/limit.log" || fail "$(cat "$scratch/limit.log")"
says throttled "$client" wait throttled "$stream" --timeout 10s
is_held() { [ "$(iops | jq '. > 180 and . < 220')" = true ]; }
wait_until 20 is_held
"$client" explain "$stream" >"$scratch/explain.log"
grep -q 'Rule: *override' "$scratch/explain.log" || fail "$(cat "$scratch/explain.log")"
"$client" get limits | grep -q "a test of the client" || fail "the limit does not say why"
says "stream $stream no longer limited by an operator" "$client" limit "$stream" --clear
wait_until 20 is_busy
refused 1 "no operator limits $stream" "$client" limit "$stream" --clear

for kind in agreements streams gateways backends throttles limits events; do
  "$client" get "$kind" >"$scratch/table.log" || fail "get $kind ended with $?"
  [ -s "$scratch/table.log" ] || fail "get $kind printed nothing"
  "$client" get "$kind" -o json | jq -e '.items | type == "array"' >/dev/null || fail "get $kind -o json"
done
"$client" get gateways | grep -qE '^gw1 +yes' || fail "the gateway is not shown as connected"
"$client" top >"$scratch/top.log"
grep -qF "$stream" "$scratch/top.log" || fail "top does not show the stream"
"$client" describe stream "$stream" | grep -qE '^Agreement: +scratch-gold' || fail "describe stream"

says "agreement scratch-gold deleted" "$client" delete agreement scratch-gold
refused 1 'there is no agreement scratch-gold' "$client" delete agreement scratch-gold
"$root/deploy/down" >/dev/null
refused 3 'no answer from' "$client" get streams
