// Which version judges which interval: changes in the midst of one, ends, and grids of another length.
#include "actors/domain/judged_span.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t second_us = 1'000'000;

wall_time at(double seconds) {
  return {static_cast<std::int64_t>(seconds * 1e6)};
}

agreement_period in_force(double since, double until, duration interval = 10s) {
  agreement_period x;
  x.terms.since = at(since);
  x.terms.objective.compliance.interval = interval;
  x.until = at(until);
  return x;
}

judged_span span(std::size_t version, double from, double to) {
  return {version, at(from), at(to)};
}

} // namespace

TEST_CASE("the first interval begins with the first point of the grid that the agreement sees") {
  const std::vector history{in_force(95, 0)};
  CHECK(next_interval(history, at(0)) == span(0, 100, 110));
  CHECK(next_interval(history, at(100)) == span(0, 100, 110));
  CHECK(next_interval(history, at(100.5)) == span(0, 110, 120));
  CHECK(next_interval(std::vector{in_force(100, 0)}, at(0)) == span(0, 100, 110));
}

TEST_CASE("an interval in which the agreement changed is judged by what was in force when it began") {
  const std::vector history{in_force(100, 125), in_force(125, 0)};
  CHECK(next_interval(history, at(120)) == span(0, 120, 130));
  CHECK(next_interval(history, at(121)) == span(1, 130, 140));
}

TEST_CASE("an agreement that ends in an interval is not judged by it") {
  const std::vector history{in_force(100, 125)};
  CHECK(next_interval(history, at(110)) == span(0, 110, 120));
  CHECK_FALSE(next_interval(history, at(120)).has_value());
  const std::vector again{in_force(100, 125), in_force(131, 0)};
  CHECK(next_interval(again, at(120)) == span(1, 140, 150));
}

TEST_CASE("a version with another grid begins after the last interval of the one before") {
  const std::vector history{in_force(100, 115, 60s), in_force(115, 0, 7s)};
  CHECK(next_interval(history, at(100)) == span(1, 119, 126)); // no point of the grid of 60 s in 100 to 115
  const std::vector long_one{in_force(100, 125, 60s), in_force(125, 0, 7s)};
  CHECK(next_interval(long_one, at(0)) == span(0, 120, 180));
  CHECK(next_interval(long_one, at(121)) == span(1, 182, 189));
  const std::vector overlapping{in_force(100, 125, 20s), in_force(125, 0, 7s)};
  CHECK(next_interval(overlapping, at(101)) == span(0, 120, 140));
  CHECK(next_interval(overlapping, at(121)) == span(1, 140, 147));
}

TEST_CASE("a version that lasts for less than what is left of an interval judges nothing") {
  const std::vector history{in_force(100, 123), in_force(123, 126), in_force(126, 0)};
  CHECK(next_interval(history, at(115)) == span(0, 120, 130));
  CHECK(next_interval(history, at(125)) == span(2, 130, 140));
}

TEST_CASE("property: intervals do not overlap, lie in the agreement's life, and begin in their version's") {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 dice{seed};
    std::vector<agreement_period> history;
    auto now = static_cast<std::int64_t>(dice() % 100) * second_us + 1;
    for (auto n = dice() % 5 + 1; n-- > 0;) {
      agreement_period x;
      x.terms.since = {now};
      now += static_cast<std::int64_t>(dice() % 200) * second_us / 3 + 1;
      x.until = {now};
      x.terms.objective.compliance.interval = std::chrono::seconds{1 + dice() % 30};
      if (dice() % 4 == 0)
        now += static_cast<std::int64_t>(dice() % 50) * second_us;
      history.push_back(x);
    }
    wall_time end{0};
    for (auto next = next_interval(history, {0}); next; next = next_interval(history, next->to)) {
      REQUIRE(next->from >= end);
      end = next->to;
      const auto& its = history[next->version];
      REQUIRE(next->from >= its.terms.since);
      REQUIRE(next->from < its.until);
      const auto is_last = next->version + 1 == history.size() || history[next->version + 1].terms.since > its.until;
      REQUIRE((!is_last || next->to <= its.until));
      REQUIRE(next->from.unix_us % (its.terms.objective.compliance.interval / 1us) == 0);
    }
  }
}
