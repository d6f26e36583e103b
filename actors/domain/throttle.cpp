// Judges and words a throttle.
#include "actors/domain/throttle.hpp"

#include <cstdio>

namespace sluice {

namespace {

constexpr std::uint64_t max_iops = 100'000'000;
constexpr std::uint64_t max_bandwidth = std::uint64_t{1} << 42; // 4 TiB/s
constexpr std::uint32_t max_depth = 1u << 20;

bool possible(const allowance& x) {
  return x.iops.per_second <= max_iops && x.bandwidth.per_second <= max_bandwidth && x.depth <= max_depth
         && x.burst_iops.per_second <= max_iops && x.burst_length >= duration::zero()
         && x.burst_length <= std::chrono::hours{1};
}

std::string milliseconds(duration x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f ms", static_cast<double>(x.count()) / 1e6);
  return text;
}

} // namespace

std::string_view to_string(throttle_rule x) noexcept {
  switch (x) {
  case throttle_rule::none:
    return "none";
  case throttle_rule::limit:
    return "limit";
  case throttle_rule::protection:
    return "protection";
  case throttle_rule::capacity:
    return "capacity";
  case throttle_rule::share:
    return "share";
  case throttle_rule::override_:
    return "override";
  }
  return "invalid";
}

std::string to_sentence(const reason& x) {
  const auto asked = "It asks for " + std::to_string(x.demand) + " IOPS and was promised " + std::to_string(x.promised);
  const auto capacity = "backend " + x.backend + " gives " + std::to_string(x.capacity) + " IOPS";
  switch (x.rule) {
  case throttle_rule::none:
    return "Nothing holds this stream back.";
  case throttle_rule::limit:
    return "The limit of its own agreement " + x.agreement + " applies. " + asked + ".";
  case throttle_rule::protection:
    return "Agreement " + x.beneficiary + " is protected: its latency was " + milliseconds(x.measured) + " against "
           + milliseconds(x.target) + " promised, while " + capacity + ". " + asked + ".";
  case throttle_rule::capacity:
    return "There is less capacity than was promised: " + capacity + "; lower tiers yield first. " + asked + ".";
  case throttle_rule::share:
    return "It has its weighted share: " + capacity + ". " + asked + ".";
  case throttle_rule::override_:
    return "An operator's order by " + x.beneficiary + " applies.";
  }
  return "The reason is unknown.";
}

std::string problem_with(const renewal& x) {
  if (!valid_name(x.stream.gateway) || !valid_name(x.stream.volume) || !valid_name(x.stream.client))
    return "the stream's name is not valid";
  if (x.generation == 0)
    return "the generation is 0";
  return {};
}

std::string problem_with(const throttle& x) {
  if (auto problem = problem_with(renewal{x.stream, x.generation}); !problem.empty())
    return problem;
  if (x.lease <= duration::zero() || x.lease > max_lease)
    return "the lease is not between 0 and 1 minute";
  if (!possible(x.now))
    return "the allowance is out of range";
  if (!possible(x.envelope))
    return "the envelope is out of range";
  if (x.why.rule > throttle_rule::override_)
    return "the rule is unknown";
  return {};
}

} // namespace sluice
