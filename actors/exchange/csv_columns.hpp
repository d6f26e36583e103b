// A table's columns as one list: name, how a value is written, how it is read. What the tables are is in samples_csv
// and verdicts_csv.
#pragma once

#include "actors/domain/units.hpp"
#include "actors/exchange/csv_text.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice::exchange {

/// Most rows of one text. Chosen: a day of seconds of one stream; whoever has more sends several.
inline constexpr std::size_t max_csv_rows = 100'000;

template<class Row>
struct column {
  const char* name; ///< with the unit, where there is one
  std::string (*write)(const Row&);
  bool (*read)(std::string_view, Row&); ///< false if the text is no such value
};

/// A time in UTC to the microsecond: `2026-11-22T15:37:10Z`, with a fraction only where there is one.
[[nodiscard]] std::string time_text(wall_time x);
/// Reads what time_text() writes, from 1970 to 9999; nothing else.
[[nodiscard]] std::optional<wall_time> parse_time(std::string_view text);

template<class T>
std::string number_text(T x) {
  std::array<char, 32> text{}; // the longest double takes 24
  const auto end = std::to_chars(text.data(), text.data() + text.size(), x).ptr;
  return {text.data(), end};
}

template<class T>
bool read_number(std::string_view text, T& to) {
  const auto* const last = text.data() + text.size();
  T value{};
  const auto [end, problem] = std::from_chars(text.data(), last, value);
  if (problem != std::errc{} || end != last)
    return false;
  to = value;
  return true;
}

/// Reads one of an enumeration's words, whose values are 0 to `last`.
template<class T>
bool read_word(std::string_view text, T last, T& to) {
  for (unsigned i = 0; i <= static_cast<unsigned>(last); ++i)
    if (to_string(static_cast<T>(i)) == text) {
      to = static_cast<T>(i);
      return true;
    }
  return false;
}

template<class Row>
std::string table_header(std::span<const column<Row>> columns) {
  std::string result;
  std::vector<std::string> fields;
  for (const auto& x : columns)
    fields.emplace_back(x.name);
  append_csv_line(result, fields);
  return result;
}

template<class Row>
void append_row(std::string& to, std::span<const column<Row>> columns, const Row& row) {
  std::vector<std::string> fields;
  for (const auto& x : columns)
    fields.push_back(x.write(row));
  append_csv_line(to, fields);
}

template<class Row>
std::string write_table(std::span<const column<Row>> columns, std::span<const Row> rows) {
  auto result = table_header(columns);
  for (const auto& row : rows)
    append_row(result, columns, row);
  return result;
}

/// Empty if the fields make a row; else one sentence. @param check says what is wrong with a whole row
template<class Row>
std::string read_row(std::span<const column<Row>> columns, const std::vector<std::string>& fields, Row& to,
                     std::string (*check)(const Row&)) {
  if (fields.size() != columns.size())
    return "There must be " + std::to_string(columns.size()) + " fields, not " + std::to_string(fields.size()) + ".";
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (!columns[i].read(fields[i], to))
      return std::string{"The field "} + columns[i].name + " has a value that it cannot have.";
  return check(to);
}

/// All rows or the first mistake. The header must be the one that write_table() writes.
template<class Row>
std::variant<std::vector<Row>, csv_mistake> read_table(std::span<const column<Row>> columns, std::string_view text,
                                                       std::string (*check)(const Row&)) {
  csv_lines lines{text};
  std::vector<std::string> fields;
  std::vector<Row> rows;
  for (;;) {
    const auto status = lines.next(fields);
    if (status == csv_lines::status::mistake)
      return lines.mistake();
    if (status == csv_lines::status::end)
      break;
    if (lines.line() == 1) {
      for (std::size_t i = 0; i < columns.size(); ++i)
        if (fields.size() != columns.size() || fields[i] != columns[i].name)
          return csv_mistake{1, std::string{"The header must be the one of an export, beginning with "}
                                    + columns[0].name + "."};
      continue;
    }
    if (rows.size() == max_csv_rows)
      return csv_mistake{lines.line(), "There may be at most " + std::to_string(max_csv_rows) + " rows."};
    if (auto what = read_row(columns, fields, rows.emplace_back(), check); !what.empty())
      return csv_mistake{lines.line(), std::move(what)};
  }
  if (lines.line() == 0)
    return csv_mistake{1, "There must be a header."};
  return rows;
}

} // namespace sluice::exchange
