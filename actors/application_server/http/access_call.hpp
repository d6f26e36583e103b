// Calls about who may come in and what they listen to: tokens, sessions, topics. Pure.
#pragma once

#include "actors/application_server/http/call.hpp"
#include "actors/application_server/http/json.hpp"

#include <optional>

namespace sluice::http {

/// Says that a role is not enough, and which is.
[[nodiscard]] response no_right(const caller& asker, operation x);

/// Reads what a token is to be: role, label, tenant of a customer, and `for` how long, into `to.token` and
/// `to.order_length`. What is wrong is the answer.
[[nodiscard]] std::optional<response> read_token(const json& body, call& to);

/// Reads the token that somebody signs in with.
[[nodiscard]] std::optional<response> read_credential(const json& body, call& to);

/// Reads the targets that are to be watched, with commas between them: each a GET below /api/v1/ about the present.
[[nodiscard]] std::optional<response> read_topics(const route& from, call& to);

} // namespace sluice::http
