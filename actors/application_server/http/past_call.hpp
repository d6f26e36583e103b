// Calls about the past: which they are, and their query fields as a question. Pure; knows no clock.
#pragma once

#include "actors/application_server/http/call.hpp"

#include <optional>

namespace sluice::http {

/// Whether the database manager answers it from what is stored.
[[nodiscard]] bool is_about_the_past(operation x) noexcept;

/// What is asked for where nothing else is said.
inline constexpr duration default_past = std::chrono::hours{1};

/// The same of the audit trail. Chosen: about a month.
inline constexpr duration default_audit = std::chrono::hours{31 * 24};

/// Reads the query fields into `to.past`, `to.ago` and `to.format`. What is wrong is the answer.
/// @pre is_about_the_past(from.what)
[[nodiscard]] std::optional<response> read_past(const route& from, call& to);

/// Reads the body of an exclusion that is to be entered.
[[nodiscard]] std::optional<response> read_exclusion(const std::string& body, call& to);

/// Reads number, author and reason of one that is to be taken back.
[[nodiscard]] std::optional<response> read_withdrawal(const route& from, call& to);

/// The question with the times that are still open: it ends now, and begins so long before.
[[nodiscard]] history_question complete(const call& x, wall_time now);

} // namespace sluice::http
