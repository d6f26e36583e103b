// Limits from ini sections.
#include "gateways/control/limit_options.hpp"

#include "actors/domain/quantity.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace sluice::gateway {

namespace {

constexpr std::uint64_t max_iops = 100'000'000; // as domain/throttle
constexpr std::uint64_t max_depth = 1u << 20;
constexpr std::uint64_t max_write_percent = 100'000;

/// "2.5" is 2500.
std::optional<std::uint32_t> parse_milli(std::string_view text) {
  std::uint64_t whole = 0;
  const auto* const end = text.data() + text.size();
  auto [at, failed] = std::from_chars(text.data(), end, whole);
  if (failed != std::errc{} || whole > 1'000'000)
    return {};
  auto result = whole * cost_curve::one_io;
  if (at != end) {
    if (*at != '.' || ++at == end || end - at > 3)
      return {};
    for (std::uint64_t digit = cost_curve::one_io / 10; at != end; ++at, digit /= 10) {
      if (*at < '0' || *at > '9')
        return {};
      result += digit * static_cast<std::uint64_t>(*at - '0');
    }
  }
  return static_cast<std::uint32_t>(result);
}

std::optional<cost_point> parse_point(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos)
    return {};
  const auto size = parse_size(text.substr(0, colon));
  const auto cost = parse_milli(text.substr(colon + 1));
  if (!size || !cost || *size > std::numeric_limits<std::uint32_t>::max())
    return {};
  return cost_point{static_cast<std::uint32_t>(*size), *cost};
}

} // namespace

std::optional<cost_curve> parse_cost(std::string_view text) {
  cost_curve result;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto point = parse_point(text.substr(0, end));
    if (!point || result.count == cost_curve::max_points)
      return {};
    result.points[result.count++] = *point;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  io_limits probe;
  probe.cost = result;
  if (result.count == 0 || !problem_with(probe).empty())
    return {};
  return result;
}

cost_curve read_cost(section_reader& section) {
  cost_curve result;
  if (section.has("cost")) {
    const auto text = section.text("cost");
    if (const auto parsed = parse_cost(text))
      result = *parsed;
    else if (!text.empty())
      section.mistake("cost", "expected " + std::string{cost_form} + ", got " + text);
  }
  result.write_percent =
      static_cast<std::uint32_t>(section.number("write-cost-percent", result.write_percent, max_write_percent));
  if (result.write_percent == 0)
    section.mistake("write-cost-percent", "expected a whole number from 1 to " + std::to_string(max_write_percent));
  return result;
}

std::uint32_t read_weight(section_reader& section) {
  const auto weight = section.number("weight", 1, fair_share::max_weight);
  if (weight == 0)
    section.mistake("weight", "expected a whole number from 1 to " + std::to_string(fair_share::max_weight));
  return static_cast<std::uint32_t>(weight);
}

io_limits read_io_limits(section_reader& section) {
  io_limits x;
  x.iops = rate{section.number("iops", 0, max_iops)};
  x.bandwidth = section.bandwidth("bandwidth");
  x.depth = static_cast<std::uint32_t>(section.number("depth", 0, max_depth));
  x.burst_iops = rate{section.number("burst-iops", 0, max_iops)};
  x.burst_bandwidth = section.bandwidth("burst-bandwidth");
  x.burst_length = section.time("burst-for", duration::zero());
  const auto faster = section.has("burst-iops") || section.has("burst-bandwidth");
  if (faster != section.has("burst-for"))
    section.mistake(faster ? "burst-for" : "burst-iops", "missing; a burst's rate and burst-for go together");
  if (section.has("burst-iops") && x.iops.unlimited())
    section.mistake("burst-iops", "needs iops, which it exceeds for a while");
  if (section.has("burst-bandwidth") && x.bandwidth.unlimited())
    section.mistake("burst-bandwidth", "needs bandwidth, which it exceeds for a while");
  if (section.has("burst-for") && x.burst_length == duration::zero())
    section.mistake("burst-for", "must be above 0s");
  if (section.has("burst-iops") && x.burst_iops <= x.iops)
    section.mistake("burst-iops", "must be above iops");
  if (section.has("burst-bandwidth") && x.burst_bandwidth <= x.bandwidth)
    section.mistake("burst-bandwidth", "must be above bandwidth");
  if (x.burst_length > std::chrono::hours{1})
    section.mistake("burst-for", "at most 1h");
  x.cost = read_cost(section);
  return x;
}

} // namespace sluice::gateway
