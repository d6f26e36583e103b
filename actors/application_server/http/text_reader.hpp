// Reads JSON or YAML text from outside into a JSON value, within bounds. Knows no schema.
#pragma once

#include "actors/application_server/http/json.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace sluice::http {

/// Chosen: the agreement has 600 bytes, 25 nodes and 5 levels.
inline constexpr std::size_t max_document_bytes = 64 * 1024;
inline constexpr std::size_t max_document_nodes = 4096;
inline constexpr std::size_t max_document_depth = 16;

/// Why a text could not be read: one sentence with the line where known.
struct unreadable {
  std::string why;
};

using reading = std::variant<json, unreadable>;

/// Refuses what is no JSON (RFC 8259), a key given twice, and what exceeds the bounds.
[[nodiscard]] reading read_json(std::string_view text);

/// YAML's core schema: an unquoted 7, 7.5, true or null is no string, a quoted "007" is one. Refuses a key given twice,
/// aliases and merge keys (one line can stand for gigabytes), tags, keys that are no text, several documents, and what
/// exceeds the bounds.
[[nodiscard]] reading read_yaml(std::string_view text);

} // namespace sluice::http
