#!/bin/bash
# Who has no TLS, no certificate, or one of another authority is refused where that is required; whom TLS is offered may do
# without; and a gateway whose keys are not as they should be says so.
source "$(dirname "$0")/setup.sh"
source "$root/tests/system/tls_setup.sh"
require qemu-img
ours=$scratch/ours theirs=$scratch/theirs forged=$scratch/forged/ours nobody=$scratch/nobody
authority "$ours"
authority "$theirs"
mkdir "$scratch/forged"
authority "$forged" # calls itself by the same name
mkdir "$nobody" # trusts us, is nobody
cp "$ours/ca-cert.pem" "$nobody"
cp "$ours/ca-cert.pem" "$theirs"
cp "$ours/ca-cert.pem" "$forged"
mkdir "$scratch/server" # a server's certificate is none of a client
cp "$ours/ca-cert.pem" "$scratch/server"
cp "$ours/server-cert.pem" "$scratch/server/client-cert.pem"
cp "$ours/server-key.pem" "$scratch/server/client-key.pem"
mkdir "$scratch/nameless" # a name that no stream may have
cp "$ours/ca-cert.pem" "$scratch/nameless"
certificate "$scratch/nameless" client "$ours" 'cn=a/b' tls_www_client signing_key

identity=("certificate=\"$ours/server-cert.pem\"" "key=\"$ours/server-key.pem\"")
from() { # DIRECTORY
  echo "nbds://127.0.0.1:$nbd_port/vol?tls-certificates=$1"
}
said_more() { # PATTERN LINES
  [ "$(grep -cE -- "$1" "$scratch/gateway.log")" -gt "$2" ]
}
refuses() { # PATTERN URI
  local before
  before=$(grep -cE -- "client-refused .*$1" "$scratch/gateway.log") || true
  ! timeout 20 nbdinfo --size "$2" >"$scratch/client.log" 2>&1 || fail "it was served: $2"
  wait_until 10 said_more "client-refused .*$1" "$before"
}

serve_tls tcp 'mode="required"' "${identity[@]}" "client-ca=\"$ours/ca-cert.pem\""
plain=nbd://127.0.0.1:$nbd_port/vol
refuses 'TLS is required' "$plain"
grep -qi 'TLS' "$scratch/client.log" || fail "the client did not learn why: $(cat "$scratch/client.log")"
! qemu-img info "$plain" >"$scratch/qemu.log" 2>&1 || fail "QEMU was served in clear"
grep -qi 'TLS' "$scratch/qemu.log" || fail "QEMU did not learn why: $(cat "$scratch/qemu.log")"
refuses 'TLS: Certificate is required' "$(from "$nobody")"
refuses 'TLS: Certificate is required' "$(from "$theirs")" # GnuTLS keeps back what we did not ask for
refuses 'TLS: Error in the certificate verification' "$(from "$forged")"
refuses 'TLS: Error in the certificate verification' "$(from "$scratch/server")"
refuses 'no valid client name' "$(from "$scratch/nameless")"
[ "$(nbdinfo --size "$(from "$ours")")" = $((64 << 20)) ] || fail "it serves no more"
stop_gateway

serve_tls tcp 'mode="allowed"' "${identity[@]}" "client-ca=\"$ours/ca-cert.pem\"" 'verify=false'
[ "$(nbdinfo --size "nbd://127.0.0.1:$nbd_port/vol")" = $((64 << 20)) ] || fail "not served in clear"
[ "$(nbdinfo --size "$(from "$nobody")")" = $((64 << 20)) ] || fail "not served without a certificate"
wait_until 10 logged 'client-connected .*gw-test/vol/127\.0\.0\.1 .*tls='
[ "$(nbdinfo --size "$(from "$ours")")" = $((64 << 20)) ] || fail "not served with a certificate"
wait_until 10 logged 'client-connected .*gw-test/vol/alice .*tls='
refuses 'TLS: Error in the certificate verification' "$(from "$forged")"
stop_gateway

serve_tls tcp 'mode="off"' "${identity[@]}"
! nbdinfo --size "$(from "$nobody")" >"$scratch/off.log" 2>&1 || fail "TLS although it is off"
[ "$(nbdinfo --size "nbd://127.0.0.1:$nbd_port/vol")" = $((64 << 20)) ] || fail "not served in clear"
stop_gateway

# What is wrong with the files is said at once: 3 at a start, 2 by --check-config.
wrong() { # PATTERN LINE...
  local pattern=$1
  shift
  printf '%s\n' '[gateway]' "listen=[\"unix:$scratch/wrong.sock\"]" '[tls]' 'mode="required"' "$@" '[backend.disk]' \
    'kind="memory"' 'size="1MiB"' '[volume.vol]' 'backend="disk"' >"$scratch/wrong.ini"
  refused 3 "$pattern" "$bin/sluice-gateway" --config-file="$scratch/wrong.ini"
  refused 2 "wrong.ini: tls.*$pattern" "$bin/sluice-gateway" --config-file="$scratch/wrong.ini" --check-config
}
wrong 'nowhere.pem: cannot be read: No such file' 'certificate="/nowhere.pem"' "key=\"$ours/server-key.pem\""
wrong 'nowhere.psk: cannot be read: No such file' 'psk-file="/nowhere.psk"'
wrong 'client-key.pem' "certificate=\"$ours/server-cert.pem\"" "key=\"$ours/client-key.pem\""
printf 'bob:00\n' >"$scratch/short.psk"
chmod 600 "$scratch/short.psk"
wrong 'short.psk: line 1: the key must have 16 to 64 bytes' "psk-file=\"$scratch/short.psk\""
chmod 644 "$ours/server-key.pem"
wrong 'server-key.pem: is a secret' "${identity[@]}"
chmod 640 "$ours/server-key.pem"
"$bin/sluice-gateway" --config-file="$scratch/wrong.ini" --check-config || fail "a group may have the key"
