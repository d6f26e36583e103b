// One table of fields for all calls about the past.
#include "actors/application_server/http/past_call.hpp"

#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/text_reader.hpp"
#include "actors/application_server/http/wall_clock_text.hpp"
#include "actors/domain/quantity.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::http {

namespace {

question_kind kind_of(operation x) noexcept {
  switch (x) {
  case operation::show_history:
    return question_kind::series;
  case operation::list_decisions:
    return question_kind::decisions;
  case operation::list_violations:
    return question_kind::violations;
  case operation::list_top:
    return question_kind::top;
  case operation::make_report:
    return question_kind::report;
  case operation::list_exclusions:
    return question_kind::exclusions;
  case operation::list_audit:
    return question_kind::audit;
  default:
    return question_kind::compliance;
  }
}

bool is_of_stream(operation x) noexcept {
  return x == operation::show_history || x == operation::list_decisions || x == operation::export_samples;
}

/// Which calls know a field.
bool allowed(const route& from, std::string_view name) noexcept {
  const auto what = from.what;
  const bool of_all = what == operation::show_compliance && from.name.empty();
  if (name == "from" || name == "to")
    return what != operation::make_statement && what != operation::list_exclusions;
  if (name == "period")
    return !is_of_stream(what) && what != operation::list_exclusions && what != operation::list_audit;
  if (name == "points")
    return what == operation::show_history;
  if (name == "limit")
    return what == operation::list_decisions || what == operation::list_violations || what == operation::list_top
           || what == operation::list_audit || of_all;
  if (name == "after")
    return of_all || what == operation::list_exclusions || what == operation::list_decisions
           || what == operation::list_violations || what == operation::list_audit;
  if (name == "who" || name == "action")
    return what == operation::list_audit;
  if (name == "by")
    return what == operation::list_top;
  if (name == "tenant")
    return what == operation::list_top || what == operation::show_compliance;
  return name == "format" && what == operation::make_report;
}

bool is_utf8(const std::string& x) {
  try {
    return !json(x).dump().empty(); // refuses what is none
  } catch (const json::exception&) {
    return false;
  }
}

/// Texts of an exclusion are shown to customers: no control characters. PostgreSQL takes UTF-8 alone.
bool is_text(const std::string& x, std::size_t most) {
  return !x.empty() && x.size() <= most && is_utf8(x) && std::none_of(x.begin(), x.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
  });
}

/// Reads the fields one by one; a field that cannot be read is a mistake.
class past_reader {
public:
  past_reader(const route& from, call& to) : from_(from), to_(to) {}

  std::vector<mistake> read() && {
    for (const auto& [name, value] : from_.query) {
      if (!allowed(from_, name))
        found_.push_back({'?' + name, "is no query field of this path"});
      else
        field(name, value);
    }
    auto& x = to_.past;
    const bool has_span = from_.query.contains("from") || from_.query.contains("to");
    if (has_span && !x.period.empty())
      found_.push_back({"?period", "cannot stand beside from and to"});
    if (!has_span && x.period.empty() && !is_of_stream(from_.what) && from_.what != operation::list_audit)
      x.period = "current";
    return std::move(found_);
  }

private:
  void field(const std::string& name, const std::string& value) {
    auto& x = to_.past;
    if (name == "period")
      text(name, value, x.period);
    else if (name == "after")
      text(name, value, x.after);
    else if (name == "from")
      begin(value);
    else if (name == "to")
      moment(name, value, x.to);
    else if (name == "points")
      number(name, value, max_history_points, x.points);
    else if (name == "limit")
      number(name, value, max_history_entries, x.limit);
    else if (name == "by")
      by(value);
    else if (name == "format")
      format(value);
    else if (name == "who")
      line(name, value, x.who);
    else if (name == "action")
      text(name, value, x.action);
    else if (valid_name(value))
      x.tenant = value;
    else
      found_.push_back({'?' + name, "must be the name of a tenant"});
  }

  void text(const std::string& name, const std::string& value, std::string& to) {
    const auto printable = [](char c) {
      return c > ' ' && c < 0x7f;
    };
    to = value;
    if (value.empty() || value.size() > max_name_size || !std::all_of(value.begin(), value.end(), printable))
      found_.push_back({'?' + name, "must be 1 to 255 characters of ASCII without spaces"});
  }
  /// Names of people have spaces and any letters.
  void line(const std::string& name, const std::string& value, std::string& to) {
    to = value;
    if (!is_text(value, max_name_size))
      found_.push_back({'?' + name, "must be text of 1 to 255 bytes in one line"});
  }
  void moment(const std::string& name, const std::string& value, wall_time& to) {
    if (const auto at = parse_rfc3339(value))
      to = *at;
    else
      found_.push_back({'?' + name, "must be a time such as 2026-11-22T10:00:00Z or a day"});
  }
  void begin(const std::string& value) {
    if (!value.starts_with('-'))
      return moment("from", value, to_.past.from);
    const auto length = parse_duration(std::string_view{value}.substr(1));
    if (length && *length > duration::zero())
      to_.ago = *length;
    else
      found_.push_back({"?from", "must be a time, or how long before the end such as -1h30m"});
  }
  void number(const std::string& name, const std::string& value, std::uint32_t most, std::uint32_t& to) {
    const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), to);
    if (code != std::errc{} || end != value.data() + value.size() || to < 1 || to > most)
      found_.push_back({'?' + name, "must be a whole number from 1 to " + std::to_string(most)});
  }
  void by(const std::string& value) {
    for (const auto x : {ranking::culprit, ranking::agreement, ranking::tenant}) {
      if (value != to_string(x))
        continue;
      to_.past.by = x;
      return;
    }
    found_.push_back({"?by", "must be culprit, agreement or tenant"});
  }
  void format(const std::string& value) {
    if (value == "json")
      to_.format = report_format::as_json;
    else if (value == "text")
      to_.format = report_format::as_text;
    else if (value == "html")
      to_.format = report_format::as_html;
    else
      found_.push_back({"?format", "must be json, text or html"});
  }

  const route& from_;
  call& to_;
  std::vector<mistake> found_;
};

} // namespace

bool is_about_the_past(operation x) noexcept {
  switch (x) {
  case operation::show_compliance:
  case operation::show_history:
  case operation::list_decisions:
  case operation::list_violations:
  case operation::list_top:
  case operation::make_report:
  case operation::make_statement:
  case operation::list_exclusions:
  case operation::list_audit:
    return true;
  default:
    return false;
  }
}

std::optional<response> read_past(const route& from, call& to) {
  to.past.what = kind_of(from.what);
  to.past.stream = from.stream;
  if (from.what == operation::make_statement)
    to.past.tenant = from.name;
  else
    to.past.agreement = from.name;
  if (from.what == operation::list_top)
    to.past.limit = 20;
  if (from.what == operation::make_statement)
    to.past.limit = max_accounts;
  if (from.what == operation::make_report)
    to.past.limit = 500;
  if (from.what == operation::list_audit) {
    to.past.limit = default_events;
    to.ago = default_audit;
  }
  if (const auto found = past_reader{from, to}.read(); !found.empty())
    return problem(422, "a query field is wrong", found);
  return std::nullopt;
}

history_question complete(const call& x, wall_time now) {
  auto out = x.past;
  if (!out.period.empty())
    return out;
  if (out.to == wall_time{})
    out.to = now;
  if (out.from == wall_time{}) {
    const auto ago = x.ago > duration::zero() ? x.ago : default_past;
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(ago).count();
    out.from.unix_us = std::max<std::int64_t>(out.to.unix_us - us, 0);
  }
  return out;
}

namespace {

class exclusion_reader {
public:
  explicit exclusion_reader(exclusion& to) : to_(to) {}

  std::vector<mistake> read(const json& body) && {
    if (!body.is_object())
      return {{"", "must be an object with agreements, from, for, who and why"}};
    for (const auto& [name, value] : body.items()) {
      if (name == "correction" && value.is_boolean())
        to_.correction = value.get<bool>();
      else if (value.is_string())
        field(name, value.get<std::string>());
      else
        wrong(name, "is no field of an exclusion, or has the wrong type");
    }
    for (const auto* needed : {"agreements", "from", "for", "who", "why"})
      if (!body.contains(needed))
        wrong(needed, "is missing");
    return std::move(found_);
  }

private:
  void field(const std::string& name, const std::string& value) {
    if (name == "agreements")
      take(name, valid_pattern(value) ? std::optional{value} : std::nullopt, to_.agreements,
           "must be a name, in which * and ? may stand for characters");
    else if (name == "from")
      take(name, parse_rfc3339(value), to_.starts, "must be a time such as 2026-11-22T10:00:00Z");
    else if (name == "for")
      take(name, positive(value), to_.length, "must be a number with a unit, such as 4h");
    else if (name == "recurrence")
      text(name, value, 512, to_.recurrence);
    else if (name == "time_zone")
      text(name, value, max_name_size, to_.time_zone);
    else if (name == "who")
      text(name, value, max_who_size, to_.author);
    else if (name == "why")
      text(name, value, max_why_size, to_.reason);
    else
      wrong(name, "is no field of an exclusion");
  }
  static std::optional<duration> positive(const std::string& value) {
    const auto parsed = parse_duration(value);
    return parsed && *parsed > duration::zero() ? parsed : std::nullopt;
  }
  template<class T>
  void take(const std::string& name, const std::optional<T>& value, T& to, const char* wanted) {
    if (value)
      to = *value;
    else
      wrong(name, wanted);
  }
  void text(const std::string& name, const std::string& value, std::size_t most, std::string& to) {
    if (is_text(value, most))
      to = value;
    else
      wrong(name, "must be text of 1 to " + std::to_string(most) + " bytes in one line");
  }
  void wrong(const std::string& name, const std::string& what) {
    found_.push_back({name, what});
  }

  exclusion& to_;
  std::vector<mistake> found_;
};

} // namespace

std::optional<response> read_exclusion(const std::string& body, call& to) {
  auto read = read_json(body);
  if (auto* bad = std::get_if<unreadable>(&read))
    return problem(400, std::move(bad->why));
  to.entry.time_zone = "UTC";
  if (const auto found = exclusion_reader{to.entry}.read(std::get<json>(read)); !found.empty())
    return problem(422, "the exclusion was refused; nothing was changed", found);
  return std::nullopt;
}

std::optional<response> read_withdrawal(const route& from, call& to) {
  std::vector<mistake> found;
  const auto& number = from.name;
  const auto [end, code] = std::from_chars(number.data(), number.data() + number.size(), to.entry.withdraws);
  if (code != std::errc{} || end != number.data() + number.size() || to.entry.withdraws < 1)
    found.push_back({"", "the path must end with the exclusion's number"});
  for (const auto& [name, value] : from.query) {
    if (name == "who" && is_text(value, max_who_size))
      to.entry.author = value;
    else if (name == "why" && is_text(value, max_why_size))
      to.entry.reason = value;
    else if (name == "correction" && (value == "true" || value == "false"))
      to.entry.correction = value == "true";
    else
      found.push_back({'?' + name, "is no query field of this path, or has a value that it cannot have"});
  }
  if (to.entry.author.empty() || to.entry.reason.empty())
    found.push_back({to.entry.author.empty() ? "?who" : "?why", "is missing"});
  if (!found.empty())
    return problem(422, "the exclusion was not taken back", found);
  return std::nullopt;
}

} // namespace sluice::http
