// Rows of text as aligned columns. Pure.
#pragma once

#include <string>
#include <vector>

namespace sluice::ctl {

enum class side : unsigned char { left, right };

struct heading {
  std::string text;
  side align = side::left;
};

/// Two spaces between columns, none at the end of a line, a line feed after each.
/// @pre each row has as many cells as there are headings
[[nodiscard]] std::string aligned_table(const std::vector<heading>& headings,
                                        const std::vector<std::vector<std::string>>& rows);

} // namespace sluice::ctl
