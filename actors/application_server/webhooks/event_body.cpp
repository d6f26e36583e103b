// Events as JSON for receivers; the same words as in the API.
#include "actors/application_server/webhooks/event_body.hpp"

#include "actors/application_server/http/json.hpp"
#include "actors/application_server/http/wall_clock_text.hpp"

namespace sluice::webhooks {

std::string_view subject_kind(const event& x) noexcept {
  switch (x.kind) {
  case event_kind::gateway_connected:
  case event_kind::gateway_lost:
  case event_kind::samples_lost:
    return "gateway";
  case event_kind::capacity_deficit_began:
  case event_kind::capacity_deficit_ended:
    return "backend";
  case event_kind::stream_throttled:
  case event_kind::stream_released:
  case event_kind::would_throttle:
  case event_kind::would_release:
  case event_kind::override_ordered:
  case event_kind::override_ended:
    return "stream";
  case event_kind::policy_established:
    return "policy";
  case event_kind::exclusion_entered:
  case event_kind::exclusion_withdrawn:
    return "exclusion";
  case event_kind::evidence_broken:
    return "evidence";
  case event_kind::promise_violated:
  case event_kind::promise_recovered:
  case event_kind::agreement_established:
  case event_kind::agreement_ended:
    break;
  }
  return "agreement";
}

std::string body_of(const event& x, std::string_view id) {
  const http::json out{{"id", id},
                       {"time", http::rfc3339(x.at)},
                       {"kind", to_string(x.kind)},
                       {"what", subject_kind(x)},
                       {"subject", x.subject.substr(0, max_text_size)},
                       {"text", x.text.substr(0, max_text_size)}};
  return out.dump(-1, ' ', false, http::json::error_handler_t::replace);
}

} // namespace sluice::webhooks
