// Names of the events.
#include "actors/domain/event.hpp"

namespace sluice {

std::string_view to_string(event_kind x) noexcept {
  switch (x) {
  case event_kind::gateway_connected:
    return "gateway-connected";
  case event_kind::gateway_lost:
    return "gateway-lost";
  case event_kind::stream_throttled:
    return "stream-throttled";
  case event_kind::stream_released:
    return "stream-released";
  case event_kind::promise_violated:
    return "promise-violated";
  case event_kind::promise_recovered:
    return "promise-recovered";
  case event_kind::capacity_deficit_began:
    return "capacity-deficit-began";
  case event_kind::capacity_deficit_ended:
    return "capacity-deficit-ended";
  case event_kind::agreement_established:
    return "agreement-established";
  case event_kind::agreement_ended:
    return "agreement-ended";
  case event_kind::override_ordered:
    return "override-ordered";
  case event_kind::override_ended:
    return "override-ended";
  case event_kind::samples_lost:
    return "samples-lost";
  case event_kind::would_throttle:
    return "would-throttle";
  case event_kind::would_release:
    return "would-release";
  case event_kind::policy_established:
    return "policy-established";
  case event_kind::exclusion_entered:
    return "exclusion-entered";
  case event_kind::exclusion_withdrawn:
    return "exclusion-withdrawn";
  case event_kind::evidence_broken:
    return "evidence-broken";
  }
  return "invalid";
}

} // namespace sluice
