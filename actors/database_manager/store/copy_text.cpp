// Writes COPY's text form. Numbers by std::to_chars: a row has eighty of them.
#include "actors/database_manager/store/copy_text.hpp"

#include "actors/database_manager/store/calendar.hpp"

#include <charconv>

namespace sluice::store {

namespace {

/// The last `count` digits of `x`.
void padded(std::string& to, std::int64_t x, int count) {
  char text[8];
  for (int i = count; i-- > 0; x /= 10)
    text[i] = static_cast<char>('0' + x % 10);
  to.append(text, static_cast<std::size_t>(count));
}

} // namespace

void copy_text::separate() {
  if (begun_)
    out_ += '\t';
  begun_ = true;
}

void copy_text::digits(std::int64_t x) {
  char text[24];
  out_.append(text, std::to_chars(text, text + sizeof text, x).ptr);
}

void copy_text::integer(std::int64_t x) {
  separate();
  digits(x);
}

void copy_text::real(double x) {
  separate();
  char text[64];
  out_.append(text, std::to_chars(text, text + sizeof text, static_cast<float>(x)).ptr);
}

void copy_text::flag(bool x) {
  separate();
  out_ += x ? 't' : 'f';
}

void copy_text::text(std::string_view x) {
  separate();
  for (const char c : x) {
    switch (c) {
    case '\\':
      out_ += "\\\\";
      break;
    case '\t':
      out_ += "\\t";
      break;
    case '\n':
      out_ += "\\n";
      break;
    case '\r':
      out_ += "\\r";
      break;
    default:
      out_ += c;
    }
  }
}

void copy_text::timestamp(wall_time x) {
  separate();
  const auto day = day_of(x);
  if (day != day_ || date_.empty()) {
    day_ = day;
    date_ = to_date(day);
  }
  const auto us = x.unix_us - day * 86'400'000'000;
  const auto s = us / 1'000'000;
  out_ += date_;
  out_ += ' ';
  padded(out_, s / 3600, 2);
  out_ += ':';
  padded(out_, s / 60 % 60, 2);
  out_ += ':';
  padded(out_, s % 60, 2);
  if (const auto part = us % 1'000'000; part != 0) {
    out_ += '.';
    padded(out_, part, 6);
  }
  out_ += "+00";
}

void copy_text::array(const std::vector<std::int32_t>& x) {
  separate();
  out_ += '{';
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (i > 0)
      out_ += ',';
    digits(x[i]);
  }
  out_ += '}';
}

void copy_text::bytes(std::string_view x) {
  separate();
  constexpr auto hexadecimal = "0123456789abcdef";
  out_ += "\\\\x";
  for (const char c : x) {
    const auto byte = static_cast<unsigned char>(c);
    out_ += hexadecimal[byte >> 4];
    out_ += hexadecimal[byte & 15];
  }
}

void copy_text::end_line() {
  out_ += '\n';
  begun_ = false;
}

} // namespace sluice::store
