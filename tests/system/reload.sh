#!/bin/bash
# SIGHUP under a verifying client: limits, volumes and backends change without a dropped connection; what is wrong or
# needs a restart changes nothing and is named in the log.
source "$(dirname "$0")/setup.sh"
require fio nbdinfo
serve memory unix 32 iops=20 # at that rate the client has something to do for three minutes
limits=$scratch/gateway.ini plain=$scratch/plain.ini
cp "$limits" "$plain"

logged() { [ "$(grep -c -- "$1" "$scratch/gateway.log")" -ge "$2" ]; }
hangup() { kill -HUP "$gateway"; }
exports() { nbdinfo --list "$(volume_uri '')" 2>/dev/null | grep -c '^export='; }

start fio bash -c 'cd "$1" && exec fio --name=verify --ioengine=nbd --uri="$2" --rw=randwrite --bsrange=512-64k --iodepth=16 \
  --size=32M --loops=2 --verify=crc32c --verify_fatal=1' fio "$scratch" "$uri"
fio=$pid
wait_until 20 logged client-connected 1

# Added ones are served, and a static limit is in force.
{ cat "$plain" && printf 'depth=8\n[backend.more]\nkind="memory"\nsize="1MiB"\n[volume.new]\nbackend="more"\nread-only=true\n'; } >"$limits"
hangup
wait_until 20 logged ' reloaded ' 1
[ "$(exports)" -eq 2 ] || fail "the added volume is not offered"
nbdinfo --is readonly "$(volume_uri new)" || fail "the added volume can be written"

# Mistakes: each is a line, and nothing changes.
{ cat "$plain" && printf 'depth="many"\nsise=7\n'; } >"$limits"
hangup
wait_until 20 logged 'reload-refused.*volume.vol.depth: expected a whole number' 1
wait_until 20 logged 'reload-refused.*volume.vol.sise: there is no such option' 1
sed 's/^name=.*/name="other"\nshards=3/' "$plain" >"$limits"
hangup
wait_until 20 logged 'reload-refused.*gateway.name: changed; needs a restart' 1
wait_until 20 logged 'reload-refused.*gateway.shards: changed; needs a restart' 1
sed 's/^size=.*/size="1MiB"/' "$plain" >"$limits"
hangup
wait_until 20 logged 'reload-refused.*backend disk: changed; needs a restart, or another name' 1
rm "$limits"
hangup
wait_until 20 logged 'reload-refused.*cannot be read or is empty' 1
[ "$(exports)" -eq 2 ] || fail "a refused reload changed the volumes"

# As at first: the other volume is gone.
cp "$plain" "$limits"
hangup
wait_until 20 logged ' reloaded ' 2
[ "$(exports)" -eq 1 ] || fail "the removed volume is still offered"
! listens "$(volume_uri new)" || fail "the removed volume can still be opened"


# Without a limit the same connection comes to its end: fio does not reconnect.
! ended "$fio" || fail "fio ended early"
sed -i '/^iops=/d' "$limits"
hangup
wait_until 20 logged ' reloaded ' 3
finish "$fio" || fail "the client noticed: fio ended with $?"
stop_gateway
