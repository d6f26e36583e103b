# The contended device and the two unmodified clients of the demo. Sourced by deploy/demo.

device_socket=$var/run/device
[ ${#device_socket} -le 100 ] || device_socket=/tmp/sluice-device-$instance
slice_bytes=$((1 << 30)) # as in demo.d/gateway.ini

# start_device: eight servers of 1 ms on one connection, about 8,000 I/Os per second; its threads are per connection, and
# the gateway makes one.
start_device() {
  local deadline=$((SECONDS + 5))
  rm -f "$device_socket"
  start device nbdkit -f -t 8 -U "$device_socket" memory size=$((2 * slice_bytes)) --filter=delay rdelay=1ms wdelay=1ms
  until [ -S "$device_socket" ]; do
    ((SECONDS < deadline)) || { show_end_of_log device; fail 3 "nbdkit did not start"; }
    sleep 0.05
  done
}

# write_gateway_configuration FILE: one backend, the device; two volumes, slices of it.
write_gateway_configuration() {
  python3 "$root/deploy/instance/derive.py" "$root/deploy/demo.d/gateway.ini" "$1" \
    backend.device.uri="\"nbd+unix:///?socket=$device_socket\""
}

# run_client NAME DIRECTORY SECONDS OPTION...: one fio on the volume NAME; per-request latencies in NAME_lat.log. Takes the
# place of the shell it runs in, so that who ends that ends fio.
run_client() {
  local name=$1 directory=$2 seconds=$3
  shift 3
  cd "$directory"
  exec fio --output="$name.json" --output-format=json --name="$name" --ioengine=nbd \
    --uri="nbd://127.0.0.1:$nbd_port/$name" --rw=randread --bs=4k --size="$slice_bytes" --thread --group_reporting \
    --time_based --runtime="$seconds" --randrepeat=0 --write_lat_log="$name" --log_avg_msec=0 --log_unix_epoch=1 \
    --per_job_logs=0 "$@" >"$name.out" 2>&1
}

# The victim asks at a rate and does not wait for answers: the sum of eight Poisson clients is one of 2,000 IOPS. (One
# alone would not do: before it sleeps until its next request, fio waits for those that are out.)
run_oltp() { run_client oltp "$1" "$2" --numjobs=8 --iodepth=32 --rate_iops=250 --rate_process=poisson; }

# The neighbour always has 256 requests out.
run_batch() { run_client batch "$1" "$2" --numjobs=4 --iodepth=64; }

# start_both DIRECTORY SECONDS: the victim first, the burst 3 s later, both to the same end.
start_both() {
  local directory=$1 seconds=$2
  mkdir -p "$directory"
  rm -f "$directory"/*.log "$directory"/*.json
  run_oltp "$directory" $((seconds + 3)) &
  clients=$!
  sleep 3
  run_batch "$directory" "$seconds" &
  clients+=" $!"
}

# wait_for_both DIRECTORY [CODE]: until both have ended, each with 0 or CODE. Fails if one did not.
wait_for_both() {
  local directory=$1 allowed=${2:-0} name=oltp pid code result=0
  for pid in $clients; do
    code=0
    wait "$pid" || code=$?
    if [ $code -ne 0 ] && [ $code -ne "$allowed" ]; then
      result=1
      say "$name failed with $code:"
      tail -n 5 "$directory/$name.out"
    fi
    name=batch
  done
  clients=''
  return $result
}

# run_both DIRECTORY SECONDS: both to their end. Fails if a client saw an error.
run_both() {
  start_both "$1" "$2"
  wait_for_both "$1"
}

# end_both DIRECTORY: now; fio completes what is out and writes its results. Fails if a client had seen an error.
end_both() {
  local pid
  for pid in $clients; do
    kill -TERM "$pid" 2>/dev/null || true
  done
  wait_for_both "$1" 128 # how fio ends when it was told to
}
