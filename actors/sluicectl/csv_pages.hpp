// A CSV text as pages that the server takes, each with the header. Pure; knows no columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::ctl {

/// What the server takes as one body is 64 KiB; a line may have as much, and is then refused there.
inline constexpr std::size_t max_import_bytes = 60 * 1024;

/// Some lines of a text, which must outlive it.
struct csv_page {
  std::string_view header; ///< with its line end; empty for the page that begins with it
  std::string_view lines;
  std::size_t first_line = 1; ///< of `lines`, in the whole text, from 1

  [[nodiscard]] std::string text() const {
    return std::string{header} += lines;
  }
  /// A line of the page, from 1, in the whole text. The header stays line 1.
  [[nodiscard]] std::size_t line_of(std::size_t line) const noexcept {
    return header.empty() ? line : line == 1 ? 1 : first_line + line - 2;
  }
};

/// Pages of at most so many bytes, or of one line. A line end within quotes ends no line. At least one page.
[[nodiscard]] std::vector<csv_page> split_csv(std::string_view text, std::size_t most_bytes);

} // namespace sluice::ctl
