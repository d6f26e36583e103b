#!/bin/bash
# The running server against its document, on a whole instance with real traffic. 77 means that a package is missing.
source "$(dirname "${BASH_SOURCE[0]}")/../system/setup.sh"
require fio python3
python3 -c 'import jsonschema, yaml' 2>/dev/null || { echo "skipped: python3-jsonschema or python3-yaml is not installed"; exit 77; }
source "$root/tests/system/instance_setup.sh"

# api PATH: the body of the answer; the token stands in no argument.
api() { curl -s --max-time 5 -H @<(printf 'Authorization: Bearer %s\n' "$(cat "$SLUICE_VAR/run/token")") "$SLUICE_URL/api/v1$1"; }
# What is waited for: the client's stream is there and its backend, its first row can be read, and the agreement was judged.
stream_is_there() { api /streams | grep -q '"stream":"gw1/scratch/127.0.0.1"' && api /backends | grep -q '"backend":"scratch"'; }
stored() { api "/streams/gw1/scratch/127.0.0.1/history?from=-1h" | grep -q '"at"'; }
judged() { api "/agreements/scratch-gold/compliance?from=-1h" | grep -qE '"met":[1-9]'; }

up >"$scratch/up.log" 2>&1 || { cat "$scratch/up.log"; fail "deploy/up ended with $?"; }
export SLUICE_URL=http://127.0.0.1:$SLUICE_HTTP_PORT SLUICE_TOKEN_FILE=$SLUICE_VAR/run/token
start fio fio --name=try --ioengine=nbd --uri="nbd://127.0.0.1:$SLUICE_NBD_PORT/scratch" --rw=randrw --bs=4k --size=64M --thread \
  --time_based --runtime=3000 --rate_iops=100,50 --iodepth=4 --output="$scratch/fio.out"
wait_until 60 stream_is_there
ctl apply -f - >/dev/null <<YAML
apiVersion: sluice/v1
kind: Agreement
metadata: { name: scratch-gold, tenant: acme }
spec:
  streams: { gateway: "*", volume: scratch, client: "*" }
  objective:
    reservation: { iops: 50 }
    tier: gold
    latency:
      - { statistic: mean, target: 5s }
      - { statistic: p99, target: 5s }
    compliance: { interval: 1s, target: 99%, window: calendar-month }
YAML
wait_until 60 stored
wait_until 60 judged
PYTHONPATH=$root/tests/process python3 -B -m unittest discover -s "$root/tests/contract" -p "${1:-*_test.py}"
