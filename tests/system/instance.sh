#!/bin/bash
# deploy/up is ready within 20 s, a second one changes nothing, one process can be started again, deploy/down ends it all.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
source "$root/tests/system/instance_setup.sh"

began=$SECONDS
up >"$scratch/up.log" 2>&1 || { cat "$scratch/up.log"; fail "deploy/up ended with $?"; }
[ $((SECONDS - began)) -le 20 ] || fail "ready only after $((SECONDS - began)) s"
grep -q "Sluice is ready" "$scratch/up.log" || fail "deploy/up does not say that it is ready"
listens "nbd://127.0.0.1:$SLUICE_NBD_PORT/scratch" || fail "the volume is not served"
ctl get gateways | grep -q gw1 || fail "the gateway is not listed"

declare -A before
for name in $server_processes gateway postgres; do before[$name]=$(process_id "$name"); done
up >"$scratch/again.log" || fail "the second deploy/up ended with $?"
grep -q "running already" "$scratch/again.log" || fail "the second deploy/up does not say that it runs already"
up --only sla-core >/dev/null || fail "one process could not be started again"
for name in $server_processes gateway postgres; do
  if [ "$name" = sla-core ]; then
    [ "${before[$name]}" != "$(process_id "$name")" ] || fail "$name was not started again"
  else
    [ "${before[$name]}" = "$(process_id "$name")" ] || fail "$name was started again"
  fi
done
before[sla-core]=$(process_id sla-core)

"$root/deploy/down" >/dev/null || fail "deploy/down ended with $?"
for name in "${!before[@]}"; do ended "${before[$name]}" || fail "deploy/down left $name running"; done
up >/dev/null || fail "deploy/up after deploy/down ended with $?"
