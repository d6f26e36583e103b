// Comma separated values as RFC 4180 has them: lines to fields and back. Knows no columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::exchange {

inline constexpr std::size_t max_csv_fields = 64;           ///< of a line
inline constexpr std::size_t max_csv_line_bytes = 1U << 16; ///< a row with two full histograms takes a twelfth of it

/// What is wrong with a text, and where.
struct csv_mistake {
  std::size_t line = 0; ///< from 1 on, the header is the first; of a quoted field with line ends the first line
  std::string what;     ///< one sentence
  friend bool operator==(const csv_mistake&, const csv_mistake&) = default;
};

/// Appends a line, ended by CR LF. A field is quoted if it must be.
void append_csv_line(std::string& to, const std::vector<std::string>& fields);

/// Reads one line after the other. The text must outlive it.
class csv_lines {
public:
  enum class status : unsigned char { line, end, mistake };

  explicit csv_lines(std::string_view text) : rest_(text) {}

  /// Replaces `fields` by those of the next line; lines may end with LF alone, and the last one without any. After a
  /// mistake there is only the same mistake.
  [[nodiscard]] status next(std::vector<std::string>& fields);

  /// The number of the line that next() gave last.
  [[nodiscard]] std::size_t line() const noexcept {
    return line_;
  }
  [[nodiscard]] const csv_mistake& mistake() const noexcept {
    return mistake_;
  }

private:
  [[nodiscard]] status refuse(const char* what);
  [[nodiscard]] const char* read_field(std::string& to);
  [[nodiscard]] const char* read_quoted(std::string& to);

  std::string_view rest_;
  std::size_t line_ = 0;
  std::size_t next_line_ = 1;
  csv_mistake mistake_;
};

} // namespace sluice::exchange
