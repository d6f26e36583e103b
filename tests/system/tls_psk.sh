#!/bin/bash
# With pre-shared keys libnbd's and QEMU's clients work through TLS over a Unix socket, and the user is the stream's client.
source "$(dirname "$0")/setup.sh"
source "$root/tests/system/tls_setup.sh"
require nbdcopy qemu-img qemu-io
mkdir "$scratch/keys" "$scratch/strangers"
pre_shared_keys "$scratch/keys/keys.psk" bob carol
pre_shared_keys "$scratch/strangers/keys.psk" bob
serve_tls unix 'mode="required"' "psk-file=\"$scratch/keys/keys.psk\""
of() { # USER DIRECTORY
  echo "nbds+unix://$1@/vol?socket=$nbd_socket&tls-psk-file=$scratch/$2/keys.psk"
}

[ "$(nbdinfo --size "$(of bob keys)")" = $((64 << 20)) ] || fail "another size"
wait_until 10 logged 'client-connected .*gw-test/vol/bob .*tls=1\.3'
head -c $((64 << 20)) /dev/urandom >"$scratch/there.img"
nbdcopy --connections=4 "$scratch/there.img" "$(of carol keys)" || fail "nbdcopy there"
nbdcopy --connections=4 "$(of bob keys)" "$scratch/back.img" || fail "nbdcopy back"
cmp "$scratch/there.img" "$scratch/back.img" || fail "other bytes"
wait_until 10 logged 'client-connected .*gw-test/vol/carol '

creds=(--object "tls-creds-psk,id=creds,dir=$scratch/keys,endpoint=client,username=bob")
volume="driver=nbd,path=$nbd_socket,export=vol,tls-creds=creds"
qemu-img info "${creds[@]}" --image-opts "$volume" >"$scratch/info.log" 2>&1 || fail "qemu-img: $(cat "$scratch/info.log")"
qemu-io "${creds[@]}" --image-opts "$volume" -c 'write -P 0xaa 512 16776704' -c 'read -P 0xaa 512 16776704' -c 'flush' \
  >"$scratch/qemu-io.log" 2>&1 || fail "qemu-io: $(cat "$scratch/qemu-io.log")"
! grep -qiE 'fail|error|verification' "$scratch/qemu-io.log" || fail "$(cat "$scratch/qemu-io.log")"

! nbdinfo --size "$(of bob strangers)" >"$scratch/wrong.log" 2>&1 || fail "another key was taken"
! nbdinfo --size "$(of nobody keys)" >"$scratch/nobody.log" 2>&1 || fail "an unknown user was taken"
wait_until 10 logged 'client-refused .*TLS'
[ "$(nbdinfo --size "$(of bob keys)")" = $((64 << 20)) ] || fail "it serves no more"

# Other keys under the same name are in force with SIGHUP; bad ones change nothing.
cp -p "$scratch/keys/keys.psk" "$scratch/old.psk"
echo nonsense >"$scratch/keys/keys.psk"
kill -HUP "$gateway"
wait_until 10 logged 'reload-refused .*line 1: expected user:hexkey'
cp -p "$scratch/old.psk" "$scratch/keys/keys.psk"
[ "$(nbdinfo --size "$(of bob keys)")" = $((64 << 20)) ] || fail "bad keys were taken"
mv "$scratch/strangers/keys.psk" "$scratch/keys/keys.psk"
kill -HUP "$gateway"
wait_until 10 logged ' reloaded '
[ "$(nbdinfo --size "$(of bob keys)")" = $((64 << 20)) ] || fail "the new key is refused"
cp "$scratch/old.psk" "$scratch/strangers/keys.psk"
! nbdinfo --size "$(of bob strangers)" >"$scratch/wrong.log" 2>&1 || fail "the old key is still taken"
stop_gateway
