// Policy documents: reading one from a client's text and writing one back. Pure; which settings there are says the
// domain (policy_setting.hpp), hence this file names none.
#pragma once

#include "actors/application_server/http/document.hpp"
#include "actors/domain/policy_document.hpp"

#include <string_view>
#include <variant>

namespace sluice::http {

/// Reads and checks. What is returned may be established; its settings stand in the order of policy_keys().
[[nodiscard]] std::variant<policy_document, refused_document> read_policy(std::string_view text,
                                                                          document_format format);

/// The document of a policy, quantities as text with units, with `status` (version, author, reason, since). Reading it
/// again gives an equal policy.
[[nodiscard]] json write_policy(const policy_document& x);

} // namespace sluice::http
