// Answers that say what is wrong, as application/problem+json (RFC 9457).
#pragma once

#include "actors/application_server/http/json.hpp"
#include "actors/application_server/http/message.hpp"
#include "actors/domain/agreement.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::http {

/// The reason phrase of the statuses that are used here; "Error" for others.
[[nodiscard]] std::string_view title_of(unsigned status) noexcept;

/// `detail` is one sentence; `errors` name the wrong fields. 503 asks to come back after 5 s (chosen: the database's
/// reconnection takes about as long).
[[nodiscard]] response problem(unsigned status, std::string detail, const std::vector<mistake>& errors = {});

/// A JSON answer. Text that is no UTF-8 is replaced, never thrown over.
[[nodiscard]] response answer(unsigned status, const json& body);

} // namespace sluice::http
