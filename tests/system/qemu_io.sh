#!/bin/bash
# qemu-io writes patterns, zeroes, discards, flushes and runs many requests at once; every byte is what was written last.
source "$(dirname "$0")/setup.sh"
require qemu-io nbdinfo
serve "${1:-memory}" "${2:-tcp}" 16

# io COMMAND...: each must succeed, whatever qemu-io ends with.
io() {
  local arguments=() command
  for command in "$@"; do arguments+=(-c "$command"); done
  qemu-io -f raw "${arguments[@]}" "$uri" >"$scratch/qemu-io.log" 2>&1 || fail "qemu-io ended with $?"
  ! grep -qiE 'fail|error|verification' "$scratch/qemu-io.log" || fail "$(cat "$scratch/qemu-io.log")"
}

io 'write -P 0xaa 0 1M' 'write -P 0xbb 1M 512' 'write -f -P 0xcc 1049088 3584' 'flush' \
   'read -P 0xaa 0 1M' 'read -P 0xbb 1M 512' 'read -P 0xcc 1049088 3584'
io 'read -P 0 2M 1M'
io 'write -z 512 4096' 'read -P 0xaa 0 512' 'read -P 0 512 4096' 'read -P 0xaa 4608 4096'
io 'write -z -u 64k 128k' 'read -P 0 64k 128k' 'read -P 0xaa 192k 64k'
io 'discard 512k 256k' 'flush' 'read -P 0xaa 256k 256k' 'read -P 0xaa 768k 256k'
# Odd places and lengths; 16 MiB less one block in one request.
io 'write -P 0x11 4194304 1536' 'read -P 0x11 4194304 1536' 'write -P 0x22 512 16776704' 'read -P 0x22 512 16776704'
io 'aio_write -P 0x01 0 256k' 'aio_write -P 0x02 256k 256k' 'aio_write -P 0x03 512k 256k' 'aio_write -z 768k 256k' \
   'aio_flush' 'aio_read -P 0x01 0 256k' 'aio_read -P 0x02 256k 256k' 'aio_read -P 0x03 512k 256k' \
   'aio_read -P 0 768k 256k' 'aio_flush'

# A check of the check: a wrong pattern is noticed.
qemu-io -f raw -c 'read -P 0x77 0 512' "$uri" >"$scratch/wrong.log" 2>&1 || true
grep -qi 'verification failed' "$scratch/wrong.log" || fail "a wrong pattern was not noticed"
stop_gateway
