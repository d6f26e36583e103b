// The text that a receiver is sent of an event. Pure.
#pragma once

#include "actors/domain/event.hpp"

#include <string>
#include <string_view>

namespace sluice::webhooks {

/// More of an event's sentence is cut off [bytes]. Chosen: sentences have about 200.
inline constexpr std::size_t max_text_size = 4'096;

/// What the subject of an event is: `agreement`, `backend`, `gateway`, `stream`, `policy` or `exclusion`.
[[nodiscard]] std::string_view subject_kind(const event& x) noexcept;

/// A JSON object with id, time, kind, subject, what and text; README.md tells of each. What is no UTF-8 is replaced.
[[nodiscard]] std::string body_of(const event& x, std::string_view id);

} // namespace sluice::webhooks
