# Waits until an instance serves: bounded, with progress, and with the log of what failed. Sourced after process.sh.

ready_patience_seconds=60 # about 3 s on a quiet machine; a loaded one may need many times that

# api PATH: the body of the answer, or failure. The token is read by curl from a file, so it stands in no argument.
api() {
  curl -s --max-time 2 -H @<(printf 'Authorization: Bearer %s\n' "$(cat "$var/run/token" 2>/dev/null)") \
    "http://127.0.0.1:$http_port$1"
}

# still_missing: one word for each thing that is not ready yet; nothing when all is.
still_missing() {
  local body name
  for name in "${processes[@]}"; do
    pid_of "$name" >/dev/null || printf '%s ' "$name"
  done
  body=$(api /readyz) || { printf 'http '; return; }
  case $body in
    *'"status":"ready"'* | *'"status":"degraded"'*) ;;
    *) printf 'readyz '; return ;;
  esac
  case $(api /api/v1/gateways) in
    *'"connected":true'*) ;;
    *) printf 'gateway-control ' ;;
  esac
  (: <"/dev/tcp/127.0.0.1/$nbd_port") 2>/dev/null || printf 'nbd '
}

# wait_until_ready: fails with the log of a process that ended, or with what is missing when the time is over.
wait_until_ready() {
  local deadline=$((SECONDS + ready_patience_seconds)) missing='' before='-' name
  while :; do
    for name in "${processes[@]}"; do
      pid_of "$name" >/dev/null && continue
      printf 'deploy: %s ended\n' "$name" >&2
      show_end_of_log "$name"
      return 1
    done
    missing=$(still_missing)
    [ -n "$missing" ] || return 0
    [ "$missing" = "$before" ] || say "waiting for: $missing"
    before=$missing
    if ((SECONDS >= deadline)); then
      printf 'deploy: not ready within %s s: %s\n' "$ready_patience_seconds" "$missing" >&2
      api /readyz >&2 || true
      return 1
    fi
    sleep 0.2
  done
}
