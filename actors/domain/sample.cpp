// Judges whether a sample can be true: samples are input from another machine.
#include "actors/domain/sample.hpp"

#include <cmath>

namespace sluice {

namespace {

/// Chosen: no sample spans more than a minute (they are due every 100 ms), no stream does 1e9 requests in one.
constexpr duration max_interval = std::chrono::minutes{1};
constexpr std::uint64_t max_requests = 1'000'000'000;
constexpr std::uint64_t max_bytes = std::uint64_t{1} << 50;
constexpr std::uint32_t max_outstanding = 1u << 24;
/// Chosen: a change every nanosecond for a hundred years; above it a gateway could stop its stream from ever getting
/// one.
constexpr std::uint64_t max_generation = std::uint64_t{1} << 62;

} // namespace

std::string_view to_string(control_state x) noexcept {
  switch (x) {
  case control_state::unlimited:
    return "unlimited";
  case control_state::fixed:
    return "fixed";
  case control_state::throttled:
    return "throttled";
  case control_state::envelope:
    return "envelope";
  }
  return "invalid";
}

std::string problem_with(const sample& x) {
  if (!valid_name(x.stream.gateway) || !valid_name(x.stream.volume) || !valid_name(x.stream.client))
    return "the stream's name is not valid";
  if (!valid_name(x.backend))
    return "the backend's name is not valid";
  return problem_with_figures(x);
}

std::string problem_with_figures(const sample& x) {
  if (x.interval <= duration::zero() || x.interval > max_interval)
    return "the interval is not between 0 and 1 minute";
  if (x.taken.unix_us < 0)
    return "the time label is before 1970";
  if (x.arrivals > max_requests || x.completions > max_requests || x.errors > x.completions || x.reads > x.completions
      || x.writes > x.completions - x.reads)
    return "the request counters contradict each other";
  if (x.read_bytes > max_bytes || x.write_bytes > max_bytes)
    return "more bytes than any device can move";
  if (x.backlog > max_outstanding || x.in_flight > max_outstanding || !std::isfinite(x.mean_in_flight)
      || x.mean_in_flight < 0 || x.mean_in_flight > max_outstanding)
    return "the number of outstanding requests is out of range";
  if (x.limited_by_rate < duration::zero() || x.limited_by_depth < duration::zero())
    return "a waiting time is negative";
  if (x.total_latency.count() > x.completions || x.backend_latency.count() > max_requests)
    return "the latency histograms count more requests than were completed";
  if (x.generation > max_generation)
    return "no throttle has such a generation";
  if (x.control > control_state::envelope)
    return "the control state is unknown";
  return {};
}

} // namespace sluice
