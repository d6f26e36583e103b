// The words of exports, and which of them can be asked for.
#include "actors/domain/export_question.hpp"

#include <algorithm>

namespace sluice {

namespace {

/// 1970 to 9999, as everything that is stored.
constexpr wall_time last_time{253'402'300'799'000'000};

bool is_cursor(std::string_view x) noexcept {
  return x.size() <= max_cursor_size && std::all_of(x.begin(), x.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '.' || c == '-';
         });
}

} // namespace

std::string_view to_string(export_kind x) noexcept {
  switch (x) {
  case export_kind::evidence:
    return "evidence";
  case export_kind::verdicts:
    return "verdicts";
  case export_kind::samples:
    return "samples";
  case export_kind::key:
    return "key";
  case export_kind::check:
    return "check";
  }
  return "unknown";
}

std::string problem_with(const export_question& x) {
  if (x.what > export_kind::check)
    return "this kind of export is not known";
  if (!is_cursor(x.cursor))
    return "this page does not exist: a cursor is what the page before gave";
  if (x.what == export_kind::key || x.what == export_kind::check)
    return {};
  const bool of_stream = x.what == export_kind::samples;
  if (of_stream && !(valid_name(x.stream.gateway) && valid_name(x.stream.volume) && valid_name(x.stream.client)))
    return "it must name a stream";
  if (!of_stream && !valid_name(x.agreement))
    return "it must name an agreement";
  if (of_stream && !x.period.empty())
    return "samples are asked for by from and to";
  if (x.period.size() > max_name_size)
    return "a text in it is too long";
  if (x.period.empty() && (x.from.unix_us < 0 || x.to > last_time || x.from >= x.to))
    return "from must be before to, both from 1970 to 9999";
  return {};
}

} // namespace sluice
