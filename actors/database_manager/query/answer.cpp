// One function per kind of question.
#include "actors/database_manager/query/answer.hpp"

#include "actors/database_manager/query/accounts.hpp"
#include "actors/domain/error_budget.hpp"
#include "actors/domain/selection.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::query {

namespace {

using store::failure;
using store::failure_kind;
using store::outcome;
using store::reading;
using store::resolution;

failure refused(const calendar::refusal& x) {
  return {failure_kind::refused, x.why};
}

wall_time days_before(wall_time x, std::int64_t days) noexcept {
  return {x.unix_us - days * 86'400'000'000};
}

/// The rows of [from, to) from the table of the resolution; what is not rolled up yet from the finer ones.
std::vector<series_point> read_series(reading& from, const resolution& how, std::span<const std::int32_t> streams,
                                      wall_time begin, wall_time end) {
  using table = resolution::table;
  store::series_sum sums{begin, end, how.length};
  const auto done = from.progress();
  auto at = begin;
  const auto read_until = [&](table of, wall_time until) {
    const auto to = std::clamp(until, at, end);
    from.add_rows(of, streams, at, to, sums);
    at = to;
  };
  if (how.source == table::hours)
    read_until(table::hours, done.hours);
  if (how.source != table::samples)
    read_until(table::minutes, done.minutes);
  read_until(table::samples, end);
  return sums.points();
}

/// Rows of a table lie on its grid: the parts begin there too.
void align(history_answer& x, const resolution& how) {
  const auto grid_us = how.source == resolution::table::samples   ? 1'000'000
                       : how.source == resolution::table::minutes ? 60'000'000
                                                                  : std::int64_t{3'600'000'000};
  x.from.unix_us -= x.from.unix_us % grid_us;
  x.to.unix_us += (grid_us - x.to.unix_us % grid_us) % grid_us;
  x.resolution = how.length;
  x.source = to_string(how.source);
}

resolution resolution_of(const history_question& x, wall_time from, wall_time to, wall_time now,
                         const store::retention& kept) {
  return store::resolution_for(from, to, x.points, days_before(now, kept[store::growing_table::samples]),
                               days_before(now, kept[store::growing_table::minutes]));
}

outcome<history_answer> series(reading& from, const history_question& x, wall_time now, const store::retention& kept) {
  const auto number = from.stream_number(x.stream);
  if (!number)
    return failure{failure_kind::not_found, "no row of the stream " + to_string(x.stream) + " was ever stored"};
  history_answer out;
  out.from = x.from;
  out.to = x.to;
  const auto how = resolution_of(x, x.from, x.to, now, kept);
  align(out, how);
  const std::int32_t one = *number;
  out.series = read_series(from, how, {&one, 1}, out.from, out.to);
  out.streams = 1;
  return out;
}

outcome<history_answer> decisions(reading& from, const history_question& x) {
  history_answer out;
  out.from = x.from;
  out.to = x.to;
  out.decisions = from.decisions(x.stream, x.from, x.to, x.limit, x.after, out.next);
  return out;
}

/// The agreements that a question is about, with their spans and what of these does not count.
struct subject {
  std::vector<agreement_in_period> agreements;
  std::vector<exclusion> exclusions;
  std::vector<not_counted> excluded; ///< of each agreement
  time_span span;                    ///< that all agreements' spans lie in, those of other pages too
  std::string next;                  ///< the last agreement, if the question was for a page and there is another

  [[nodiscard]] std::vector<store::counted_span> spans() const {
    std::vector<store::counted_span> out;
    for (const auto& x : agreements)
      out.push_back({x.terms().name, x.span.from, x.span.to, x.span.from});
    return out;
  }
  [[nodiscard]] std::vector<store::counted_span> excluded_spans() const {
    std::vector<store::counted_span> out;
    for (const auto& x : excluded)
      out.insert(out.end(), x.merged.begin(), x.merged.end());
    return out;
  }
};

/// The span that all agreements' spans lie in; `widest` where there are none.
time_span span_of(const std::vector<agreement_in_period>& all, const time_span& widest) {
  auto out = all.empty() ? widest : all.front().span;
  for (const auto& x : all)
    out = {std::min(out.from, x.span.from), std::max(out.to, x.span.to)};
  return out;
}

/// Leaves those behind `x.after`, by name, at most `x.limit`.
void cut_to_page(subject& of, const history_question& x) {
  auto& all = of.agreements;
  const auto name_of = [](const agreement_in_period& y) -> const std::string& {
    return y.terms().name;
  };
  std::ranges::sort(all, {}, name_of); // the database has an order of its own
  all.erase(all.begin(), std::ranges::upper_bound(all, x.after, {}, name_of));
  if (all.size() <= x.limit)
    return;
  all.erase(all.begin() + x.limit, all.end());
  of.next = name_of(all.back());
}

outcome<subject> subject_of(reading& from, const history_question& x, wall_time now) {
  auto span = widest_span(x, now);
  if (const auto* why = std::get_if<calendar::refusal>(&span))
    return refused(*why);
  subject out;
  const auto widest = std::get<time_span>(span);
  auto found = in_period(from.versions(x.agreement, x.tenant, widest.from, widest.to), x, now);
  if (const auto* why = std::get_if<calendar::refusal>(&found))
    return refused(*why);
  out.agreements = std::move(std::get<std::vector<agreement_in_period>>(found));
  if (out.agreements.empty() && !x.agreement.empty())
    return failure{failure_kind::not_found, "the agreement " + x.agreement + " was not in force in this period"};
  if (out.agreements.empty() && !x.tenant.empty())
    return failure{failure_kind::not_found, "the tenant " + x.tenant + " had no agreement in this period"};
  out.span = span_of(out.agreements, widest);
  if (x.what == question_kind::compliance && x.agreement.empty())
    cut_to_page(out, x);
  out.exclusions = from.exclusions(max_exclusions);
  std::size_t spans = 0;
  exclusion_cache cache{out.exclusions};
  for (const auto& one : out.agreements) {
    out.excluded.push_back(cache.excluded_of(one.terms().name, one.time_zone, one.span));
    spans += out.excluded.back().spans.size();
  }
  if (spans > max_excluded_spans)
    return failure{failure_kind::refused, "there are more than " + std::to_string(max_excluded_spans)
                                              + " excluded times in this period; ask for a shorter one"};
  return out;
}

void set_span(history_answer& to, const subject& of) {
  to.from = of.span.from;
  to.to = of.span.to;
}

/// The windows of the usual alerts, which end with the last verdict of the period.
std::vector<window_account> windows_of(reading& from, const subject& of, wall_time judged_until) {
  const auto& one = of.agreements.front();
  const auto& name = one.terms().name;
  const auto end = std::min(one.span.to, judged_until);
  std::vector<window_account> out;
  for (const auto& alert : burn_alerts) {
    for (const auto length : {alert.longer, alert.shorter}) {
      const wall_time begin{end.unix_us - std::chrono::duration_cast<std::chrono::microseconds>(length).count()};
      const auto excluded = excluded_of(name, one.time_zone, {begin, end}, of.exclusions);
      const store::counted_span span{name, begin, end, begin};
      auto sums = add_up(from.count({&span, 1}, false), from.count(excluded.merged, false));
      out.push_back({length, sums[name].whole});
    }
  }
  return out;
}

outcome<history_answer> compliance(reading& from, const history_question& x, wall_time now) {
  auto of = subject_of(from, x, now);
  if (!of)
    return of.why();
  history_answer out;
  set_span(out, *of);
  out.judged_until = from.progress().verdicts;
  auto sums = add_up(from.count(of->spans(), false), from.count(of->excluded_spans(), false));
  for (const auto& one : of->agreements)
    out.accounts.push_back(account_of(one, sums[one.terms().name], out.judged_until));
  out.next = of->next;
  if (x.agreement.empty())
    return out;
  out.windows = windows_of(from, *of, out.judged_until);
  out.excluded = std::move(of->excluded.front().spans);
  return out;
}

bool is_position(const std::string& x) {
  std::uint32_t value = 0;
  const auto [end, code] = std::from_chars(x.data(), x.data() + x.size(), value);
  return x.empty() || (code == std::errc{} && end == x.data() + x.size());
}

outcome<history_answer> violations(reading& from, const history_question& x, wall_time now) {
  auto of = subject_of(from, x, now);
  if (!of)
    return of.why();
  history_answer out;
  set_span(out, *of);
  out.judged_until = from.progress().verdicts;
  out.violations =
      from.violations(x.agreement, out.from, out.to, of->excluded.front().merged, x.limit, x.after, out.next);
  return out;
}

outcome<history_answer> top(reading& from, const history_question& x, wall_time now) {
  auto of = subject_of(from, x, now);
  if (!of)
    return of.why();
  history_answer out;
  set_span(out, *of);
  out.judged_until = from.progress().verdicts;
  out.ranking = from.top(x.by, x.tenant, out.from, out.to, of->excluded_spans(), x.limit);
  return out;
}

/// The streams that fall under the agreement, by the last versions of all agreements that were in force in the period.
std::vector<std::int32_t> streams_of(reading& from, const agreement& x, const time_span& within,
                                     std::uint32_t& left_out) {
  std::vector<agreement> all;
  for (auto& version : from.versions({}, {}, within.from, within.to)) {
    if (version.terms.suspended)
      continue;
    if (!all.empty() && all.back().name == version.terms.name)
      all.back() = std::move(version.terms);
    else
      all.push_back(std::move(version.terms));
  }
  std::vector<std::int32_t> out;
  for (const auto& [number, stream] : from.streams(max_known_streams)) {
    if (!matches(x.streams, stream))
      continue;
    const auto* falls_under = agreement_for(all, stream);
    if (falls_under == nullptr || falls_under->name != x.name)
      continue;
    if (out.size() < max_report_streams)
      out.push_back(number);
    else
      ++left_out;
  }
  return out;
}

outcome<history_answer> report(reading& from, const history_question& x, wall_time now, const store::retention& kept) {
  auto of = subject_of(from, x, now);
  if (!of)
    return of.why();
  const auto& one = of->agreements.front();
  const auto& excluded = of->excluded.front();
  history_answer out;
  out.from = one.span.from;
  out.to = one.span.to;
  out.judged_until = from.progress().verdicts;
  const auto all = from.count(of->spans(), true);
  const auto taken_out = from.count(excluded.merged, true);
  out.accounts.push_back(account_of(one, add_up(all, taken_out)[x.agreement], out.judged_until));
  out.hours = by_hour(all, taken_out);
  out.windows = windows_of(from, *of, out.judged_until);
  std::string next;
  out.violations = from.violations(x.agreement, out.from, out.to, excluded.merged, x.limit, {}, next);
  out.versions = one.versions;
  const auto touches = [&](std::int64_t id) {
    return std::find(excluded.touching.begin(), excluded.touching.end(), id) != excluded.touching.end();
  };
  for (const auto& entry : of->exclusions)
    if (touches(entry.withdraws != 0 ? entry.withdraws : entry.id))
      out.exclusions.push_back(entry);
  out.excluded = excluded.spans;
  out.violations_left_out = next.empty() ? 0 : 1;
  const auto streams = streams_of(from, one.terms(), one.span, out.streams_left_out);
  out.streams = static_cast<std::uint32_t>(streams.size());
  const auto how = resolution_of(x, out.from, out.to, now, kept);
  history_answer aligned;
  aligned.from = out.from;
  aligned.to = out.to;
  align(aligned, how);
  out.resolution = aligned.resolution;
  out.source = aligned.source;
  if (!streams.empty())
    out.series = read_series(from, how, streams, aligned.from, aligned.to);
  out.proof = from.proof(x.agreement, out.to);
  return out;
}

history_answer exclusions(reading& from, const history_question& x) {
  const auto after = x.after.empty() ? 0 : std::stoll(x.after);
  history_answer out;
  out.exclusions = from.exclusions(max_exclusions);
  std::erase_if(out.exclusions, [&](const exclusion& entry) {
    return entry.id <= after;
  });
  if (out.exclusions.size() > x.limit) {
    out.exclusions.resize(x.limit);
    out.next = std::to_string(out.exclusions.back().id);
  }
  return out;
}

outcome<history_answer> audit(reading& from, const history_question& x) {
  history_answer out;
  out.from = x.from;
  out.to = x.to;
  out.audit = from.audit(x.who, x.action, x.from, x.to, x.limit, x.after, out.next);
  return out;
}

outcome<history_answer> answer_kind(reading& from, const history_question& x, wall_time now,
                                    const store::retention& kept) {
  switch (x.what) {
  case question_kind::series:
    return series(from, x, now, kept);
  case question_kind::compliance:
    return compliance(from, x, now);
  case question_kind::violations:
    return violations(from, x, now);
  case question_kind::top:
    return top(from, x, now);
  case question_kind::decisions:
    return decisions(from, x);
  case question_kind::report:
    return report(from, x, now, kept);
  case question_kind::exclusions:
    return exclusions(from, x);
  case question_kind::audit:
    return audit(from, x);
  }
  return failure{failure_kind::refused, "this kind of question is not known"};
}

} // namespace

outcome<history_answer> answer(reading& from, const history_question& x, wall_time now, const store::retention& kept) {
  const bool by_number = x.what == question_kind::exclusions || x.what == question_kind::violations;
  if (by_number && !is_position(x.after))
    return failure{failure_kind::refused, "this page does not exist: `after` is what the page before gave as `next`"};
  auto out = answer_kind(from, x, now, kept);
  if (out)
    out->at = now;
  return out;
}

} // namespace sluice::query
