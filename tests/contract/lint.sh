#!/bin/bash
# The API's document, linted: lint.sh [DIRECTORY]. The linter comes from npm, once, into the directory (build/release/contract). 77 means that
# it is not to be had.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
packages=${1:-$root/build/release/contract}
for program in node npm; do
  command -v "$program" >/dev/null || { echo "skipped: $program is not installed"; exit 77; }
done

# The packages of package-lock.json, by their digests.
mkdir -p "$packages"
cp "$here"/{package.json,package-lock.json,.npmrc} "$packages/"
if [ ! -f "$packages/node_modules/installed" ] || ! cmp -s "$packages/package-lock.json" "$packages/node_modules/installed"; then
  (cd "$packages" && npm ci --silent) >"$packages/npm.log" 2>&1 || { cat "$packages/npm.log"; echo "skipped: npm cannot bring the linter"; exit 77; }
  cp "$packages/package-lock.json" "$packages/node_modules/installed"
fi
cp "$here"/{lint.mjs,redocly.yaml} "$packages/"
cd "$packages"
exec node lint.mjs redocly.yaml "$root/actors/application_server/web/api/v1/openapi.yaml"
