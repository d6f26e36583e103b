#!/bin/bash
# A real Prometheus with deploy/monitoring's configuration on a whole instance: both targets are up, each rule is evaluated, each
# query of the dashboard is answered, and an agreement that cannot be kept raises the alert.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
require fio prometheus
source "$root/tests/system/instance_setup.sh"

metrics_port=$(free_port) prometheus_port=$(free_port)
sed "s/^\[metrics\]/&\nlisten=\"127.0.0.1:$metrics_port\"/" "$root/deploy/config/gateway.ini" >"$scratch/gateway.ini"
export SLUICE_GATEWAY_INI=$scratch/gateway.ini
up >"$scratch/up.log" 2>&1 || { cat "$scratch/up.log"; fail "deploy/up ended with $?"; }

start fio fio --name=try --ioengine=nbd --uri="nbd://127.0.0.1:$SLUICE_NBD_PORT/scratch" --rw=randread --bs=4k --size=64M --thread \
  --time_based --runtime=600 --rate_iops=200 --output="$scratch/fio.out"
ctl apply -f - >/dev/null 2>&1 <<YAML
apiVersion: sluice/v1
kind: Agreement
metadata: { name: hopeless, tenant: acme }
spec:
  streams: { gateway: "*", volume: scratch, client: "*" }
  objective:
    tier: gold
    latency: [{ statistic: p99, target: 1us }]
    compliance: { interval: 1s, target: 99%, window: calendar-month }
YAML

# As it is but for the addresses, and quicker: a test need not wait for what nobody waits for.
sed -e "s/127.0.0.1:8080/127.0.0.1:$SLUICE_HTTP_PORT/; s/127.0.0.1:9109/127.0.0.1:$metrics_port/; s/_interval: 10s/_interval: 1s/" \
  "$root/deploy/monitoring/prometheus.yaml" >"$scratch/prometheus.yaml"
cp "$root/deploy/monitoring/alerts.yaml" "$scratch/"
start prometheus prometheus --config.file="$scratch/prometheus.yaml" --storage.tsdb.path="$scratch/tsdb" --web.listen-address="127.0.0.1:$prometheus_port"
wait_until 60 curl -sf -o /dev/null "http://127.0.0.1:$prometheus_port/-/ready"
/usr/bin/python3 -B "$root/tests/system/prometheus_check.py" "http://127.0.0.1:$prometheus_port" "$root/deploy/monitoring/grafana.json" hopeless ||
  fail "see above"
