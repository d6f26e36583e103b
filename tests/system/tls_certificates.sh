#!/bin/bash
# With certificates libnbd's and QEMU's clients work through TLS, and the name in the client's certificate is the stream's.
source "$(dirname "$0")/setup.sh"
source "$root/tests/system/tls_setup.sh"
require nbdcopy qemu-img qemu-io
ours=$scratch/ours
authority "$ours"
serve_tls tcp 'mode="required"' "certificate=\"$ours/server-cert.pem\"" "key=\"$ours/server-key.pem\"" \
  "client-ca=\"$ours/ca-cert.pem\""
uri="nbds://127.0.0.1:$nbd_port/vol?tls-certificates=$ours"

[ "$(nbdinfo --size "$uri")" = $((64 << 20)) ] || fail "another size"
nbdinfo "$uri" | grep -q 'protocol: newstyle-fixed with TLS' || fail "no TLS"
nbdinfo --list "nbds://127.0.0.1:$nbd_port/?tls-certificates=$ours" | grep -q vol || fail "no list"
nbdinfo --map "$uri" | grep -q hole || fail "no holes"
wait_until 10 logged 'client-connected .*gw-test/vol/alice .*tls=1\.3 cipher='

head -c $((64 << 20)) /dev/urandom >"$scratch/there.img"
nbdcopy --connections=4 --requests=32 --flush "$scratch/there.img" "$uri" || fail "nbdcopy there"
nbdcopy --connections=4 "$uri" "$scratch/back.img" || fail "nbdcopy back"
cmp "$scratch/there.img" "$scratch/back.img" || fail "other bytes"

creds=(--object "tls-creds-x509,id=creds,dir=$ours,endpoint=client")
volume="driver=nbd,host=127.0.0.1,port=$nbd_port,export=vol,tls-creds=creds"
qemu-img compare "${creds[@]}" --image-opts "driver=raw,file.filename=$scratch/there.img" \
  "driver=raw,file.driver=nbd,file.host=127.0.0.1,file.port=$nbd_port,file.export=vol,file.tls-creds=creds" \
  >"$scratch/compare.log" 2>&1 || fail "qemu-img compare: $(cat "$scratch/compare.log")"
qemu-io "${creds[@]}" --image-opts "$volume" -c 'write -P 0xaa 512 16776704' -c 'write -z 4M 64k' -c 'discard 8M 1M' \
  -c 'aio_write -P 0x01 32M 4M' -c 'aio_write -P 0x02 36M 4M' -c 'aio_flush' -c 'flush' -c 'read -P 0xaa 512 4193792' \
  -c 'read -P 0 4M 64k' -c 'read -P 0x01 32M 4M' -c 'read -P 0x02 36M 4M' >"$scratch/qemu-io.log" 2>&1 \
  || fail "qemu-io: $(cat "$scratch/qemu-io.log")"
! grep -qiE 'fail|error|verification' "$scratch/qemu-io.log" || fail "$(cat "$scratch/qemu-io.log")"
stop_gateway
