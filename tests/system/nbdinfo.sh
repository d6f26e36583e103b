#!/bin/bash
# nbdinfo finds the volume by name and in the list, with its size and what can be done to it.
source "$(dirname "$0")/setup.sh"
require nbdinfo jq
serve "${1:-memory}" "${2:-tcp}" 64

[ "$(nbdinfo --size "$uri")" = $((64 << 20)) ] || fail "another size"

nbdinfo --json "$uri" >"$scratch/info.json"
jq -e '.protocol == "newstyle-fixed"' "$scratch/info.json" >/dev/null || fail "not fixed newstyle"
jq -e '.exports[0] | .["export-size"] == 67108864 and .is_read_only == false and .can_flush and .can_fua
       and .can_trim and .can_zero and .can_fast_zero and .can_cache and .can_df and .can_multi_conn
       and .contexts == ["base:allocation"]
       and .block_size_minimum == 1 and .block_size_preferred == 4096 and .block_size_maximum == 33554432' \
  "$scratch/info.json" >/dev/null || fail "capabilities: $(cat "$scratch/info.json")"
jq -e '.structured' "$scratch/info.json" >/dev/null || fail "no structured replies"

nbdinfo --list --json "$(volume_uri '')" >"$scratch/list.json"
[ "$(jq -r '.exports[]["export-name"]' "$scratch/list.json")" = vol ] || fail "another list"

! nbdinfo --size "$(volume_uri nobody)" >"$scratch/nobody.log" 2>&1 || fail "a volume that does not exist was served"
still_serves
stop_gateway
