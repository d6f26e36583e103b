// The changes of more than one counter.
#include "gateways/stats/stream_counters.hpp"

namespace sluice::gateway {

void stream_counters::completed(const completed_request& x) noexcept {
  completions.add(1);
  if (x.failed)
    errors.add(1);
  if (x.what == completed_request::sort::read) {
    reads.add(1);
    read_bytes.add(x.failed ? 0 : x.payload_bytes);
  } else if (x.what == completed_request::sort::write) {
    writes.add(1);
    write_bytes.add(x.failed ? 0 : x.payload_bytes);
  }
  if (x.was_at_backend)
    at_backend.record(x.at_backend);
  in_all.record(x.in_all);
}

void stream_counters::held(hold why, instant now) noexcept {
  const auto before = static_cast<hold>(hold_now.get());
  if (before == why)
    return;
  const auto passed = now.count() - hold_since_ns.get();
  if (before == hold::rate)
    rate_ns.add(passed);
  else if (before == hold::depth)
    depth_ns.add(passed);
  hold_now.set(static_cast<std::uint8_t>(why));
  hold_since_ns.set(now.count());
}

void stream_counters::set_in_flight(std::uint32_t x, instant now) noexcept {
  request_ns.add((now.count() - in_flight_since_ns.get()) * in_flight.get());
  in_flight_since_ns.set(now.count());
  in_flight.set(x);
}

} // namespace sluice::gateway
