// The grammar of a rule, part by part.
#include "actors/calendar/rule_text.hpp"

#include "actors/calendar/recurrence.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace sluice::calendar {

namespace {

constexpr std::size_t max_parts = 11; // that there are
constexpr std::array<std::string_view, 7> weekdays{"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
constexpr std::array<std::string_view, 4> frequencies{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
constexpr std::array<std::string_view, 3> too_frequent{"SECONDLY", "MINUTELY", "HOURLY"};
constexpr std::array<std::string_view, 3> within_a_day{"BYSECOND", "BYMINUTE", "BYHOUR"};

/// A part whose values are numbers, and between which.
struct number_part {
  std::string_view name;
  int least;
  int most;
  bool negative; ///< counts from the end
  bool list;
};

constexpr std::array<number_part, 7> number_parts{{
    {"COUNT", 1, static_cast<int>(max_recurrences), false, false},
    {"INTERVAL", 1, 1000, false, false},
    {"BYMONTHDAY", 1, 31, true, true},
    {"BYYEARDAY", 1, 366, true, true},
    {"BYWEEKNO", 1, 53, true, true},
    {"BYMONTH", 1, 12, false, true},
    {"BYSETPOS", 1, 366, true, true},
}};

template<class Range>
bool contains(const Range& xs, std::string_view x) {
  return std::find(xs.begin(), xs.end(), x) != xs.end();
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == text.npos)
      return parts;
    text.remove_prefix(end + 1);
  }
}

/// A whole number of at most five digits, with a sign if one is allowed.
std::optional<int> number(std::string_view text, bool may_be_negative) {
  const auto negative = !text.empty() && text.front() == '-';
  if (may_be_negative && (negative || text.starts_with('+')))
    text.remove_prefix(1);
  if (text.empty() || text.size() > 5 || !std::all_of(text.begin(), text.end(), [](char c) {
        return c >= '0' && c <= '9';
      }))
    return std::nullopt;
  int result = 0;
  for (const auto c : text)
    result = result * 10 + (c - '0');
  return negative ? -result : result;
}

bool is_number(const number_part& part, std::string_view text) {
  const auto value = number(text, part.negative);
  const auto size = value ? std::abs(*value) : -1;
  return value && size >= part.least && size <= part.most;
}

bool is_numbers(const number_part& part, std::string_view text) {
  const auto items = split(text, ',');
  return (part.list || items.size() == 1) && std::all_of(items.begin(), items.end(), [&](std::string_view x) {
           return is_number(part, x);
         });
}

/// A weekday, with a number before it in months and years: -1SU is the last Sunday.
bool is_weekday(std::string_view text, bool may_be_numbered) {
  if (text.size() < 2 || !contains(weekdays, text.substr(text.size() - 2)))
    return false;
  const auto position = text.substr(0, text.size() - 2);
  return position.empty() || (may_be_numbered && is_number({"", 1, 53, true, false}, position));
}

bool is_weekdays(std::string_view text, bool may_be_numbered) {
  const auto items = split(text, ',');
  return std::all_of(items.begin(), items.end(), [&](std::string_view x) {
    return is_weekday(x, may_be_numbered);
  });
}

/// 20261203, 20261203T013000 or 20261203T013000Z; whether there is such a day says the library.
bool is_until(std::string_view text) {
  constexpr std::string_view form = "00000000T000000Z";
  return (text.size() == 8 || text.size() == 15 || text.size() == 16)
         && std::equal(text.begin(), text.end(), form.begin(), [](char c, char wanted) {
              return wanted == '0' ? c >= '0' && c <= '9' : c == wanted;
            });
}

using rule_parts = std::vector<std::pair<std::string_view, std::string_view>>;

std::string_view value_of(const rule_parts& parts, std::string_view name) {
  for (const auto& [its, value] : parts)
    if (its == name)
      return value;
  return {};
}

std::string problem_with_part(const rule_parts& all, std::string_view name, std::string_view value) {
  const std::string wrong = "In the recurrence " + std::string{name} + " has the wrong value " + std::string{value};
  if (name == "FREQ" && contains(too_frequent, value))
    return "A recurrence must be DAILY, WEEKLY, MONTHLY or YEARLY.";
  if (contains(within_a_day, name))
    return "A recurrence gives days; the time of day is that of the first one, and there is no " + std::string{name}
           + ".";
  if (name == "FREQ")
    return contains(frequencies, value) ? "" : wrong + ": it must be DAILY, WEEKLY, MONTHLY or YEARLY.";
  if (name == "UNTIL")
    return is_until(value) ? "" : wrong + ": it must be like 20261203T013000Z.";
  if (name == "WKST")
    return contains(weekdays, value) ? "" : wrong + ": it must be a weekday such as MO.";
  if (name == "BYDAY") {
    const auto frequency = value_of(all, "FREQ");
    const auto numbered = frequency == "MONTHLY" || (frequency == "YEARLY" && value_of(all, "BYWEEKNO").empty());
    return is_weekdays(value, numbered) ? "" : wrong + ": weekdays such as SU, numbered only in a month or year.";
  }
  for (const auto& part : number_parts)
    if (part.name == name)
      return is_numbers(part, value)
                 ? ""
                 : wrong + ": from " + std::to_string(part.least) + " to " + std::to_string(part.most)
                       + (part.negative ? ", or negative from the end." : ".");
  return "A recurrence has no part " + std::string{name} + ".";
}

/// Which parts go together (RFC 5545, 3.3.10).
std::string problem_with_combination(const rule_parts& parts) {
  const auto has = [&](std::string_view name) {
    return !value_of(parts, name).empty();
  };
  const auto frequency = value_of(parts, "FREQ");
  if (has("COUNT") && has("UNTIL"))
    return "A recurrence has COUNT or UNTIL, not both.";
  if (has("BYWEEKNO") && frequency != "YEARLY")
    return "In a recurrence BYWEEKNO needs FREQ=YEARLY.";
  if (has("BYYEARDAY") && frequency != "YEARLY")
    return "In a recurrence BYYEARDAY needs FREQ=YEARLY.";
  if (has("BYMONTHDAY") && frequency == "WEEKLY")
    return "In a recurrence BYMONTHDAY does not go with FREQ=WEEKLY.";
  const auto is_choice = [](const auto& part) {
    return part.first.starts_with("BY") && part.first != "BYSETPOS";
  };
  if (has("BYSETPOS") && std::none_of(parts.begin(), parts.end(), is_choice))
    return "In a recurrence BYSETPOS needs another BY part to choose from.";
  return "";
}

bool is_rule_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
         || std::string_view{"=;,+-"}.find(c) != std::string_view::npos;
}

} // namespace

std::string problem_with_rule(std::string_view rule) {
  if (rule.size() > max_rule_length)
    return "A recurrence has at most " + std::to_string(max_rule_length) + " characters.";
  if (!std::all_of(rule.begin(), rule.end(), is_rule_character))
    return "A recurrence consists of capital letters, digits and = ; , + -, for example FREQ=WEEKLY;BYDAY=SU.";
  rule_parts parts;
  for (const auto part : split(rule, ';')) {
    const auto equals = part.find('=');
    if (equals == part.npos || equals == 0 || equals + 1 == part.size())
      return "A recurrence has the form of FREQ=WEEKLY;BYDAY=SU.";
    if (!value_of(parts, part.substr(0, equals)).empty() || parts.size() == max_parts)
      return "In a recurrence each part may stand once.";
    parts.emplace_back(part.substr(0, equals), part.substr(equals + 1));
  }
  if (value_of(parts, "FREQ").empty())
    return "A recurrence must have a part FREQ, for example FREQ=WEEKLY.";
  for (const auto& [name, value] : parts)
    if (auto problem = problem_with_part(parts, name, value); !problem.empty())
      return problem;
  return problem_with_combination(parts);
}

} // namespace sluice::calendar
