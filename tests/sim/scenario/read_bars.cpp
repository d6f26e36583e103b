// What must come of it.
#include "tests/sim/scenario/parts.hpp"

#include "actors/domain/quantity.hpp"
#include "actors/domain/stream.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::sim {

namespace {

/// Those whose names match one of the patterns.
std::vector<std::size_t> clients_of(section& in, std::string_view key, const scenario& all) {
  std::vector<std::size_t> found;
  for (const auto& pattern : in.texts(key)) {
    const auto before = found.size();
    for (std::size_t i = 0; i < all.clients.size(); ++i)
      if (matches(pattern, all.clients[i].name))
        found.push_back(i);
    if (found.size() == before)
      in.complain(key, "has " + pattern + ", which is the name of no client");
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::optional<double> bound(section& in, std::string_view key, unit of) {
  if (!in.has(key)) {
    static_cast<void>(in.any(key));
    return std::nullopt;
  }
  switch (of) {
  case unit::share:
    return static_cast<double>(in.share(key, 0, 0, 100 * whole)) / whole;
  case unit::time:
    return static_cast<double>(in.time(key, duration{0}).count()) / 1e9;
  default:
    return in.decimal(key, 0);
  }
}

void read_bounds(section& in, bar_spec& x) {
  const auto of = unit_of(x.what);
  x.at_least = bound(in, "at_least", of);
  x.at_most = bound(in, "at_most", of);
  const auto is = bound(in, "is", of);
  const auto within = static_cast<double>(in.share("within", 0)) / whole;
  if (is) {
    x.at_least = *is * (1 - within);
    x.at_most = *is * (1 + within);
  }
  if (in.has("is") != in.has("within"))
    in.complain(in.has("is") ? "is" : "within", "needs the other of is and within");
  if (is && (in.has("at_least") || in.has("at_most")))
    in.complain("is", "cannot stand beside at_least or at_most");
  if (!x.at_least && !x.at_most)
    in.complain("", "must have at_least, at_most, or is and within");
}

std::vector<std::string> words_of_measures() {
  std::vector<std::string> words;
  for (auto i = 0; i <= static_cast<int>(measure::throttle_bytes_per_second); ++i)
    words.emplace_back(name_of(static_cast<measure>(i)));
  return words;
}

std::vector<std::string> words_of_events() {
  std::vector<std::string> words;
  for (auto i = 0; i <= static_cast<int>(event_kind::samples_lost); ++i)
    words.emplace_back(to_string(static_cast<event_kind>(i)));
  return words;
}

bool about_latency(measure x) {
  return x == measure::windows_met || x == measure::latency || x == measure::recovered_within;
}

void read_latency_keys(section& in, bar_spec& x) {
  const std::vector<std::string> statistics{"mean", "p50", "p90", "p95", "p99", "p99.9"};
  if (about_latency(x.what))
    x.statistic = static_cast<latency_statistic>(in.one_of("statistic", statistics, 0));
  if (x.what == measure::windows_met || x.what == measure::recovered_within) {
    in.need("target");
    x.target = in.time("target", std::chrono::milliseconds{1}, duration{1});
  }
}

bar_spec read_bar(section& in, const scenario& all) {
  bar_spec x;
  x.line = in.line();
  in.need("measure");
  x.what = static_cast<measure>(in.one_of("measure", words_of_measures(), 2));
  x.name = in.text("name");
  x.clients = clients_of(in, "clients", all);
  if (!in.has("clients"))
    for (std::size_t i = 0; i < all.clients.size(); ++i)
      x.clients.push_back(i);
  const auto compares = x.what == measure::ratio || x.what == measure::share;
  if (compares) {
    in.need("against");
    x.against = clients_of(in, "against", all);
  }
  x.from = in.time("from", duration{0});
  x.to = in.time("to", all.length);
  if (x.to <= x.from || x.to > all.length)
    in.complain("to", "must be later than from and within the length of the scenario");
  read_latency_keys(in, x);
  const auto by_window = x.what == measure::windows_met || x.what == measure::rate_windows
                         || x.what == measure::least_rate || x.what == measure::most_rate;
  if (by_window)
    x.window = in.time("window", x.window, std::chrono::milliseconds{100});
  if (x.window % std::chrono::milliseconds{100} != duration{0})
    in.complain("window", "must be a multiple of 100ms");
  if (x.what == measure::rate_windows) {
    in.need("per_second");
    x.per_second = in.decimal("per_second", 0);
  }
  if (x.what == measure::event_within || x.what == measure::events) {
    in.need("event");
    x.event = static_cast<event_kind>(in.one_of("event", words_of_events(), 0));
  }
  if (x.what == measure::fairness || compares)
    x.count = static_cast<service_count>(in.one_of("count", {"replies", "bytes", "device_time"}, 0));
  if (about_latency(x.what) && in.one_of("where", {"client", "device"}, 0) == 1) {
    x.at_device = true;
    if (x.statistic != latency_statistic::mean)
      in.complain("where", "is only for means");
  }
  if (!compares && x.what != measure::fairness)
    x.each = in.flag("each", false);
  x.pooled = in.flag("pooled", false);
  if (x.what != measure::total_vs_uncontrolled)
    x.uncontrolled = in.flag("uncontrolled", false);
  read_bounds(in, x);
  return x;
}

} // namespace

void read_bars(section& file, scenario& to) {
  file.need("bars");
  const auto* bars = file.list("bars");
  if (bars == nullptr)
    return;
  if (bars->items.empty())
    file.complain("bars", "must be at least one");
  for (std::size_t i = 0; i < bars->items.size(); ++i) {
    section in{bars->items[i], item_path("bars", i), file.problems()};
    to.bars.push_back(read_bar(in, to));
  }
}

} // namespace sluice::sim
