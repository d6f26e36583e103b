#!/bin/bash
# The containers of deploy/compose.yaml come up, take an agreement and serve fio. Skipped (77) where no engine answers.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
docker info >/dev/null 2>&1 || { echo "skipped: no Docker engine answers"; exit 77; }
require fio
compose=(docker compose)
"${compose[@]}" version >/dev/null 2>&1 || compose=(docker-compose)
require "${compose[0]}"
"$root/deploy/base-image" || { echo "skipped: there is no base image"; exit 77; }

SLUICE_HTTP_PORT=$(free_port) SLUICE_NBD_PORT=$(free_port)
export SLUICE_HTTP_PORT SLUICE_NBD_PORT
project=sluice-test-$$
in_project() { "${compose[@]}" -f "$root/deploy/compose.yaml" -p "$project" "$@"; }

end_project() {
  local code=$?
  if [ "$code" -ne 0 ]; then in_project logs --tail 20 >&2 || true; fi
  in_project down -v --timeout 20 >/dev/null 2>&1 || true
  set +e
  (exit "$code")
  clean_up
}
trap end_project EXIT

in_project build >"$scratch/build.log" 2>&1 || fail "the images could not be built"
in_project up -d >"$scratch/up.log" 2>&1 || fail "the containers could not be started"

ctl() { in_project exec -T application-server sluicectl "$@"; }
ready() { ctl wait ready --timeout 1s >/dev/null 2>&1; }
gateway_connected() { ctl get gateways -o json | grep -q '"connected": *true'; }
wait_until 60 ready
wait_until 30 gateway_connected

in_project exec -T application-server sh -c 'id -u; touch /nowhere' >"$scratch/inside.log" 2>&1 || true
grep -qx 10001 "$scratch/inside.log" || fail "the container does not run as its own user"
grep -qi 'read-only' "$scratch/inside.log" || fail "the container's root can be written to"

in_project exec -T sla-core sluice-sim check /usr/share/sluice/scenarios/03-shares.yaml || fail "the simulator is not in the image"

ctl apply -f - <<'TEXT' || fail "the agreement was refused"
apiVersion: sluice/v1
kind: Agreement
metadata: { name: capped, tenant: acme }
spec:
  streams: { gateway: "*", volume: scratch, client: "*" }
  objective: { limit: { iops: 500 }, weight: 1, tier: bronze }
TEXT
fio --name=capped --ioengine=nbd --uri="nbd://127.0.0.1:$SLUICE_NBD_PORT/scratch" --rw=randread --bs=4k --size=64M \
  --iodepth=16 --time_based --runtime=8 --ramp_time=2 --output-format=json --output="$scratch/fio.json" >"$scratch/fio.log" 2>&1 ||
  fail "fio saw an error"
python3 - "$scratch/fio.json" <<'TEXT' || fail "the limit of 500 IOPS is not in force"
import json, sys
text = open(sys.argv[1]).read()
iops = json.loads(text[text.index("{"):])["jobs"][0]["read"]["iops"]
print(f"{iops:.0f} IOPS under a limit of 500")
sys.exit(not 450 <= iops <= 550)
TEXT

# PostgreSQL has the seconds of this stream.
stored() {
  [ "$(in_project exec -T postgres bash -c 'exec /usr/lib/postgresql/*/bin/psql -X -A -t -h /run/sluice/postgres -d sluice \
    -c "SELECT count(*) >= 5 FROM samples"')" = t ]
}
wait_until 20 stored
