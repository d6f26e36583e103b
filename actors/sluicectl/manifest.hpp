// Splits a file into documents and finds out what each is about. Does not judge the terms: the server does.
#pragma once

#include "actors/sluicectl/resource_kind.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace sluice::ctl {

/// One document, to be sent as it was written.
struct document {
  std::string place; ///< `FILE:LINE` of its beginning, or `FILE` for JSON
  resource_kind kind = resource_kind::agreement;
  std::string name;
  std::string text;
  std::string content_type;
};

/// A text that was read, with the name that stands in messages.
struct source_text {
  std::string name;
  std::string text;
};

/// The documents of a text: JSON (an object, an array of objects, or an object with `items`) if it begins with `{` or
/// `[`, else YAML with documents between `---`; empty documents are passed over.
/// @throws failure (usage) with the place: no YAML, no JSON, no kind or name, a kind that cannot be applied, nothing at
/// all
[[nodiscard]] std::vector<document> read_documents(const source_text& source);

/// The largest text [bytes]. Chosen: 10,000 agreements of 1 KiB.
inline constexpr std::size_t max_source_bytes = 16u << 20;

} // namespace sluice::ctl
