// What must hold of verdicts made from rows, for any rows. Random inputs, seeded; a failure prints the seed.
#include "actors/domain/interval_account.hpp"
#include "actors/domain/judge.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <tuple>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t runs = 400;
constexpr std::int64_t second_us = 1'000'000;
constexpr int seconds_each = 40; // four intervals of 10 s
const shared_text greedy{"greedy"};
constexpr std::int64_t begin_us = 1'000 * second_us;

struct piece {
  int second = 0;
  std::uint32_t stream = 0;
  sample_row row;
};

/// A run: what each stream did in each second, as rows, and the samples of which they are made.
struct history {
  agreement terms;
  std::vector<piece> rows;
  std::vector<std::vector<sample>> samples; ///< by second
  std::vector<circumstances> around;        ///< by second
};

class dice {
public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t below(std::uint64_t n) {
    return engine_() % n;
  }
  bool one_in(std::uint64_t n) {
    return below(n) == 0;
  }
  std::mt19937_64& engine() {
    return engine_;
  }

private:
  std::mt19937_64 engine_;
};

agreement some_terms(dice& d) {
  agreement x;
  x.name = "a";
  x.version = 1 + static_cast<std::uint32_t>(d.below(3));
  x.objective.compliance.interval = 10s;
  if (!d.one_in(3))
    x.objective.reservation = {50 + d.below(200)};
  if (d.one_in(3))
    x.objective.limit.iops = {200 + d.below(200)};
  constexpr std::array statistics{latency_statistic::mean, latency_statistic::p50, latency_statistic::p99};
  for (std::uint64_t i = d.below(3); i < 3; ++i)
    x.objective.latency.push_back({statistics[d.below(3)],
                                   duration{1ms} * static_cast<int>(1 + d.below(8)),
                                   {d.one_in(3) ? 0 : 150 + d.below(200)}});
  return x;
}

sample some_sample(dice& d, duration interval, std::uint32_t backlog, control_state control) {
  sample x;
  x.interval = interval;
  x.backlog = backlog;
  x.control = control;
  const auto most = d.one_in(6) ? 0 : 1 + 150 * static_cast<std::uint64_t>(interval / 100ms) / 10;
  x.arrivals = most == 0 ? 0 : d.below(most);
  x.completions = most == 0 ? 0 : d.below(most);
  x.reads = x.completions == 0 ? 0 : d.below(x.completions + 1);
  x.writes = x.completions - x.reads;
  x.read_bytes = x.reads * 4096 * (1 + d.below(8));
  x.write_bytes = x.writes * 4096 * (1 + d.below(8));
  if (d.one_in(4))
    x.limited_by_rate = duration{1ms} * static_cast<int>(d.below(30));
  const auto base = duration{100us} * static_cast<int>(1 + d.below(80));
  const auto inside = d.one_in(4) ? base * 2 : duration{0};
  for (std::uint64_t i = 0; i < x.completions; ++i) {
    x.backend_latency.record(base);
    x.total_latency.record(base + inside);
  }
  return x;
}

history some_history(std::uint64_t seed, bool with_causes) {
  dice d{seed};
  history h;
  h.terms = some_terms(d);
  h.samples.resize(seconds_each);
  h.around.resize(seconds_each);
  const auto streams = 1 + d.below(4);
  std::vector<bool> was_busy(streams, false);
  std::vector<std::uint64_t> sequence(streams, 0);
  for (int second = 0; second < seconds_each; ++second) {
    const auto all_silent = d.one_in(10);
    for (std::uint32_t stream = 0; stream < streams; ++stream) {
      if (all_silent || d.one_in(12)) {
        h.around[static_cast<std::size_t>(second)].unmeasured |= was_busy[stream];
        was_busy[stream] = false;
        continue;
      }
      // Gauges hold for the whole second: a row keeps them as last seen.
      const auto backlog = static_cast<std::uint32_t>(d.one_in(5) ? d.below(4) : 0);
      const auto control = d.one_in(15) ? control_state::envelope : control_state::throttled;
      const auto parts = d.one_in(2) ? 10 : 1;
      const auto cut = d.one_in(5) ? 1 + d.below(9) : 99; // the application server was restarted: another row
      bool busy = backlog > 0;
      for (int i = 0; i < parts; ++i) {
        auto x = some_sample(d, 1s / parts, backlog, control);
        x.stream.client = "c" + std::to_string(stream);
        x.sequence = ++sequence[stream];
        x.taken = {begin_us + second * second_us + i * 100'000};
        busy = busy || x.arrivals + x.completions > 0;
        h.samples[static_cast<std::size_t>(second)].push_back(x);
        if (i == 0 || static_cast<std::uint64_t>(i) == cut)
          h.rows.push_back({second, stream, make_row(x, 1)});
        else
          REQUIRE(add(h.rows.back().row, x, 1));
      }
      was_busy[stream] = busy;
    }
    if (with_causes) {
      h.around[static_cast<std::size_t>(second)].deficit = d.one_in(8);
      h.around[static_cast<std::size_t>(second)].culprit = d.one_in(4) ? borrowed_text{greedy} : borrowed_text{};
    }
  }
  return h;
}

std::vector<verdict> judged_live(const history& h) {
  const kept_agreement terms{h.terms};
  account x;
  std::vector<verdict> result;
  (void)x.advance(terms, 0s, {begin_us});
  for (int second = 0; second < seconds_each; ++second) {
    for (const auto& s : h.samples[static_cast<std::size_t>(second)])
      x.add(s);
    x.add(h.around[static_cast<std::size_t>(second)]);
    for (auto& v : x.advance(terms, (second + 1) * 1s, {begin_us + (second + 1) * second_us}))
      result.push_back(std::move(v));
  }
  return result;
}

std::vector<final_verdict> judged_from_rows(const history& h, const std::vector<piece>& rows,
                                            std::span<const verdict> findings = {}) {
  std::map<int, second_record> seconds;
  for (const auto& x : rows)
    seconds[x.second].add(x.row, x.stream);
  interval_account account;
  account.begin(h.terms, {begin_us});
  std::vector<final_verdict> result;
  for (int second = 0; second < seconds_each; ++second) {
    if (seconds.contains(second))
      REQUIRE(account.add(h.terms, {begin_us + second * second_us}, seconds.at(second)));
    if ((second + 1) % 10 == 0)
      for (auto& v : account.close(h.terms, findings))
        result.push_back(std::move(v));
  }
  return result;
}

std::vector<verdict> whats(const std::vector<final_verdict>& xs) {
  std::vector<verdict> result;
  for (const auto& x : xs)
    result.push_back(x.what);
  return result;
}

} // namespace

TEST_CASE("property: rows give the verdicts that the core gave as it happened") {
  std::map<std::pair<verdict_outcome, violation_cause>, int> seen;
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    const auto h = some_history(seed, false);
    const auto live = judged_live(h);
    REQUIRE(whats(judged_from_rows(h, h.rows)) == live);
    for (const auto& x : live)
      ++seen[{x.outcome, x.cause}];
  }
  // The inputs are not all alike.
  CHECK(seen[{verdict_outcome::met, violation_cause::none}] > 100);
  CHECK(seen[{verdict_outcome::exempt, violation_cause::none}] > 10);
  CHECK(seen[{verdict_outcome::violated, violation_cause::backend}] > 10);
  CHECK(seen[{verdict_outcome::violated, violation_cause::gateway}] > 10);
  CHECK(seen[{verdict_outcome::violated, violation_cause::control}] > 10);
}

TEST_CASE("property: with the core's findings causes that only the core knows are the same, too") {
  int by_stream = 0;
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    const auto h = some_history(seed, true);
    const auto live = judged_live(h);
    REQUIRE(whats(judged_from_rows(h, h.rows, live)) == live);
    by_stream += static_cast<int>(std::count_if(live.begin(), live.end(), [](const verdict& x) {
      return x.cause == violation_cause::stream;
    }));
  }
  CHECK(by_stream > 10);
}

TEST_CASE("property: the order in which rows came changes nothing") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    const auto h = some_history(seed, true);
    auto shuffled = h.rows;
    dice d{seed};
    std::shuffle(shuffled.begin(), shuffled.end(), d.engine());
    REQUIRE(judged_from_rows(h, shuffled) == judged_from_rows(h, h.rows));
  }
}

TEST_CASE("property: a lead-in of two seconds is all that an interval needs of the past") {
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    const auto h = some_history(seed, false);
    const auto all = judged_from_rows(h, h.rows);
    std::map<int, second_record> seconds;
    for (const auto& x : h.rows)
      seconds[x.second].add(x.row, x.stream);
    interval_account fresh;
    fresh.begin(h.terms, {begin_us + 20 * second_us});
    for (int second = 18; second < 30; ++second)
      if (seconds.contains(second))
        REQUIRE(fresh.add(h.terms, {begin_us + second * second_us}, seconds.at(second)));
    const auto third = fresh.close(h.terms, {});
    const auto each = static_cast<std::ptrdiff_t>(third.size());
    REQUIRE(std::equal(third.begin(), third.end(), all.begin() + 2 * each));
  }
}
