#!/bin/bash
# sluicectl on a whole instance with PostgreSQL: tokens open what their role may see, contexts lead to the server, a file is
# compared with what is in force, an agreement is waited for, and who watches goes on after the server was started again.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
source "$root/tests/system/instance_setup.sh"
require fio jq
up >"$scratch/up.log" 2>&1 || { cat "$scratch/up.log"; fail "deploy/up ended with $?"; }
client=$bin/sluicectl
export HOME=$scratch/home
unset XDG_CONFIG_HOME SLUICE_SERVER SLUICE_TOKEN_FILE SLUICE_CONTEXT SLUICE_CA_FILE
mkdir "$HOME" "$scratch/work"
cd "$scratch/work" # where no var/run/token is

# says SENTENCE COMMAND...: what it prints must be exactly this.
says() {
  local wanted=$1 found
  shift
  found=$("$@") || fail "ended with $?: $*"
  [ "$found" = "$wanted" ] || fail "'$found' instead of '$wanted': $*"
}
# ends_with CODE COMMAND...
ends_with() {
  local wanted=$1 found=0
  shift
  "$@" >ended.log 2>&1 </dev/null || found=$?
  [ "$found" -eq "$wanted" ] || { cat ended.log; fail "exit code $found instead of $wanted: $*"; }
}

# --- contexts and tokens ---
url=http://127.0.0.1:$SLUICE_HTTP_PORT
says "context lab made" "$client" context set lab --server "$url" --token-file "$SLUICE_VAR/run/token"
says ready "$client" wait ready --timeout 20s
refused 1 'token' "$client" --server "http://localhost:$SLUICE_HTTP_PORT" get streams # the token is for the context's address

"$client" token create --role viewer --label "for looking" >"$PWD/viewer" 2>"$PWD/viewer.said"
chmod 600 "$PWD/viewer"
grep -qE '^slc_[^ ]{8}_[^ ]{43}$' "$PWD/viewer" || fail "this is no token"
! grep -qf "$PWD/viewer" "$PWD/viewer.said" || fail "the secret is told twice"
"$client" token create --role customer --tenant acme --label portal --for 90d --file "$PWD/customer" | grep -q "customer of acme, for portal, until 20" \
  || fail "the customer's token is not told"
[ "$(stat -c %a "$PWD/customer")" = 600 ] || fail "others can read the customer's token"
refused 2 'File exists' "$client" token create --role viewer --label again --file "$PWD/customer"
"$client" context set viewer --server "$url" --token-file "$PWD/viewer" >/dev/null
"$client" context set customer --server "$url" --token-file "$PWD/customer" >/dev/null
! grep -rqf "$PWD/viewer" "$SLUICE_VAR/log" "$HOME" || fail "a secret stands in a log or in the contexts file"
"$client" --context viewer get gateways >/dev/null || fail "a viewer does not see the gateways"
refused 1 'role' "$client" --context viewer token list
refused 1 'role' "$client" --context customer get gateways

agreement() { # NAME TENANT LIMIT_IOPS
  cat <<YAML
apiVersion: sluice/v1
kind: Agreement
metadata: { name: $1, tenant: $2 }
spec:
  streams: { gateway: "*", volume: scratch, client: "*" }
  objective:
    limit: { iops: $3 }
    latency: [{ statistic: mean, target: 5s }]
    compliance: { interval: 1s, target: 99%, window: calendar-month }
YAML
}

# --- differences, directories ---
mkdir agreements
agreement ours acme 400 >agreements/a.yaml
agreement theirs other 400 | sed 's/volume: scratch/volume: none/' >agreements/b.yaml
ends_with 1 "$client" diff -f agreements
grep -q 'agreement ours (agreements/a.yaml:1) is not in force:' ended.log || fail "$(cat ended.log)"
[ "$("$client" apply -f agreements | grep -c created)" = 2 ] || fail "not both were established"
ends_with 0 "$client" diff -f agreements
[ ! -s ended.log ] || fail "equal files differ: $(cat ended.log)"
sed -i 's/400/300/; s/interval: 1s/interval: 1000ms/' agreements/a.yaml # the second means the same
ends_with 1 "$client" diff -f agreements
[ "$(tail -n +2 ended.log)" = "  ~ spec.objective.limit.iops: 400 -> 300" ] || fail "$(cat ended.log)"
"$client" get agreements -o yaml >all.yaml
ends_with 0 "$client" diff -f all.yaml
refused 2 'spec\.objective\.limit\.iops' "$client" diff -f <(agreement ours acme '"many"')
[ "$("$client" --context customer get agreements -o json | jq -r '.items[].metadata.name')" = ours ] || fail "a customer sees other than its own"

# --- waiting and watching, across a restart ---
start fio fio --name=busy --ioengine=nbd --uri="nbd://127.0.0.1:$SLUICE_NBD_PORT/scratch" --rw=randread --bs=4k --iodepth=1 --size=64M --thread \
  --rate_iops=50 --time_based --runtime=600 --output="$scratch/fio.out"
says kept "$client" wait agreement ours --for=kept --timeout 60s
refused 1 'there is no agreement nobody' "$client" wait agreement nobody --timeout 200ms
"$client" describe agreement ours | grep -qE '^Now: +kept' || fail "describe does not say that it is kept"

start watching "$client" watch "streams?agreement=ours" events -o json
watching=$pid
start following "$client" events --follow
following=$pid
hears() { grep -q "$1" "$scratch/$2.log"; }
wait_until 30 hears '"topic":"streams?agreement=ours"' watching
wait_until 30 hears 'agreement-established' following
"$client" apply -f agreements/a.yaml >/dev/null
wait_until 30 hears '"kind":"agreement-established","subject":"ours"' watching
up --only application-server >/dev/null || fail "the application server could not be started again"
wait_until 60 hears 'connected again' watching
wait_until 60 hears 'connected again' following
"$client" wait ready --timeout 30s >/dev/null || fail "not ready again"
agreement later acme 500 | sed 's/volume: scratch/volume: none/' >later.yaml
"$client" apply -f later.yaml >/dev/null || fail "nothing can be established after the restart"
wait_until 30 hears 'agreement-established  *later' following
wait_until 30 hears '"subject":"later"' watching
[ "$(grep -c 'agreement-established  *later' "$scratch/following.log")" = 1 ] || fail "an event was told twice"
! ended "$watching" && ! ended "$following" || fail "who watches ended with the server"

# --- completion, and the end of a token ---
[ "$("$client" __complete -- "sluicectl report la")" = $'words\nlater' ] || fail "names are not completed"
[ "$("$client" __complete -- "sluicectl --context customer report ")" = $'words\nlater\nours' ] || fail "a customer is offered others' names"
id=$(cut -c 5-12 viewer)
says "token $id revoked" "$client" token revoke "$id"
refused 1 'does not know the token' "$client" --context viewer get gateways
"$client" token list -o json | jq -e --arg id "$id" '.items[] | select(.id == $id) | .good == false' >/dev/null || fail "the list calls it good"
