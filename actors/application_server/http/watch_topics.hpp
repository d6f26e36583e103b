// What watchers are told: each topic is a GET below /api/v1/, seen by those of one scope. Pure.
#pragma once

#include "actors/application_server/http/answers.hpp"
#include "actors/domain/access.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::http {

/// A topic with its scope in front. Customers of one tenant share theirs, all others share one.
[[nodiscard]] std::string scoped_topic(const caller& who, std::string_view target);

/// The events that happen are told each by itself, to all who watch this.
inline constexpr std::string_view events_target = "events";
[[nodiscard]] std::string events_topic();

/// A topic's text now.
struct told_topic {
  std::string topic;  ///< with its scope
  std::string target; ///< without
  std::string data;   ///< one line of JSON
};

/// What those topics say now. A topic that cannot be answered (a stream that is gone) says `null`; the list of events
/// is left out: each is told as it happens.
[[nodiscard]] std::vector<told_topic> texts_of(const std::vector<std::string>& topics, const observatory& known,
                                               const moment& at);

/// One event as GET /events lists it.
[[nodiscard]] json event_json(const event& x);

} // namespace sluice::http
