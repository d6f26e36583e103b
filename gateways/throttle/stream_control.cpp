// The lease and generation rules.
#include "gateways/throttle/stream_control.hpp"

namespace sluice::gateway {

std::string stream_control::accept(const throttle& x, instant now) {
  if (auto problem = problem_with(x); !problem.empty())
    return problem;
  if (x.generation < generation_)
    return "generation " + std::to_string(x.generation) + " is older than " + std::to_string(generation_) + " in force";
  generation_ = x.generation;
  now_ = x.now;
  envelope_ = x.envelope;
  lease_ = x.lease;
  lease_end_ = now + x.lease;
  return {};
}

std::string stream_control::renew(std::uint64_t generation, instant now) {
  if (generation_ == 0)
    return "there is no throttle";
  if (generation != generation_)
    return "generation " + std::to_string(generation) + " is not the one in force, " + std::to_string(generation_);
  if (now - lease_end_ >= lease_)
    return "its lease ran out longer ago than it lasted";
  lease_end_ = now + lease_;
  return {};
}

rule_in_force stream_control::in_force(instant now) const {
  if (generation_ == 0)
    return {fixed_, fixed_.unlimited() ? control_state::unlimited : control_state::fixed, instant::max()};
  if (now < lease_end_)
    return {now_, control_state::throttled, lease_end_};
  return {envelope_, control_state::envelope, instant::max()};
}

} // namespace sluice::gateway
