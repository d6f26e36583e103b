// Rows of text as aligned columns. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sluice::ctl {

enum class side : unsigned char { left, right };

struct heading {
  std::string text;
  side align = side::left;
};

/// Rows that come one after the other: columns never get narrower.
class running_table {
public:
  explicit running_table(std::vector<heading> headings);

  /// The headings, aligned with what came and what comes next.
  [[nodiscard]] std::string headings(const std::vector<std::vector<std::string>>& next = {});
  /// @pre each row has as many cells as there are headings
  [[nodiscard]] std::string rows(const std::vector<std::vector<std::string>>& all);

private:
  void widen(const std::vector<std::vector<std::string>>& all);

  std::vector<heading> headings_;
  std::vector<std::size_t> wide_;
};

/// Two spaces between columns, none at the end of a line, a line feed after each.
/// @pre each row has as many cells as there are headings
[[nodiscard]] std::string aligned_table(const std::vector<heading>& headings,
                                        const std::vector<std::vector<std::string>>& rows);

} // namespace sluice::ctl
