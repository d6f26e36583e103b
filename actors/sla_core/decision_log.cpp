// Events as log lines.
#include "actors/sla_core/decision_log.hpp"

#include "actors/runtime/log.hpp"

#include <algorithm>

namespace sluice {

namespace {

/// Where the core logs an event: the kinds that its loop makes; others are not its own.
const log_event* line_for(event_kind x) {
  switch (x) {
  case event_kind::stream_throttled:
    return &log_events::stream_throttled;
  case event_kind::stream_released:
    return &log_events::stream_released;
  case event_kind::promise_violated:
    return &log_events::promise_violated;
  case event_kind::promise_recovered:
    return &log_events::promise_recovered;
  case event_kind::would_throttle:
    return &log_events::would_throttle;
  case event_kind::would_release:
    return &log_events::would_release;
  case event_kind::capacity_deficit_began:
    return &log_events::capacity_deficit;
  case event_kind::capacity_deficit_ended:
    return &log_events::capacity_restored;
  default:
    return nullptr;
  }
}

std::string_view subject_name(event_kind x) {
  if (x == event_kind::stream_throttled || x == event_kind::stream_released || x == event_kind::would_throttle
      || x == event_kind::would_release)
    return "stream";
  return x == event_kind::promise_violated || x == event_kind::promise_recovered ? "agreement" : "backend";
}

void log_throttle(const event& x, const log_event& line, const throttle& what, caf::atom_value component) {
  log(line, component, log_field{"stream", x.subject}, log_field{"rule", to_string(what.why.rule)},
      log_field{"mode", what.why.observed ? "observe" : "enforce"}, log_field{"generation", what.generation},
      log_field{"iops", what.now.iops.per_second}, log_field{"depth", what.now.depth},
      log_field{"for", what.why.beneficiary}, log_field{"reason", x.text});
}

/// Whether `text` is to_string(id).
bool names(std::string_view text, const stream_id& id) {
  const auto part = [&text](std::string_view x) {
    const auto same = text.starts_with(x);
    text.remove_prefix(std::min(text.size(), x.size()));
    return same;
  };
  return part(id.gateway) && part("/") && part(id.volume) && part("/") && part(id.client) && text.empty();
}

} // namespace

void log_decisions(const loop_output& out, caf::atom_value component, std::size_t bound) {
  std::size_t lines = 0;
  const auto* seen = out.observed.begin(); // events about what is only observed are in their order
  for (std::size_t i = 0; i < out.events.size(); ++i) {
    const auto x = out.events[i];
    const auto* line = line_for(x.kind);
    if (line == nullptr)
      continue;
    if (++lines == bound && out.events.size() > bound) {
      log(*line, component, log_field{subject_name(x.kind), x.subject}, log_field{"reason", x.text},
          log_field{"suppressed", out.events.size() - bound});
      return;
    }
    if (x.kind == event_kind::would_throttle)
      seen = std::find_if(seen, out.observed.end(), [&](const throttle& t) {
        return names(x.subject, t.stream);
      });
    const auto which = out.events.throttle_of(i);
    if (x.kind == event_kind::stream_throttled && which < out.throttles.size())
      log_throttle(x, *line, out.throttles[which], component);
    else if (x.kind == event_kind::would_throttle && seen != out.observed.end())
      log_throttle(x, *line, *seen, component);
    else
      log(*line, component, log_field{subject_name(x.kind), x.subject}, log_field{"reason", x.text});
  }
}

} // namespace sluice
