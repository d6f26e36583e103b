#!/bin/bash
# An upstream server that demands TLS (nbds://, here with pre-shared keys) is served; a wrong key or none is refused at start.
source "$(dirname "$0")/setup.sh"
require nbdkit nbdcopy nbdinfo
nbdkit --dump-config | grep -q '^tls=yes' || { echo "skipped: nbdkit has no TLS"; exit 77; }
key() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
printf 'gateway:%s\n' "$(key)" >"$scratch/right.psk"
printf 'gateway:%s\n' "$(key)" >"$scratch/wrong.psk"
dd if=/dev/urandom of="$scratch/array.img" bs=1M count=16 status=none
start nbdkit nbdkit -f -U "$scratch/upstream.sock" --tls=require --tls-psk="$scratch/right.psk" file "$scratch/array.img"
address="//gateway@/?socket=$scratch/upstream.sock"
wait_until 20 listens "nbds+unix:$address&tls-psk-file=$scratch/right.psk"

# ini URI: a gateway in front of it.
ini() {
  printf '[backend.array]\nkind="nbd"\nuri="%s"\nconnections=2\n[volume.vol]\nbackend="array"\n' "$1"
}
for uri in "nbd+unix:$address" "nbds+unix:$address&tls-psk-file=$scratch/wrong.psk"; do
  { printf '[gateway]\nlisten=["unix:%s"]\n' "$scratch/never.sock" && ini "$uri"; } >"$scratch/refused.ini"
  refused 3 'backend array: cannot connect to nbd' "$bin/sluice-gateway" --config-file="$scratch/refused.ini"
done
ini "nbds+unix:$address&tls-psk-file=$scratch/right.psk" >"$scratch/volume.ini"
start_gateway unix <"$scratch/volume.ini"
nbdcopy "$(volume_uri vol)" "$scratch/copy.img"
cmp "$scratch/array.img" "$scratch/copy.img" || fail "other bytes came out"
stop_gateway
