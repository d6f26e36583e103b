// The dry run.
#include "actors/domain/observation.hpp"

#include "actors/domain/explanation.hpp"

namespace sluice {

namespace {

bool ours(throttle_rule x) noexcept {
  return x != throttle_rule::none && x != throttle_rule::limit;
}

/// As what is sent: an event where the core would begin or end to hold it, none for the stream's own limit.
void report_change(const throttle& x, throttle_rule before, wall_time label, loop_output& out) {
  const auto after = x.why.rule;
  if (before == after || (!ours(before) && !ours(after)))
    return;
  auto& to = out.events.add();
  to.at = label;
  to.kind = ours(after) ? event_kind::would_throttle : event_kind::would_release;
  to.subject = to_string(x.stream);
  to.text = to_sentence(x);
}

} // namespace

wanted_command released(const entity& x, const stream_state& s, const backend_reason& why) noexcept {
  wanted_command result;
  if (x.terms)
    result.agreement = x.name;
  if (s.order != nullptr && s.order->holds(why.now))
    apply_order(result, *s.order);
  return result;
}

instant observe(stream_state& s, const entity& x, const wanted_command& would, const backend_reason& why,
                const control_policy& policy, loop_output& out) {
  auto said = would;
  if (said.rule == throttle_rule::override_)
    said.rule = throttle_rule::none; // that one is in earnest
  if (s.observed == nullptr && said.rule == throttle_rule::none)
    return instant::max();
  if (s.observed == nullptr)
    s.observed = std::make_unique<standing_command>();
  auto& standing = *s.observed;
  const auto before = standing.why.rule;
  const acknowledgement heard{standing.generation, standing.generation, false}; // nobody needs to be told twice
  if (command(standing, said, heard, why.now, why.label, policy) == command_kind::send) {
    note_figures(standing.why, x, s, why, policy);
    standing.why.observed = true;
    auto& to = out.observed.add();
    describe(to, s.id, standing, policy.lease);
    report_change(to, before, why.label, out);
  }
  return next_command(standing, said, {standing.generation, standing.generation, false}, policy);
}

void end_observation(stream_state& s, loop_output& out) {
  if (s.observed == nullptr)
    return;
  s.observed->why.rule = throttle_rule::none;
  describe(out.observed.add(), s.id, *s.observed, std::chrono::seconds{1});
  s.observed.reset();
}

} // namespace sluice
