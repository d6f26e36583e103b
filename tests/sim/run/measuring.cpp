// The measures, one function each. Windows begin at whole tenths of a second.
#include "tests/sim/run/measuring.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sluice::sim {

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr double never = std::numeric_limits<double>::infinity();

double seconds(duration x) {
  return static_cast<double>(x.count()) / 1e9;
}

class measuring {
public:
  measuring(const bar_spec& bar, const outcome& run) : bar_(bar), run_(run) {}

  [[nodiscard]] experience::bin sum(const std::vector<std::size_t>& clients, instant from, instant to) const {
    experience::bin all;
    for (const auto i : clients) {
      const auto x = run_.clients[i].sum(from, to);
      all.count += x.count;
      all.sum += x.sum;
      all.at_device += x.at_device;
      all.bytes += x.bytes;
      all.device_time += x.device_time;
      all.longest = std::max(all.longest, x.longest);
    }
    return all;
  }

  [[nodiscard]] double rate(instant from, instant to) const {
    return sum(bar_.clients, from, to).count / seconds(to - from);
  }

  /// Zero if nothing was answered.
  [[nodiscard]] duration latency(instant from, instant to) const {
    if (bar_.statistic == latency_statistic::mean) {
      const auto all = sum(bar_.clients, from, to);
      return all.count == 0 ? duration::zero() : (bar_.at_device ? all.at_device : all.sum) / all.count;
    }
    std::vector<duration> each;
    for (const auto i : bar_.clients)
      run_.clients[i].collect(from, to, each);
    return statistic_of(each, bar_.statistic);
  }

  /// Calls `f(from, to)` for each whole window.
  template<class F>
  void windows(duration step, F f) const {
    for (auto t = bar_.from; t + bar_.window <= bar_.to; t += step)
      f(t, t + bar_.window);
  }

  /// A window without an answer is met: whether there was any is asked by a bar on rates.
  [[nodiscard]] double windows_met() const {
    double good = 0;
    double all = 0;
    windows(bar_.window, [&](instant from, instant to) {
      good += latency(from, to) <= bar_.target ? 1 : 0;
      ++all;
    });
    return all == 0 ? nothing : good / all;
  }

  [[nodiscard]] double rate_windows() const {
    double good = 0;
    double all = 0;
    windows(bar_.window, [&](instant from, instant to) {
      good += rate(from, to) >= bar_.per_second ? 1 : 0;
      ++all;
    });
    return all == 0 ? nothing : good / all;
  }

  [[nodiscard]] double extreme_rate(bool most) const {
    auto found = nothing;
    windows(experience::bin_length, [&](instant from, instant to) {
      const auto x = rate(from, to);
      if (std::isnan(found) || (most ? x > found : x < found))
        found = x;
    });
    return found;
  }

  [[nodiscard]] double recovered_within() const {
    double last = 0;
    for (auto t = bar_.from; t < bar_.to; t += experience::bin_length)
      if (latency(t, t + experience::bin_length) > bar_.target)
        last = seconds(t + experience::bin_length - bar_.from);
    return last;
  }

  [[nodiscard]] double service(const experience::bin& x) const {
    switch (bar_.count) {
    case service_count::bytes:
      return static_cast<double>(x.bytes);
    case service_count::device_time:
      return seconds(x.device_time);
    default:
      return x.count;
    }
  }
  [[nodiscard]] double service(const std::vector<std::size_t>& clients) const {
    return service(sum(clients, bar_.from, bar_.to));
  }

  [[nodiscard]] double quotient() const {
    const auto other = service(bar_.against);
    return other > 0 ? service(bar_.clients) / other : nothing;
  }

  [[nodiscard]] double fairness() const {
    auto least = never;
    double most = 0;
    for (const auto i : bar_.clients) {
      const auto x = service(run_.clients[i].sum(bar_.from, bar_.to));
      least = std::min(least, x);
      most = std::max(most, x);
    }
    return most > 0 ? least / most : nothing;
  }

  /// Of the stream that had most.
  [[nodiscard]] double commands_per_second(const std::vector<std::vector<std::uint32_t>>& commands) const {
    double most = 0;
    for (const auto& its : commands) {
      double count = 0;
      for (auto i = static_cast<std::size_t>(bar_.from / std::chrono::seconds{1}); i < last_second(); ++i)
        count += its[i];
      most = std::max(most, count / static_cast<double>(last_second() - first_second()));
    }
    return most;
  }

  [[nodiscard]] double throttle_bytes() const {
    double bytes = 0;
    for (auto i = first_second(); i < last_second(); ++i)
      bytes += static_cast<double>(run_.throttle_bytes[i]);
    return bytes / static_cast<double>(last_second() - first_second());
  }

  [[nodiscard]] double longest_wait() const {
    auto longest = sum(bar_.clients, bar_.from, bar_.to).longest;
    if (bar_.to >= run_.length)
      for (const auto i : bar_.clients)
        longest = std::max(longest, run_.unanswered[i]);
    return seconds(longest);
  }

  [[nodiscard]] double event_within() const {
    for (const auto& x : run_.events)
      if (x.what.kind == bar_.event && x.at >= bar_.from && x.at < bar_.to)
        return seconds(x.at - bar_.from);
    return never;
  }

  [[nodiscard]] double events() const {
    return static_cast<double>(std::count_if(run_.events.begin(), run_.events.end(), [&](const timed_event& x) {
      return x.what.kind == bar_.event && x.at >= bar_.from && x.at < bar_.to;
    }));
  }

private:
  [[nodiscard]] std::size_t first_second() const {
    return static_cast<std::size_t>(bar_.from / std::chrono::seconds{1});
  }
  [[nodiscard]] std::size_t last_second() const {
    return std::max(static_cast<std::size_t>(bar_.to / std::chrono::seconds{1}), first_second() + 1);
  }

  const bar_spec& bar_;
  const outcome& run_;
};

} // namespace

double distance_to_bounds(const bar_spec& x, double figure) noexcept {
  if (std::isnan(figure))
    return -never;
  auto least = never;
  if (x.at_least)
    least = std::min(least, figure - *x.at_least);
  if (x.at_most)
    least = std::min(least, *x.at_most - figure);
  return least;
}

double figure_of(const bar_spec& x, const outcome& with, const outcome* without) {
  if (x.each && x.clients.size() > 1) {
    auto one = x;
    auto worst = nothing;
    for (const auto i : x.clients) {
      one.clients = {i};
      const auto figure = figure_of(one, with, without);
      if (std::isnan(figure))
        return nothing;
      if (std::isnan(worst) || distance_to_bounds(x, figure) < distance_to_bounds(x, worst))
        worst = figure;
    }
    return worst;
  }
  if (compares(x) && without == nullptr)
    return nothing;
  const auto& run = x.uncontrolled ? *without : with;
  const measuring m{x, run};
  switch (x.what) {
  case measure::windows_met:
    return m.windows_met();
  case measure::rate_windows:
    return m.rate_windows();
  case measure::rate:
    return m.rate(x.from, x.to);
  case measure::least_rate:
    return m.extreme_rate(false);
  case measure::most_rate:
    return m.extreme_rate(true);
  case measure::latency: {
    const auto latency = m.latency(x.from, x.to);
    return latency > duration::zero() ? seconds(latency) : nothing;
  }
  case measure::recovered_within:
    return m.recovered_within();
  case measure::ratio:
  case measure::share:
    return m.quotient();
  case measure::fairness:
    return m.fairness();
  case measure::total_vs_uncontrolled: {
    const auto other = measuring{x, *without}.rate(x.from, x.to);
    return other > 0 ? m.rate(x.from, x.to) / other : nothing;
  }
  case measure::commands_per_second:
    return m.commands_per_second(run.commands);
  case measure::longest_wait:
    return m.longest_wait();
  case measure::event_within:
    return m.event_within();
  case measure::events:
    return m.events();
  case measure::throttle_bytes_per_second:
    return m.throttle_bytes();
  }
  return nothing;
}

} // namespace sluice::sim
