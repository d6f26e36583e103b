# What an instance is: its directory, its ports, its processes and their names. Starts and stops nothing. Sourced.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
var=$(realpath -m "${SLUICE_VAR:-$root/var}")
build=${SLUICE_BUILD:-release}
case $build in
  /*) build_directory=$build ;;
  *) build_directory=$root/build/$build ;;
esac
bin=$build_directory/bin
http_port=${SLUICE_HTTP_PORT:-8080}
control_port=${SLUICE_CONTROL_PORT:-4747}
nbd_port=${SLUICE_NBD_PORT:-10809}
# Segments of several instances live side by side by this name.
instance=up-$(printf '%s' "$var" | cksum | cut -d ' ' -f 1)

# The order in which they are started; down goes the other way round.
processes=(database-manager sla-core performance-monitor application-server gateway)
declare -A program=(
  [database-manager]=sluice-database-manager
  [sla-core]=sluice-core
  [performance-monitor]=sluice-performance-monitor
  [application-server]=sluice-application-server
  [gateway]=sluice-gateway
)

# say SENTENCE: progress, on standard output.
say() { printf '%s\n' "$*"; }

# fail CODE SENTENCE: why it ends, on standard error.
fail() {
  local code=$1
  shift
  printf 'deploy: %s\n' "$*" >&2
  exit "$code"
}

# require_port NAME VALUE: refuses what is no TCP port.
require_port() {
  [[ $2 =~ ^[0-9]{1,5}$ ]] && ((10#$2 >= 1 && 10#$2 <= 65535)) || fail 2 "$1 must be a port from 1 to 65535, not '$2'"
}
require_port SLUICE_HTTP_PORT "$http_port"
require_port SLUICE_CONTROL_PORT "$control_port"
require_port SLUICE_NBD_PORT "$nbd_port"
