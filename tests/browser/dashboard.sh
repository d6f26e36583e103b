#!/bin/bash
# The dashboard in Debian's Chromium on a whole instance with real traffic: dashboard.sh PART, see README.md.
# SLUICE_PICTURES=DIRECTORY keeps a picture of each page. What npm has to bring is put beside the build, once.
source "$(dirname "${BASH_SOURCE[0]}")/../system/setup.sh"
require fio chromium node npm
source "$root/tests/system/instance_setup.sh"

# The packages of package-lock.json, by their digests; without network and cache there is nothing to test with.
packages=$SLUICE_BUILD/browser
mkdir -p "$packages"
cp "$root"/tests/browser/{package.json,package-lock.json,.npmrc} "$packages/"
if [ ! -f "$packages/node_modules/installed" ] || ! cmp -s "$packages/package-lock.json" "$packages/node_modules/installed"; then
  (cd "$packages" && npm ci --silent) >"$scratch/npm.log" 2>&1 || { cat "$scratch/npm.log"; echo "skipped: npm cannot bring playwright-core and axe-core"; exit 77; }
  cp "$packages/package-lock.json" "$packages/node_modules/installed"
fi
cp "$root"/tests/browser/*.mjs "$packages/"

# What is waited for: the client's stream is there, and its first row can be read.
stream_is_there() { api /streams | grep -q '"stream":"gw1/scratch/127.0.0.1"'; }
stored() { api "/streams/gw1/scratch/127.0.0.1/history?from=-1h" | grep -q '"at"'; }
# api PATH: the body of the answer; the token stands in no argument.
api() { curl -s --max-time 5 -H @<(printf 'Authorization: Bearer %s\n' "$(cat "$SLUICE_VAR/run/token")") "$SLUICE_URL/api/v1$1"; }

# begin_traffic: one client, an agreement that it keeps within, and an operator's limit that holds it back.
begin_traffic() {
  start fio fio --name=try --ioengine=nbd --uri="nbd://127.0.0.1:$SLUICE_NBD_PORT/scratch" --rw=randrw --bs=4k --size=64M --thread \
    --time_based --runtime=3000 --rate_iops=200,100 --iodepth=4 --output="$scratch/fio.out"
  wait_until 60 stream_is_there
  ctl apply -f - >/dev/null <<YAML
apiVersion: sluice/v1
kind: Agreement
metadata: { name: scratch-gold, tenant: acme }
spec:
  streams: { gateway: "*", volume: scratch, client: "*" }
  objective:
    reservation: { iops: 50 }
    limit: { iops: 150 }
    tier: gold
    latency:
      - { statistic: mean, target: 5s, up_to: { iops: 40 } }
      - { statistic: p99, target: 5s }
    compliance: { interval: 1s, target: 99%, window: calendar-month }
YAML
  wait_until 60 stored
}

# begin_neighbour: another tenant's client on another volume of the same backend, under an agreement of its own.
begin_neighbour() {
  start neighbour fio --name=other --ioengine=nbd --uri="nbd://127.0.0.1:$SLUICE_NBD_PORT/other" --rw=randread --bs=4k --size=64M --thread \
    --time_based --runtime=3000 --rate_iops=100 --output="$scratch/neighbour.out"
  ctl apply -f - >/dev/null <<YAML
apiVersion: sluice/v1
kind: Agreement
metadata: { name: other-bronze, tenant: globex }
spec:
  streams: { gateway: "*", volume: other, client: "*" }
  objective: { reservation: { iops: 50 }, tier: bronze }
YAML
  wait_until 60 neighbour_is_there
}
neighbour_is_there() { api /streams | grep -q '"stream":"gw1/other/127.0.0.1"'; }

# What a part needs of the gateway that deploy/config does not have.
case $1 in
  roles) { cat "$root/deploy/config/gateway.ini"; printf '\n[volume.other]\nbackend="scratch"\n'; } >"$scratch/gateway.ini" ;;
  many) sed 's/^;max-streams=.*/max-streams=12000/' "$root/deploy/config/gateway.ini" >"$scratch/gateway.ini" ;;
esac
[ ! -f "$scratch/gateway.ini" ] || export SLUICE_GATEWAY_INI=$scratch/gateway.ini
up >"$scratch/up.log" 2>&1 || { cat "$scratch/up.log"; fail "deploy/up ended with $?"; }
export SLUICE_URL=http://127.0.0.1:$SLUICE_HTTP_PORT SLUICE_TOKEN_FILE=$SLUICE_VAR/run/token
export SLUICE_STREAM=gw1/scratch/127.0.0.1 SLUICE_AGREEMENT=scratch-gold SLUICE_BACKEND=scratch
export SLUICE_KILL="kill -KILL $(process_id application-server)"
export SLUICE_START="'$root/deploy/up' --only application-server"
[ "$1" = empty ] || [ "$1" = verdicts ] || begin_traffic
[ "$1" != roles ] || begin_neighbour
[ "$1" != many ] || python3 "$root/tests/browser/many_clients.py" "$SLUICE_NBD_PORT" 10000
cd "$packages"
node "$1.mjs"
