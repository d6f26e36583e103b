# Sourced after setup.sh by the scripts about TLS: an authority, certificates and pre-shared keys made for one run. Runs
# nothing itself.
# shellcheck shell=bash disable=SC2154 # scratch is of setup.sh
require certtool psktool nbdinfo

# certificate DIRECTORY NAME AUTHORITY LINE...: NAME-key.pem and NAME-cert.pem, signed by the authority in a directory.
certificate() {
  local directory=$1 name=$2 authority=$3
  shift 3
  certtool --generate-privkey --ecc --outfile "$directory/$name-key.pem" 2>/dev/null
  chmod 600 "$directory/$name-key.pem"
  printf '%s\n' expiration_days=1 "$@" >"$scratch/template"
  certtool --generate-certificate --load-privkey "$directory/$name-key.pem" --template "$scratch/template" \
    --load-ca-certificate "$authority/ca-cert.pem" --load-ca-privkey "$authority/ca-key.pem" \
    --outfile "$directory/$name-cert.pem" 2>"$scratch/certtool.log" || fail "certtool: $(cat "$scratch/certtool.log")"
}

# authority DIRECTORY: a new one, with a server's certificate for 127.0.0.1 and a client's for `alice`, under the names that
# libnbd and QEMU look for.
authority() {
  local directory=$1
  mkdir "$directory"
  certtool --generate-privkey --ecc --outfile "$directory/ca-key.pem" 2>/dev/null
  printf '%s\n' expiration_days=1 ca cert_signing_key "cn=authority $(basename "$directory")" >"$scratch/template"
  certtool --generate-self-signed --load-privkey "$directory/ca-key.pem" --template "$scratch/template" \
    --outfile "$directory/ca-cert.pem" 2>"$scratch/certtool.log" || fail "certtool: $(cat "$scratch/certtool.log")"
  certificate "$directory" server "$directory" cn=gateway tls_www_server signing_key dns_name=localhost ip_address=127.0.0.1
  certificate "$directory" client "$directory" cn=alice tls_www_client signing_key
}

# pre_shared_keys FILE USER...: one key for each.
pre_shared_keys() {
  local file=$1 user
  shift
  for user in "$@"; do psktool --username "$user" --pskfile "$file" >/dev/null; done
}

# serve_tls tcp|unix LINE...: a gateway with the volume `vol` of 64 MiB and these lines in its section [tls].
serve_tls() {
  local way=$1
  shift
  printf '%s\n' '[tls]' "$@" '[backend.disk]' 'kind="memory"' 'size="64MiB"' '[volume.vol]' 'backend="disk"' \
    >"$scratch/sections.ini"
  start_gateway "$way" <"$scratch/sections.ini" # no pipe: its end would be another shell
}

# logged PATTERN: whether the gateway has said so (grep -E).
logged() {
  grep -qE -- "$1" "$scratch/gateway.log"
}
