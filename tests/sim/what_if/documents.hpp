// Documents as `sluicectl apply` takes them, from files of YAML or JSON. Says what is wrong by file and key.
#pragma once

#include "actors/domain/agreement.hpp"
#include "actors/domain/policy_document.hpp"

#include <cstddef>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

namespace sluice::sim {

/// A document and where it was read from, `FILE` or `FILE:LINE`.
struct placed_document {
  std::string place;
  std::variant<agreement, policy_document> what;
};

/// The largest file of documents. Chosen: ten thousand agreements.
inline constexpr std::size_t max_documents_bytes = 16 * 1024 * 1024;

/// All documents of a file, or of the .yaml, .yml and .json files of a directory by name, which may hold several
/// between lines of `---`, or be what `sluicectl get … -o json` prints. False if one is wrong or there is none; the
/// complaints say which and why.
[[nodiscard]] bool read_documents(const std::string& path, std::vector<placed_document>& to, std::ostream& complaints);

} // namespace sluice::sim
