// The table of settings and their texts.
#include "actors/domain/policy_setting.hpp"

#include "actors/domain/quantity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace sluice {

namespace {

constexpr std::int64_t second = 1'000'000'000;  // [ns]
constexpr std::int64_t millisecond = 1'000'000; // [ns]
constexpr std::int64_t hour = 3'600 * second;   // chosen: no time of control is longer
constexpr std::int64_t whole = 1'000'000;       // [ppm]
constexpr std::int64_t all_tiers = 0xffff;      // four tiers of four bits
constexpr std::size_t tier_count = std::tuple_size_v<yield_turns>;

double as_share(std::int64_t ppm) {
  return static_cast<double>(ppm) / 1e6;
}

/// The tier that yields at this turn; nothing behind the last.
std::optional<tier> yielding_at(std::int64_t packed, std::size_t turn) {
  const auto nibble = (packed >> (4 * turn)) & 0xf;
  return nibble == 0 ? std::nullopt : std::optional{static_cast<tier>(nibble - 1)};
}

/// Tiers that are not named yield last, together.
yield_turns turns_of(std::int64_t packed) {
  std::uint8_t named = 0;
  yield_turns turns{};
  turns.fill(0xff);
  for (std::size_t i = 0; i < tier_count; ++i)
    if (const auto x = yielding_at(packed, i))
      turns[static_cast<std::size_t>(*x)] = named++;
  std::replace(turns.begin(), turns.end(), std::uint8_t{0xff}, named);
  return turns;
}

bool each_once(std::int64_t packed) {
  std::array<bool, tier_count> seen{};
  bool ended = false;
  for (std::size_t i = 0; i < tier_count; ++i) {
    const auto x = yielding_at(packed, i);
    if (x && (ended || *x > tier::gold || std::exchange(seen[static_cast<std::size_t>(*x)], true)))
      return false;
    ended = ended || !x;
  }
  return true;
}

using unit = setting_unit;

constexpr policy_key keys[] = {
    {"mode", unit::mode, 0, 1,
     [](backend_policy& to, std::int64_t x) {
       to.control.mode = static_cast<policy_mode>(x);
     }},
    {"best_effort_floor.iops", unit::per_second, 1, 1'000'000,
     [](backend_policy& to, std::int64_t x) {
       to.control.best_effort_floor = {static_cast<std::uint64_t>(x)};
     }},
    {"best_effort_floor.share", unit::share, 1, whole,
     [](backend_policy& to, std::int64_t x) {
       to.control.best_effort_share = as_share(x);
     }},
    {"best_effort_weight", unit::count, 1, 1'000,
     [](backend_policy& to, std::int64_t x) {
       to.control.best_effort_weight = static_cast<double>(x);
     }},
    {"aim.mean", unit::share, 1, whole,
     [](backend_policy& to, std::int64_t x) {
       to.control.aim_mean = as_share(x);
     }},
    {"aim.percentile", unit::share, 1, whole,
     [](backend_policy& to, std::int64_t x) {
       to.control.aim_percentile = as_share(x);
     }},
    {"knee", unit::time, 1'000, 60 * second,
     [](backend_policy& to, std::int64_t x) {
       to.control.knee = duration{x};
       to.control.knee_least = std::min(to.control.knee_least, to.control.knee);
     }},
    {"knee_least", unit::time, 1'000, 60 * second,
     [](backend_policy& to, std::int64_t x) {
       to.control.knee_least = duration{x};
     }},
    {"hysteresis.sticky", unit::time, 0, hour,
     [](backend_policy& to, std::int64_t x) {
       to.control.sticky = duration{x};
     }},
    {"hysteresis.active", unit::time, millisecond, hour,
     [](backend_policy& to, std::int64_t x) {
       to.control.active = duration{x};
     }},
    {"hysteresis.small_step", unit::share, 1, whole,
     [](backend_policy& to, std::int64_t x) {
       to.control.small_step = as_share(x);
     }},
    {"hysteresis.large_step", unit::share, 1, whole,
     [](backend_policy& to, std::int64_t x) {
       to.control.large_step = as_share(x);
     }},
    {"hysteresis.between_small_steps", unit::time, 0, hour,
     [](backend_policy& to, std::int64_t x) {
       to.control.between_small_steps = duration{x};
     }},
    {"deficit.after", unit::time, 0, hour,
     [](backend_policy& to, std::int64_t x) {
       to.control.deficit_after = duration{x};
     }},
    {"deficit.over", unit::time, 0, hour,
     [](backend_policy& to, std::int64_t x) {
       to.control.deficit_over = duration{x};
     }},
    {"deficit.yield", unit::tiers, 0, all_tiers,
     [](backend_policy& to, std::int64_t x) {
       to.control.turns = turns_of(x);
     }},
    {"admission.oversubscription", unit::share, whole, 100 * whole,
     [](backend_policy& to, std::int64_t x) {
       to.oversubscription = as_share(x);
     }},
};

std::optional<std::int64_t> parse_tiers(std::string_view text) {
  std::int64_t packed = 0;
  for (std::size_t turn = 0; !text.empty(); ++turn) {
    const auto end = text.find(',');
    const auto found = parse_tier(text.substr(0, end));
    if (!found || turn >= tier_count)
      return std::nullopt;
    packed |= (static_cast<std::int64_t>(*found) + 1) << (4 * turn);
    if (end == std::string_view::npos)
      break;
    text.remove_prefix(end + 1);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.empty())
      return std::nullopt;
  }
  return packed;
}

std::string tiers_text(std::int64_t packed) {
  std::string text;
  for (std::size_t i = 0; i < tier_count; ++i)
    if (const auto x = yielding_at(packed, i))
      text += (text.empty() ? "" : ", ") + std::string{to_string(*x)};
  return text;
}

std::optional<std::int64_t> parse_count(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

} // namespace

std::span<const policy_key> policy_keys() noexcept {
  return keys;
}

const policy_key* find_policy_key(std::string_view name) noexcept {
  const auto* found = std::find_if(std::begin(keys), std::end(keys), [&](const policy_key& x) {
    return x.name == name;
  });
  return found == std::end(keys) ? nullptr : found;
}

bool allows(const policy_key& x, std::int64_t value) noexcept {
  return value >= x.least && value <= x.most && (x.unit != setting_unit::tiers || each_once(value));
}

std::optional<std::int64_t> parse_setting(const policy_key& x, std::string_view text) {
  std::optional<std::int64_t> value;
  switch (x.unit) {
  case setting_unit::mode:
    if (const auto mode = parse_policy_mode(text))
      value = static_cast<std::int64_t>(*mode);
    break;
  case setting_unit::tiers:
    value = parse_tiers(text);
    break;
  case setting_unit::time:
    if (const auto length = parse_duration(text))
      value = length->count();
    break;
  case setting_unit::share:
    if (const auto ppm = parse_percent(text))
      value = std::int64_t{*ppm};
    break;
  case setting_unit::per_second:
  case setting_unit::count:
    value = parse_count(text);
    break;
  }
  return value && allows(x, *value) ? value : std::nullopt;
}

std::string setting_text(const policy_key& x, std::int64_t value) {
  switch (x.unit) {
  case setting_unit::mode:
    return std::string{to_string(static_cast<policy_mode>(value))};
  case setting_unit::tiers:
    return tiers_text(value);
  case setting_unit::time:
    return duration_text(duration{value});
  case setting_unit::share:
    return percent_text(static_cast<std::uint32_t>(value));
  case setting_unit::per_second:
  case setting_unit::count:
    return std::to_string(value);
  }
  return {};
}

std::string expected_of(const policy_key& x) {
  const auto range = setting_text(x, x.least) + " to " + setting_text(x, x.most);
  switch (x.unit) {
  case setting_unit::mode:
    return "enforce or observe";
  case setting_unit::tiers:
    return "a list of best-effort, bronze, silver and gold, each at most once, who yields first named first";
  case setting_unit::time:
    return "a time of " + range;
  case setting_unit::share:
    return "a percentage of " + range;
  case setting_unit::per_second:
  case setting_unit::count:
    return "a whole number of " + range;
  }
  return {};
}

} // namespace sluice
