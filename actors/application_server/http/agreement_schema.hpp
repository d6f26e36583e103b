// The JSON Schema of an agreement document, and checking a value against it. Says nothing about contradictions between
// terms; that is the domain's check().
#pragma once

#include "actors/application_server/http/json.hpp"
#include "actors/domain/agreement.hpp"

#include <string_view>
#include <vector>

namespace sluice::http {

/// The schema (draft 7). Each leaf's description completes the sentence "must be …".
[[nodiscard]] std::string_view agreement_schema_text() noexcept;

/// What in `document` breaks the schema: unknown fields, missing ones, wrong types, values out of range, each with its
/// path. Empty if nothing does. Thread safe.
[[nodiscard]] std::vector<mistake> check_schema(const json& document);

} // namespace sluice::http
