// What can be said of a subscription without trying it.
#include "actors/application_server/webhooks/subscription.hpp"

#include <algorithm>

namespace sluice::webhooks {

const std::set<event_kind>& default_kinds() {
  static const std::set<event_kind> kinds{event_kind::promise_violated,       event_kind::promise_recovered,
                                          event_kind::capacity_deficit_began, event_kind::capacity_deficit_ended,
                                          event_kind::gateway_lost,           event_kind::gateway_connected};
  return kinds;
}

std::optional<event_kind> parse_event_kind(std::string_view name) noexcept {
  // evidence_broken, the last one, is told by the database manager to the database alone.
  for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(event_kind::evidence_broken); ++i)
    if (const auto kind = static_cast<event_kind>(i); to_string(kind) == name)
      return kind;
  return std::nullopt;
}

std::string problem_with_url(std::string_view url) {
  if (url.size() > max_url_size)
    return "expected at most " + std::to_string(max_url_size) + " characters";
  if (!std::all_of(url.begin(), url.end(), [](char c) {
        return c > ' ' && c < 0x7f;
      }))
    return "expected a URL without spaces and with other characters than those of ASCII percent-encoded";
  for (const std::string_view scheme : {"https://", "http://"})
    if (url.starts_with(scheme)) {
      const auto authority = url.substr(scheme.size(), url.find_first_of("/?#", scheme.size()) - scheme.size());
      if (authority.empty() || authority.front() == ':')
        return "expected a host behind " + std::string{scheme};
      if (authority.find('@') != std::string_view::npos)
        return "expected no user and password; the receiver knows us by the signature";
      return {};
    }
  return "expected https://… or http://…";
}

} // namespace sluice::webhooks
