// Formats.
#include "actors/report/figures.hpp"

#include "actors/domain/quantity.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace sluice::report {

namespace {

constexpr std::int64_t second_us = 1'000'000;

template<class... Ts>
std::string formatted(const char* form, Ts... x) {
  char text[96];
  std::snprintf(text, sizeof text, form, x...);
  return text;
}

calendar::clock_time shown(const std::optional<calendar::zone>& zone, wall_time x) {
  return zone ? zone->shown_at(x) : calendar::clock_time{x.unix_us};
}

} // namespace

clocks::clocks(const std::string& zone_name) : name_(zone_name), zone_(calendar::zone::find(zone_name)) {
  if (!zone_)
    name_ = "UTC";
}

calendar::day_date clocks::date(wall_time x) const {
  return calendar::date_of(shown(zone_, x));
}

wall_time clocks::month_begin(wall_time x) const {
  auto first = date(x);
  first.day = 1;
  const auto begin = calendar::midnight(first);
  return zone_ ? zone_->reached(begin) : wall_time{begin.us};
}

std::string clocks::day(wall_time x) const {
  const auto day = date(x);
  return formatted("%04d-%02u-%02u", day.year, day.month, day.day);
}

std::string clocks::short_day(wall_time x) const {
  constexpr std::array names{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = date(x);
  return formatted("%u %s", day.day, names[(day.month + 11) % 12]);
}

std::string clocks::moment(wall_time x) const {
  const auto at = shown(zone_, x);
  const auto rest = at.us - calendar::midnight(calendar::date_of(at)).us;
  const auto seconds = rest / second_us;
  return day(x)
         + formatted(" %02d:%02d:%02d", static_cast<int>(seconds / 3600), static_cast<int>(seconds / 60 % 60),
                     static_cast<int>(seconds % 60));
}

std::string percent(std::optional<std::uint32_t> ppm) {
  if (!ppm)
    return "-";
  auto text = percent_text(*ppm);
  text.pop_back();
  return text + " %";
}

std::string length(duration x) {
  using namespace std::chrono;
  if (x < duration::zero())
    return '-' + length(-x);
  if (x == duration::zero())
    return "0 s";
  if (x < 1s)
    return std::to_string(duration_cast<milliseconds>(x).count()) + " ms";
  const auto all = duration_cast<seconds>(x).count();
  const std::array<std::pair<std::int64_t, const char*>, 4> parts{
      {{all / 86'400, " d"}, {all / 3600 % 24, " h"}, {all / 60 % 60, " min"}, {all % 60, " s"}}};
  const auto first = std::find_if(parts.begin(), parts.end(), [](const auto& part) {
    return part.first > 0;
  });
  std::string text;
  // Seconds say nothing beside days.
  for (auto at = first; at != parts.end() && at - first < 3; ++at)
    if (at->first > 0)
      text += (text.empty() ? "" : " ") + std::to_string(at->first) + at->second;
  return text;
}

std::string latency(duration x) {
  const auto us = static_cast<double>(x.count()) / 1e3;
  const auto shown = [](double value, const char* unit) {
    return formatted(value < 10 ? "%.2f %s" : value < 100 ? "%.1f %s" : "%.0f %s", value, unit);
  };
  if (us < 1000)
    return shown(us, "us");
  return us < 1e6 ? shown(us / 1e3, "ms") : shown(us / 1e6, "s");
}

std::string exact(duration x) {
  std::string out;
  for (const char c : duration_text(x)) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && !out.empty() && out.back() >= '0' && out.back() <= '9')
      out += ' ';
    out += c;
  }
  return out;
}

std::string count(std::uint64_t x) {
  auto text = std::to_string(x);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

std::string burn(std::optional<std::uint64_t> milli) {
  if (!milli)
    return "-";
  if (*milli > 1'000'000'000)
    return "unbounded";
  return formatted("%llu.%02llu", static_cast<unsigned long long>(*milli / 1000),
                   static_cast<unsigned long long>(*milli % 1000 / 10));
}

std::string promise_text(const objective& x, std::uint32_t point) {
  if (point >= x.latency.size())
    return count(x.reservation.per_second) + " IOPS at any time";
  const auto& p = x.latency[point];
  return std::string{to_string(p.statistic)} + " latency at most " + exact(p.target)
         + (p.up_to.unlimited() ? " at any load" : " up to " + count(p.up_to.per_second) + " IOPS");
}

std::string_view cause_text(violation_cause x) noexcept {
  switch (x) {
  case violation_cause::none:
    return "not known";
  case violation_cause::stream:
    return "another stream";
  case violation_cause::capacity:
    return "too little capacity";
  case violation_cause::backend:
    return "the backend";
  case violation_cause::gateway:
    return "the gateway";
  case violation_cause::control:
    return "no control";
  }
  return "not known";
}

} // namespace sluice::report
