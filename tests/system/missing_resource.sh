#!/bin/bash
# The gateway ends with 3 and one sentence when something it needs is missing or taken.
source "$(dirname "$0")/setup.sh"
require nbdinfo
ini=$scratch/wrong.ini
volume='[volume.vol]
backend="disk"'
memory='[backend.disk]
kind="memory"
size="1MiB"'
write() { printf '%s\n' "$@" >"$ini"; }
port=$(free_port)
listen="[gateway]
listen=[\"127.0.0.1:$port\"]"

write "$listen" '[backend.disk]' 'kind="file"' "path=\"$scratch/nowhere.img\"" "$volume"
refused 3 'nowhere\.img' "$bin/sluice-gateway" --config-file="$ini"

write "$listen" '[backend.disk]' 'kind="nbd"' "uri=\"nbd+unix:///?socket=$scratch/nobody.sock\"" "$volume"
refused 3 'nobody\.sock' "$bin/sluice-gateway" --config-file="$ini"

write "$listen" "$memory" "$volume" '[logger]' "file-verbosity='info'" "file-name=\"$scratch/no/such/directory/gw.log\""
refused 3 'no/such/directory' "$bin/sluice-gateway" --config-file="$ini"

truncate -s 1M "$scratch/small.img"
write "$listen" '[backend.disk]' 'kind="file"' "path=\"$scratch/small.img\"" "$volume" 'offset="512KiB"' 'size="1MiB"'
refused 3 'vol' "$bin/sluice-gateway" --config-file="$ini"

# The port is taken by another gateway, which is not disturbed.
serve memory tcp 1
write '[gateway]' "listen=[\"127.0.0.1:$nbd_port\"]" "$memory" "$volume"
refused 3 "$nbd_port" "$bin/sluice-gateway" --config-file="$ini"
still_serves
stop_gateway
