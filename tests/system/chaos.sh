#!/bin/bash
# Kills the database manager, the application server and PostgreSQL at random moments under load. Afterwards every sample
# that a gateway measured is in exactly one row, and every chain of hashes holds.
#
#   chaos.sh [--rounds N]     4 rounds unless told; SEED=N repeats a run's choices
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
source "$root/tests/system/instance_setup.sh"
require fio psql
rounds=4
[ "${1:-}" != --rounds ] || rounds=$2
seed=${SEED:-$RANDOM}
RANDOM=$seed
echo "seed $seed"

volumes=8
export SLUICE_GATEWAY_INI=$scratch/gateway.ini
{
  printf '%s\n' '[gateway]' 'name="gw1"' 'listen=["127.0.0.1:10809"]' '[control]' 'server="127.0.0.1"' '[backend.disk]' \
    'kind="memory"' 'size="64MiB"'
  for ((i = 0; i < volumes; i++)); do
    printf '%s\n' "[volume.v$i]" 'backend="disk"' "offset=\"$((i * 8))MiB\"" 'size="8MiB"'
  done
} >"$SLUICE_GATEWAY_INI"
up >"$scratch/up.log" 2>&1 || { cat "$scratch/up.log"; fail "deploy/up ended with $?"; }
url=$(sed -n 's/^url="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$SLUICE_VAR/config/database-manager.ini")
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$url" -c "$1"; }

printf '%s\n' 'apiVersion: sluice/v1' 'kind: Agreement' 'metadata: { name: held, tenant: t }' \
  'spec: { streams: { volume: "v*" }, objective: { latency: [ { statistic: p99, target: 50ms } ] } }' >"$scratch/held.yaml"
ctl apply -f "$scratch/held.yaml" >/dev/null || fail "the agreement is not taken"

clients=()
for ((i = 0; i < volumes; i++)); do
  start fio fio --name=c --ioengine=nbd --uri="nbd://127.0.0.1:$SLUICE_NBD_PORT/v$i" --rw=randread --bs=4k --size=8m --iodepth=2 \
    --rate_iops=100 --thread --time_based --runtime=3600
  clients+=("$pid")
done
streams_are_stored() { [ "$(sql 'SELECT count(DISTINCT stream) FROM samples' 2>/dev/null || echo 0)" -ge "$volumes" ]; }
wait_until 60 streams_are_stored

# hit NAME: kills it, waits a random moment, starts it again.
hit() {
  "$root/deploy/down" --only "$1" --kill >/dev/null || fail "$1 could not be killed"
  sleep "$((RANDOM % 3)).$((RANDOM % 10))"
  up --only "$1" >"$scratch/up.log" 2>&1 || { cat "$scratch/up.log"; fail "$1 could not be started again"; }
}
victims=(database-manager application-server postgres)
for ((round = 1; round <= rounds; round++)); do
  sleep "$((1 + RANDOM % 4)).$((RANDOM % 10))"
  victim=${victims[$((RANDOM % 3))]}
  echo "round $round: $victim"
  hit "$victim"
done

# What is measured now is stored: everything before it was, or is lost.
after=$(date +%s)
later_is_stored() { [ "$(sql "SELECT count(*) FROM samples WHERE second > to_timestamp($after + 2)" 2>/dev/null || echo 0)" -ge "$volumes" ]; }
wait_until 120 later_is_stored
spool_is_empty() { ! find "$SLUICE_VAR/spool" -name 'r*-*' | grep -q .; }
wait_until 120 spool_is_empty
for client in "${clients[@]}"; do kill "$client" 2>/dev/null || true; done
verdicts_are_there() { [ "$(sql 'SELECT count(*) FROM verdicts')" -gt 0 ]; }
wait_until 120 verdicts_are_there

# Each sample has a number: the rows of a stream and life of its gateway follow each other without a gap.
summary="SELECT count(*), count(*) FILTER (WHERE first_sequence > before + 1), count(*) FILTER (WHERE first_sequence <= before),
  count(*) FILTER (WHERE samples <> last_sequence - first_sequence + 1) FROM (SELECT *, lag(last_sequence) OVER
  (PARTITION BY stream, incarnation ORDER BY first_sequence) AS before FROM (SELECT stream, incarnation, first_sequence, last_sequence,
  samples FROM samples WHERE second <= to_timestamp($after + 2) UNION ALL SELECT stream, incarnation, first_sequence, last_sequence, samples
  FROM late_samples) AS every) AS row"
IFS='|' read -r rows gaps overlaps short <<<"$(sql "$summary")"
echo "rows $rows, after a gap $gaps, doubled $overlaps, with samples missing $short, late $(sql 'SELECT count(*) FROM late_samples')"
[ "$gaps" = 0 ] || fail "$gaps rows follow a gap: samples were lost"
[ "$overlaps" = 0 ] || fail "$overlaps rows hold samples that another one holds"
[ "$short" = 0 ] || fail "$short rows lack samples"
python3 "$root/tests/system/chain_check.py" "$url" || fail "a chain does not hold"
[ "$(sql "SELECT count(*) FROM (SELECT agreement, point, since FROM verdicts GROUP BY 1, 2, 3 HAVING count(*) > 1) AS x")" = 0 ] ||
  fail "an interval was judged twice"
