// Which span of time a question about a period means for an agreement, and in whose zone. Times are those of
// `TZ=... date -d 2026-11-01 +%s`.
#include "actors/database_manager/query/spans.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::query;

TEST_SUITE_BEGIN("unit.query");

namespace {

constexpr wall_time at(std::int64_t unix_s) {
  return {unix_s * 1'000'000};
}

constexpr std::int64_t november_s = 1793491200; // in UTC; in Berlin an hour earlier
constexpr std::int64_t december_s = 1796083200;

agreement_period version(std::uint32_t number, std::int64_t since_s, std::int64_t until_s, const char* zone) {
  agreement_period x;
  x.terms.name = "oltp";
  x.terms.version = number;
  x.terms.since = at(since_s);
  x.terms.objective.compliance.time_zone = zone;
  x.until = at(until_s);
  return x;
}

std::vector<agreement_in_period> november(const std::vector<agreement_period>& versions) {
  history_question x;
  x.period = "2026-11";
  const auto found = in_period(versions, x, at(december_s + 86'400 * 5));
  REQUIRE(std::holds_alternative<std::vector<agreement_in_period>>(found));
  return std::get<0>(found);
}

} // namespace

TEST_CASE("a version that came after the end of a period does not move it") {
  const auto old = version(1, november_s - 86'400, december_s + 7'200, "Europe/Berlin");
  const auto before = november({old});
  REQUIRE(before.size() == 1);
  CHECK(before[0].span == time_span{at(november_s - 3'600), at(december_s - 3'600)});
  // From two in the morning on everything is in UTC.
  const auto after = november({old, version(2, december_s + 7'200, 0, "UTC")});
  REQUIRE(after.size() == 1);
  CHECK(after[0].span == before[0].span);
  CHECK(after[0].time_zone == "Europe/Berlin");
  CHECK(after[0].terms().version == 1);
}

TEST_CASE("of several versions in a period the last one's zone counts") {
  const auto found = november({version(1, november_s - 86'400, november_s + 86'400, "Europe/Berlin"),
                               version(2, november_s + 86'400, 0, "UTC")});
  REQUIRE(found.size() == 1);
  CHECK(found[0].span == time_span{at(november_s), at(december_s)});
  CHECK(found[0].versions.size() == 2);
}

TEST_CASE("an agreement that was not in force in its period is left out") {
  CHECK(november({version(1, december_s, 0, "UTC")}).empty());
  CHECK(november({version(1, november_s - 86'400, november_s - 3'600, "Europe/Berlin")}).empty());
}
