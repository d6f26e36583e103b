// Roots that somebody kept from before, and whether an export has the same. A provider that changed its database and
// signed anew is found by them, and by nothing else.
#pragma once

#include "actors/domain/units.hpp"
#include "actors/evidence/digest.hpp"

#include <map>
#include <string>
#include <vector>

namespace sluice::ctl {

struct kept_roots {
  std::map<wall_time, evidence::digest> named;      ///< by DAY=HEX: the export must have them
  std::map<wall_time, evidence::digest> from_files; ///< those that the export has must be the same
  [[nodiscard]] bool empty() const noexcept {
    return named.empty() && from_files.empty();
  }
};

/// Each word is DAY=HEX, or a file: lines `DAY=HEX`, or an earlier export, of which the roots are read.
/// @throws failure (usage) if a word is neither, a file holds no root, or two are of one day and differ
[[nodiscard]] kept_roots read_kept_roots(const std::vector<std::string>& words);

/// Empty if all are the same that must be; else one sentence with the first that is not. Where roots were kept, at
/// least one must be in the export.
[[nodiscard]] std::string compare(const kept_roots& kept, const std::map<wall_time, evidence::digest>& of_export);

/// How many days were compared.
[[nodiscard]] std::size_t compared_days(const kept_roots& kept, const std::map<wall_time, evidence::digest>& of_export);

} // namespace sluice::ctl
