// Fields, quotes and line ends.
#include "actors/exchange/csv_text.hpp"

#include <algorithm>

namespace sluice::exchange {

namespace {

void append_field(std::string& to, std::string_view field) {
  if (field.find_first_of(",\"\r\n") == field.npos) {
    to += field;
    return;
  }
  to += '"';
  for (const auto c : field) {
    if (c == '"')
      to += '"';
    to += c;
  }
  to += '"';
}

} // namespace

void append_csv_line(std::string& to, const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0)
      to += ',';
    append_field(to, fields[i]);
  }
  to += "\r\n";
}

csv_lines::status csv_lines::refuse(const char* what) {
  mistake_ = {line_, what};
  rest_ = {};
  return status::mistake;
}

/// @pre rest_ begins behind the opening quote
const char* csv_lines::read_quoted(std::string& to) {
  for (;;) {
    const auto quote = rest_.find('"');
    if (quote == rest_.npos)
      return "A quoted field does not end.";
    const auto part = rest_.substr(0, quote);
    next_line_ += static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n'));
    to += part;
    rest_.remove_prefix(quote + 1);
    if (!rest_.starts_with('"'))
      return nullptr;
    to += '"';
    rest_.remove_prefix(1);
  }
}

/// Null, or what is wrong. Leaves rest_ at the comma or line end behind the field.
const char* csv_lines::read_field(std::string& to) {
  if (rest_.starts_with('"')) {
    rest_.remove_prefix(1);
    if (const auto* const wrong = read_quoted(to))
      return wrong;
  } else {
    const auto size = std::min(rest_.find_first_of(",\"\r\n"), rest_.size());
    to = rest_.substr(0, size);
    rest_.remove_prefix(size);
  }
  if (rest_.empty() || rest_.front() == ',' || rest_.front() == '\n' || rest_.starts_with("\r\n"))
    return nullptr;
  return "A quotation mark or a carriage return stands in the midst of a field.";
}

csv_lines::status csv_lines::next(std::vector<std::string>& fields) {
  fields.clear();
  if (!mistake_.what.empty())
    return status::mistake;
  if (rest_.empty())
    return status::end;
  line_ = next_line_++;
  const auto before = rest_.size();
  for (;;) {
    if (fields.size() == max_csv_fields)
      return refuse("A line has at most 64 fields.");
    if (const auto* const wrong = read_field(fields.emplace_back()))
      return refuse(wrong);
    if (before - rest_.size() > max_csv_line_bytes)
      return refuse("A line has at most 65536 bytes.");
    if (!rest_.starts_with(','))
      break;
    rest_.remove_prefix(1);
  }
  if (rest_.starts_with('\r'))
    rest_.remove_prefix(1);
  if (!rest_.empty())
    rest_.remove_prefix(1);
  return status::line;
}

} // namespace sluice::exchange
