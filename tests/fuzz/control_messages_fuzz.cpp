// Fuzz target: what crosses the control link, both ways. The first byte says which message, the rest is its content in
// CAF's form. What can be read is judged as gateway and monitor do, and what they take makes sense; what was read is
// read again from what is written of it.
#include "actors/domain/explanation.hpp"
#include "actors/protocol/messages.hpp"
#include "gateways/throttle/stream_control.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

using namespace sluice;

namespace {

void require(bool x) {
  if (!x)
    std::abort();
}

/// Reads one; false if the bytes are none.
template<class T>
bool read(const std::vector<char>& from, T& to) {
  caf::binary_deserializer source{nullptr, from};
  return !source(to);
}

template<class T>
std::vector<char> written(const T& x) {
  std::vector<char> to;
  caf::binary_serializer sink{nullptr, to};
  require(!sink(x));
  return to;
}

bool writable(const auto&) {
  return true;
}

/// CAF 0.17.6 never comes to an end with a number that is infinite or none; the monitor drops such a sample before it
/// sends it on.
bool writable(const sample_batch& x) {
  return std::all_of(x.samples.begin(), x.samples.end(), [](const sample& y) {
    return std::isfinite(y.mean_in_flight);
  });
}

template<class T>
bool read_twice(const std::vector<char>& from, T& to) {
  if (!read(from, to))
    return false;
  if (!writable(to))
    return true;
  const auto again = written(to);
  T copy;
  require(read(again, copy));
  require(written(copy) == again);
  return true;
}

bool sensible(const allowance& x) {
  return x.iops.per_second <= 100'000'000 && x.burst_length >= duration::zero()
         && x.burst_length <= std::chrono::hours{1};
}

/// As a gateway takes throttles: the lease and generation rules hold whatever comes.
void obey(const throttle_batch& batch) {
  gateway::stream_control control;
  instant now{std::chrono::hours{1}};
  for (const auto& x : batch.throttles) {
    const auto before = control.generation();
    const auto taken = control.accept(x, now).empty();
    require(control.generation() >= before);
    require(taken == (control.generation() == x.generation && x.generation != 0 && problem_with(x).empty()));
    const auto rule = control.in_force(now);
    require(sensible(rule.what));
    require(rule.until > now);
    if (taken)
      require(valid_name(x.stream.gateway) && rule.state == control_state::throttled && rule.until <= now + max_lease);
    (void)to_sentence(x);
    now += std::chrono::seconds{1};
  }
}

/// As a gateway takes renewals: they prolong what is in force or change nothing.
void obey(const lease_renewal& batch) {
  gateway::stream_control control;
  throttle held;
  held.stream = {"g", "v", "c"};
  held.generation = batch.renewals.empty() ? 1 : std::max<std::uint64_t>(batch.renewals.front().generation, 1);
  held.lease = std::chrono::seconds{2};
  instant now{std::chrono::hours{1}};
  require(control.accept(held, now).empty());
  for (const auto& x : batch.renewals) {
    const auto before = control.in_force(now);
    const auto taken = problem_with(x).empty() && control.renew(x.generation, now).empty();
    const auto rule = control.in_force(now);
    require(control.generation() == held.generation);
    require(!taken || x.generation == held.generation);
    require(taken ? rule.until == now + held.lease : rule.until == before.until && rule.state == before.state);
    now += std::chrono::seconds{1};
  }
}

/// As the performance monitor takes samples.
void judge(const sample_batch& batch) {
  for (const auto& x : batch.samples)
    if (problem_with(x).empty()) {
      require(valid_name(x.stream.client) && x.interval > duration::zero());
      require(std::isfinite(x.mean_in_flight) && x.mean_in_flight >= 0);
      require(x.total_latency.count() <= x.completions);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  if (size == 0)
    return 0;
  const std::vector<char> content(input + 1, input + size);
  switch (input[0] % 5) {
  case 0:
    if (throttle_batch x; read_twice(content, x))
      obey(x);
    break;
  case 1:
    if (apply_result x; read_twice(content, x))
      for (const auto& refused : x.refused)
        (void)to_string(refused.stream);
    break;
  case 2:
    if (gateway_info x; read_twice(content, x))
      for (const auto& v : x.volumes)
        (void)valid_name(v.name);
    break;
  case 4:
    if (lease_renewal x; read_twice(content, x))
      obey(x);
    break;
  default:
    if (sample_batch x; read_twice(content, x))
      judge(x);
  }
  return 0;
}
