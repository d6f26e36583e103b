// The one file that knows the calendar library. It counts days; which of them the clocks show is asked of the zone, and
// where a rule ends is looked after here.
#include "actors/calendar/recurrence.hpp"

#include "actors/calendar/rule_text.hpp"

#include <libical/ical.h>
#include <memory>
#include <optional>

namespace sluice::calendar {

namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_us = 86'400 * second_us;

icaltimetype to_ical(clock_time x) {
  const auto day = date_of(x);
  const auto second = static_cast<int>((x.us - midnight(day).us) / second_us);
  auto result = icaltime_null_time();
  result.year = day.year;
  result.month = static_cast<int>(day.month);
  result.day = static_cast<int>(day.day);
  result.hour = second / 3600;
  result.minute = second / 60 % 60;
  result.second = second % 60;
  return result;
}

/// Nothing for a day outside the years that are known.
std::optional<clock_time> from_ical(const icaltimetype& x) {
  const day_date day{x.year, static_cast<unsigned>(x.month), static_cast<unsigned>(x.day)};
  if (!exists(day))
    return std::nullopt;
  return clock_time{midnight(day).us + (std::int64_t{x.hour} * 3600 + x.minute * 60 + x.second) * second_us};
}

/// The last moment at which a rule gives a time: on the clocks, or in UTC.
struct rule_end {
  std::optional<clock_time> shown;
  std::optional<wall_time> utc;
  [[nodiscard]] bool is_before(clock_time x, wall_time at) const {
    return (shown && *shown < x) || (utc && *utc < at);
  }
};

/// Nothing if the text names no day.
std::optional<rule_end> end_of(const icaltimetype& until) {
  if (icaltime_is_null_time(until))
    return rule_end{};
  const auto at = from_ical(until);
  if (!at)
    return until.year > last_year ? std::optional{rule_end{}} : std::nullopt;
  if (until.is_date) // the whole day
    return rule_end{clock_time{at->us + day_us - 1}, std::nullopt};
  if (icaltime_is_utc(until))
    return rule_end{std::nullopt, wall_time{at->us}};
  return rule_end{*at, std::nullopt};
}

struct iterator_deleter {
  void operator()(icalrecur_iterator* x) const {
    icalrecur_iterator_free(x);
  }
};

/// The days and times of a rule, one after the other.
class rule_walk {
public:
  /// @pre !problem_with_rule(rule)
  rule_walk(const std::string& rule, clock_time first) {
    auto read = icalrecurrencetype_from_string(rule.c_str());
    if (read.freq == ICAL_NO_RECURRENCE) {
      icalerror_clear_errno();
      return;
    }
    end_ = end_of(read.until);
    count_ = static_cast<std::size_t>(read.count);
    // Of what the library gives not each counts, hence it is not the one who knows when it is enough.
    read.count = 0;
    read.until = icaltime_null_time();
    iterator_.reset(icalrecur_iterator_new(read, to_ical(first)));
    icalerror_clear_errno();
  }

  [[nodiscard]] bool is_usable() const {
    return iterator_ && end_;
  }
  [[nodiscard]] std::optional<clock_time> next() {
    const auto x = icalrecur_iterator_next(iterator_.get());
    return icaltime_is_null_time(x) ? std::nullopt : from_ical(x);
  }
  [[nodiscard]] bool ends_before(clock_time x, wall_time at, std::size_t counted) const {
    return end_->is_before(x, at) || (count_ > 0 && counted >= count_);
  }

private:
  std::unique_ptr<icalrecur_iterator, iterator_deleter> iterator_;
  std::optional<rule_end> end_;
  std::size_t count_ = 0; ///< 0 = without end
};

bool touches(const time_span& a, const time_span& b) {
  return a.from < b.to && b.from < a.to;
}

time_span spanning(wall_time from, duration length) {
  return {from, {from.unix_us + std::chrono::duration_cast<std::chrono::microseconds>(length).count()}};
}

std::string problem_with_bounds(const exclusion& x) {
  const auto year = date_of({x.starts.unix_us}).year;
  if (year < first_year || year > last_year)
    return "An exclusion must begin in the years " + std::to_string(first_year) + " to " + std::to_string(last_year)
           + ".";
  if (x.length < std::chrono::microseconds{1} || x.length > max_exclusion_length)
    return "An exclusion must be longer than nothing and at most 31 days long.";
  return "";
}

std::variant<std::vector<time_span>, refusal> recurring(const exclusion& x, const zone& in, const time_span& within) {
  // Rules count in whole seconds; what the first one has beyond them all have.
  const auto shown = in.shown_at(x.starts);
  const auto rest = shown.us % second_us;
  rule_walk walk{x.recurrence, shown};
  if (!walk.is_usable())
    return refusal{"The recurrence " + x.recurrence + " gives no time."};
  std::vector<time_span> result;
  std::size_t counted = 0;
  for (std::size_t step = 0; step < max_recurrences; ++step) {
    auto time = walk.next();
    if (time)
      time->us += rest;
    if (step == 0 && time != shown)
      return refusal{"A recurring exclusion must begin with one of its own times."};
    const auto at = !time ? std::nullopt : *time == shown ? std::optional{x.starts} : in.first_shown(*time);
    if (!time || (at && (*at >= within.to || walk.ends_before(*time, *at, counted))))
      return result;
    if (!at)
      continue;
    ++counted;
    if (const auto its = spanning(*at, x.length); touches(its, within))
      result.push_back(its);
  }
  return result; // there are no more days than that
}

} // namespace

std::variant<std::vector<time_span>, refusal> times_of(const exclusion& x, const time_span& within) {
  if (auto problem = problem_with_bounds(x); !problem.empty())
    return refusal{std::move(problem)};
  const auto in = zone::find(x.time_zone);
  if (!in)
    return refusal{"There is no such time zone in the tz database."};
  if (!x.recurrence.empty()) {
    if (auto problem = problem_with_rule(x.recurrence); !problem.empty())
      return refusal{std::move(problem)};
    return recurring(x, *in, within);
  }
  const auto once = spanning(x.starts, x.length);
  return touches(once, within) ? std::vector{once} : std::vector<time_span>{};
}

std::string problem_with_times(const exclusion& x) {
  constexpr time_span all{{0}, {std::int64_t{last_year - first_year + 2} * 366 * day_us}};
  const auto tried = times_of(x, all);
  const auto* const refused = std::get_if<refusal>(&tried);
  if (refused != nullptr)
    return refused->why;
  return std::get<0>(tried).empty() ? "An exclusion must have a time; this one has none." : "";
}

} // namespace sluice::calendar
