// Cursors, and lines until a page is full.
#include "actors/database_manager/query/export_pages.hpp"

#include "actors/database_manager/query/spans.hpp"
#include "actors/exchange/samples_csv.hpp"
#include "actors/exchange/verdicts_csv.hpp"

#include <array>
#include <charconv>

namespace sluice::query {

namespace {

using store::failure;
using store::failure_kind;
using store::outcome;

failure no_such_page() {
  return {failure_kind::refused, "this page does not exist: a cursor is what the page before gave"};
}

/// Numbers with points between them; nothing if there are not that many, or others.
template<std::size_t N>
std::optional<std::array<std::int64_t, N>> numbers_in(std::string_view text) {
  std::array<std::int64_t, N> out{};
  for (std::size_t i = 0; i < N; ++i) {
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out[i]);
    const auto rest = text.substr(static_cast<std::size_t>(end - text.data()));
    if (code != std::errc{} || (i + 1 < N ? !rest.starts_with('.') : !rest.empty()))
      return std::nullopt;
    text = rest.substr(rest.empty() ? 0 : 1);
  }
  return out;
}

template<class... Numbers>
std::string cursor_of(Numbers... x) {
  std::string out;
  ((out += (out.empty() ? "" : ".") + std::to_string(x)), ...);
  return out;
}

std::optional<store::verdict_key> verdict_key_of(const std::string& cursor) {
  const auto x = numbers_in<3>(cursor);
  if (!x || (*x)[0] < 0 || (*x)[1] < 0 || (*x)[2] < 0 || (*x)[1] > INT32_MAX || (*x)[2] > INT32_MAX)
    return std::nullopt;
  return store::verdict_key{wall_time{(*x)[0]}, static_cast<std::uint32_t>((*x)[1]),
                            static_cast<std::uint32_t>((*x)[2])};
}

std::optional<store::row_key> row_key_of(const std::string& cursor) {
  const auto x = numbers_in<4>(cursor);
  if (!x || (*x)[0] < 0 || (*x)[2] < 0 || (*x)[3] < 0 || (*x)[3] > 1)
    return std::nullopt;
  return store::row_key{(*x)[0], (*x)[1], static_cast<std::uint64_t>((*x)[2]), (*x)[3] == 1};
}

outcome<export_page> verdicts_page(store::reading& from, const export_question& x, wall_time now) {
  const auto after = verdict_key_of(x.cursor);
  if (!x.cursor.empty() && !after)
    return no_such_page();
  const auto span = span_of(from, x, now);
  if (!span)
    return span.why();
  export_page page;
  page.from = span->from;
  page.to = span->to;
  if (!after)
    page.text = exchange::verdicts_header();
  const auto found = from.verdicts(x.agreement, span->from, span->to, x.imported, after, max_page_verdicts);
  std::size_t written = 0;
  while (written < found.size() && page.text.size() < max_export_page_bytes)
    exchange::append_verdict(page.text, found[written++]);
  if (written < found.size() || found.size() == max_page_verdicts) {
    const auto& last = found[written - 1].what;
    page.next = cursor_of(last.from.unix_us, last.point, last.version);
  }
  return page;
}

outcome<export_page> samples_page(store::reading& from, const export_question& x) {
  const auto after = row_key_of(x.cursor);
  if (!x.cursor.empty() && !after)
    return no_such_page();
  const auto number = from.stream_number(x.stream);
  if (!number)
    return failure{failure_kind::not_found, "no row of the stream " + to_string(x.stream) + " was ever stored"};
  export_page page;
  page.from = x.from;
  page.to = x.to;
  if (!after)
    page.text = exchange::samples_header();
  auto found = from.rows(*number, x.from, x.to, after, max_page_rows);
  std::size_t written = 0;
  sample_row row;
  while (written < found.size() && page.text.size() < max_export_page_bytes) {
    auto& one = found[written++].row;
    one.stream = x.stream;
    store::unpack(one, row);
    exchange::append_sample(page.text, row);
  }
  if (written < found.size() || found.size() == max_page_rows) {
    const auto& [last, late] = found[written - 1];
    page.next = cursor_of(last.second, static_cast<std::int64_t>(last.incarnation), last.first_sequence, late ? 1 : 0);
  }
  return page;
}

} // namespace

outcome<calendar::time_span> span_of(store::reading& from, const export_question& x, wall_time now) {
  if (x.period.empty())
    return calendar::time_span{x.from, x.to};
  history_question of;
  of.agreement = x.agreement;
  of.period = x.period;
  const auto widest = widest_span(of, now);
  if (const auto* why = std::get_if<calendar::refusal>(&widest))
    return failure{failure_kind::refused, why->why};
  const auto& wide = std::get<time_span>(widest);
  const auto found = in_period(from.versions(x.agreement, {}, wide.from, wide.to), of, now);
  if (const auto* why = std::get_if<calendar::refusal>(&found))
    return failure{failure_kind::refused, why->why};
  const auto& all = std::get<std::vector<agreement_in_period>>(found);
  if (all.empty())
    return failure{failure_kind::not_found, "the agreement " + x.agreement + " was not in force in this period"};
  return all.front().span;
}

outcome<export_page> csv_page(store::reading& from, const export_question& x, wall_time now) {
  if (x.what == export_kind::samples)
    return samples_page(from, x);
  return verdicts_page(from, x, now);
}

} // namespace sluice::query
