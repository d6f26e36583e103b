// A merge patch (RFC 7396) on an agreement's document. Pure.
#pragma once

#include "actors/application_server/http/document.hpp"
#include "actors/application_server/http/message.hpp"

#include <optional>
#include <string>
#include <variant>

namespace sluice::http {

/// Why this is no patch of an agreement, as the answer; nothing if it may be one.
[[nodiscard]] std::optional<response> refused_patch(const std::string& patch);

/// What becomes of the agreement: judged like a document that was sent whole; or the answer that says what is wrong.
/// @pre refused_patch(patch) is nothing
[[nodiscard]] std::variant<agreement, response> patched(const agreement& held, const std::string& patch);

/// The patch that suspends or resumes, and changes nothing else.
[[nodiscard]] std::string suspension_patch(bool suspends);

} // namespace sluice::http
