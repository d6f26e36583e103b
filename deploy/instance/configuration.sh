# Derives an instance's configuration from deploy/config: its directory, its ports, its name. Sourced after postgres.sh.

# derive_configuration: writes $var/config/*.ini anew.
derive_configuration() {
  local url=${SLUICE_DATABASE_URL:-$(database_url)} database=()
  [ -z "${SLUICE_DATABASE_PASSWORD_FILE:-}" ] ||
    database+=(database-manager.password-file="\"$(realpath "$SLUICE_DATABASE_PASSWORD_FILE")\"")
  derive database-manager shm.instance="\"$instance\"" database-manager.url="\"$url\"" \
    database-manager.schema-directory="\"$root/deploy/schema\"" database-manager.spool-directory="\"$var/spool\"" \
    database-manager.signing-key="\"$var/evidence/signing-key\"" "${database[@]}"
  derive sla-core shm.instance="\"$instance\""
  derive performance-monitor shm.instance="\"$instance\"" performance-monitor.port="$control_port"
  derive application-server shm.instance="\"$instance\"" application-server.port="$http_port" \
    application-server.token-file="\"$var/run/token\"" application-server.web-directory="\"$root/actors/application_server/web\""
  derive gateway control.port="$control_port" gateway.listen="[\"127.0.0.1:$nbd_port\"]"
}

derive() {
  local source=$root/deploy/config/$1.ini
  [ "$1" != gateway ] || source=${SLUICE_GATEWAY_INI:-$source}
  python3 "$root/deploy/instance/derive.py" "$source" "$var/config/$1.ini" "${@:2}"
}
