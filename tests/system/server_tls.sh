#!/bin/bash
# HTTPS of the application server: who is let in, certificates that are replaced while it runs, files that cannot be used.
source "$(dirname "$0")/setup.sh"
# shellcheck source=tests/system/tls_setup.sh
source "$(dirname "$0")/tls_setup.sh"
require curl openssl
ours=$scratch/ours theirs=$scratch/theirs
authority "$ours"
authority "$theirs"
mkdir "$scratch/shm" "$scratch/tls"

# in_place DIRECTORY: the certificate of this authority, put in place as certbot does it: by a rename.
in_place() {
  local part
  for part in key cert; do
    cp -p "$1/server-$part.pem" "$scratch/tls/$part.new"
    mv "$scratch/tls/$part.new" "$scratch/tls/$part.pem"
  done
}
serial() { openssl s_client -connect "127.0.0.1:$port" </dev/null 2>/dev/null | openssl x509 -noout -serial; }
get() { curl -sS --max-time 20 "$@"; }

in_place "$ours"
port=$(free_port)
arguments=(--application-server.port="$port" --application-server.token-file="$scratch/token" --shm.directory="$scratch/shm"
  --application-server.tls-certificate="$scratch/tls/cert.pem" --application-server.tls-key="$scratch/tls/key.pem")
refused 3 'others may read the key' bash -c 'chmod 644 "$0" && exec "$@"' "$scratch/tls/key.pem" "$bin/sluice-application-server" "${arguments[@]}"
in_place "$ours"
refused 2 'belong together' "$bin/sluice-application-server" "${arguments[@]::4}"
cp "$theirs/server-key.pem" "$scratch/tls/key.pem"
refused 3 'key' "$bin/sluice-application-server" "${arguments[@]}"
in_place "$ours"

start server "$bin/sluice-application-server" "${arguments[@]}"
server=$pid
is_ready() {
  ! ended "$server" || fail "it did not start: $(cat "$scratch/server.log")"
  grep -q ' ready ' "$scratch/server.log"
}
wait_until 20 is_ready
trusted=(--cacert "$ours/ca-cert.pem")
[ "$(get "${trusted[@]}" "https://localhost:$port/healthz")" = '{"status":"ok"}' ] || fail "no answer over TLS"
! get --cacert "$theirs/ca-cert.pem" "https://localhost:$port/healthz" 2>/dev/null || fail "another authority was trusted"
! get "http://localhost:$port/healthz" 2>/dev/null || fail "plain HTTP was answered"
! get "${trusted[@]}" --tls-max 1.1 --ciphers 'DEFAULT@SECLEVEL=0' "https://localhost:$port/healthz" 2>/dev/null || fail "TLS 1.1 was answered"
# A session's cookie never leaves the secure connection.
get "${trusted[@]}" -D "$scratch/head" -o /dev/null -H 'Content-Type: application/json' \
  --data "{\"token\": \"$(cat "$scratch/token")\"}" "https://localhost:$port/api/v1/session"
grep -i '^set-cookie:.*; *secure' "$scratch/head" >/dev/null || fail "the cookie is not for TLS alone: $(cat "$scratch/head")"

# A listener stays with what it began; who comes after a hang-up gets the new certificate.
old=$(serial)
get "${trusted[@]}" --max-time 60 -N -H "Authorization: Bearer $(cat "$scratch/token")" \
  "https://localhost:$port/api/v1/watch?topics=gateways" >"$scratch/events" 2>/dev/null &
listener=$!
started[$listener]=listener
wait_until 20 test -s "$scratch/events"
in_place "$theirs"
kill -HUP "$server"
is_new() { [ "$(serial)" != "$old" ]; }
wait_until 30 is_new
[ "$(get --cacert "$theirs/ca-cert.pem" "https://localhost:$port/healthz")" = '{"status":"ok"}' ] || fail "the new certificate is not trusted"
ended "$listener" && fail "the listener was cut off"
# Found without a hang-up, too; what cannot be used is said, and the one before stays.
echo nonsense >"$scratch/tls/cert.pem"
is_refused() { grep -q 'certificate-refused' "$scratch/server.log"; }
wait_until 30 is_refused
[ "$(get --cacert "$theirs/ca-cert.pem" "https://localhost:$port/healthz")" = '{"status":"ok"}' ] || fail "a wrong file ended TLS"
kill "$listener"
unset "started[$listener]"
kill -TERM "$server"
finish "$server" || fail "it ended with $?"
