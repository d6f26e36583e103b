// Series: which resolution is chosen, and that sums of sums are the sums of what is in them.
#include "actors/database_manager/query/accounts.hpp"
#include "actors/database_manager/store/series_sum.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::store;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("unit.history");

namespace {

constexpr std::int64_t second_us = 1'000'000;

constexpr wall_time at(std::int64_t seconds) {
  return {1'790'000'400 * second_us + seconds * second_us}; // on the hour
}

resolution chosen(std::int64_t seconds, std::uint32_t points, std::int64_t samples_from = 0,
                  std::int64_t minutes_from = 0) {
  return resolution_for(at(0), at(seconds), points, at(samples_from), at(minutes_from));
}

std::string cells_of(const std::vector<std::pair<int, int>>& buckets) {
  std::string out = "{";
  for (const auto& [bucket, requests] : buckets)
    out += (out.size() > 1 ? "," : "") + std::to_string(bucket * (1 << 23) + requests);
  return out + '}';
}

} // namespace

TEST_CASE("the resolution is the finest that fits the points and is still kept") {
  using table = resolution::table;
  const auto is = [](const resolution& x, table source, duration length) {
    return x.source == source && x.length == length;
  };
  CHECK(is(chosen(600, 600), table::samples, 1s));
  CHECK(is(chosen(601, 600), table::minutes, 1min));
  CHECK(is(chosen(3600, 60), table::minutes, 1min));
  CHECK(is(chosen(3600, 59), table::minutes, 2min));
  CHECK(is(chosen(86'400, 100), table::minutes, 15min));
  CHECK(is(chosen(30 * 86'400, 1000), table::hours, 1h));
  CHECK(is(chosen(365 * 86'400, 1000), table::hours, 12h));
  CHECK(is(chosen(365 * 86'400, 100), table::hours, 96h));
  CHECK(is(chosen(600, 600, 1), table::minutes, 1min));
  CHECK(is(chosen(600, 600, 1, 1), table::hours, 1h));
}

TEST_CASE("percentiles of a part are those of all its requests") {
  series_sum sums{at(0), at(120), 1min};
  latency_histogram expected;
  const auto first = cells_of({{40, 7}, {80, 2}});
  const auto second = cells_of({{40, 100}, {120, 1}});
  for (const auto& [bucket, requests] : {std::pair{40, 107}, {80, 2}, {120, 1}})
    for (int i = 0; i < requests; ++i)
      expected.record(latency_histogram::upper_edge(static_cast<std::size_t>(bucket)) - 1ns);
  series_row row;
  row.seconds = 1;
  row.completions = 9;
  row.interval_ns = 1'000'000'000;
  row.total_latency_sum_ns = 900;
  row.total_latency = first;
  row.at = at(59);
  sums.add(row);
  row.completions = 101;
  row.total_latency = second;
  row.total_latency_sum_ns = 200;
  row.at = at(3);
  sums.add(row);
  row.at = at(120); // outside
  sums.add(row);
  const auto points = sums.points();
  REQUIRE(points.size() == 1);
  CHECK(points[0].at == at(0));
  CHECK(points[0].seconds == 2);
  CHECK(points[0].completions == 110);
  CHECK(points[0].mean == duration{10});
  for (const auto& [value, q] : {std::pair{points[0].p50, 0.5},
                                 {points[0].p90, 0.9},
                                 {points[0].p95, 0.95},
                                 {points[0].p99, 0.99},
                                 {points[0].p999, 0.999}})
    CHECK(value == expected.quantile(q));
}

TEST_CASE("cells that no histogram has are not counted") {
  histogram_sum sum;
  for (const auto* text : {"", "{", "5", "{a}", "{-1}", "{1,}x", "{2013265920}"}) {
    CAPTURE(text);
    CHECK_FALSE(sum.add(text));
  }
  CHECK(sum.count() == 0);
  CHECK(sum.add("{}"));
  CHECK(sum.quantile(0.5) == duration{0});
}

TEST_CASE("several versions add up: those with one objective by it, others by the whole") {
  using namespace sluice::query;
  const std::vector<counted> all{{"a", 1, 0, {}, {.met = 10, .violated = 2}},
                                 {"a", 2, 0, {}, {.met = 5, .violated = 5}},
                                 {"a", 2, 1, {}, {.met = 10}},
                                 {"a", 2, whole_agreement, {}, {.met = 5, .violated = 5}}};
  const std::vector<counted> excluded{{"a", 1, 0, {}, {.met = 1, .violated = 2}}};
  auto sums = add_up(all, excluded);
  CHECK(sums["a"].whole == interval_counts{.met = 14, .violated = 5, .excluded = 3});
  CHECK(sums["a"].objectives.size() == 3);
  CHECK(sums["a"].objectives[{1, 0}] == interval_counts{.met = 9, .excluded = 3});
}
