// The last throttle of each stream, and when it is repeated.
#include "actors/performance_monitor/throttle_table.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace std::chrono_literals;
using kept = throttle_table::kept;

namespace {

throttle throttle_of(const std::string& volume, std::uint64_t generation) {
  throttle x;
  x.stream = {"gw1", volume, "client"};
  x.generation = generation;
  x.lease = 2s;
  return x;
}

} // namespace

TEST_SUITE_BEGIN("actors.performance_monitor.throttle_table");

TEST_CASE("a throttle is due a refresh interval after it was last sent, not before") {
  throttle_table table{throttle_table_limits{}};
  REQUIRE(table.keep(throttle_of("a", 1), 0ms) == kept::yes);
  CHECK(table.due("gw1", 999ms).empty());
  CHECK(table.due("gw1", 1000ms).size() == 1);
  CHECK(table.due("gw1", 1001ms).empty());
  CHECK(table.due("gw2", 5000ms).empty());
}

TEST_CASE("what the core repeats by itself is not repeated twice") {
  throttle_table table{throttle_table_limits{}};
  REQUIRE(table.keep(throttle_of("a", 1), 0ms) == kept::yes);
  REQUIRE(table.keep(throttle_of("a", 1), 900ms) == kept::yes);
  CHECK(table.due("gw1", 1000ms).empty());
  CHECK(table.due("gw1", 1900ms).size() == 1);
}

TEST_CASE("an older generation is refused, the younger one stays") {
  throttle_table table{throttle_table_limits{}};
  REQUIRE(table.keep(throttle_of("a", 5), 0ms) == kept::yes);
  CHECK(table.keep(throttle_of("a", 4), 1ms) == kept::older);
  const auto all = table.all("gw1", 2ms);
  REQUIRE(all.size() == 1);
  CHECK(all[0].generation == 5);
}

TEST_CASE("a throttle that the gateway holds a younger one of is dropped, an equal one stays") {
  throttle_table table{throttle_table_limits{}};
  REQUIRE(table.keep(throttle_of("a", 5), 0ms) == kept::yes);
  table.superseded(throttle_of("a", 0).stream, 5);
  CHECK(table.size() == 1);
  table.superseded(throttle_of("a", 0).stream, 6);
  CHECK(table.size() == 0);
  CHECK(table.keep(throttle_of("a", 1), 1ms) == kept::yes);
}

TEST_CASE("at the bound a new stream is not kept, a known one is") {
  throttle_table_limits limits;
  limits.throttles = 1;
  throttle_table table{limits};
  REQUIRE(table.keep(throttle_of("a", 1), 0ms) == kept::yes);
  CHECK(table.keep(throttle_of("b", 1), 0ms) == kept::full);
  CHECK(table.keep(throttle_of("a", 2), 0ms) == kept::yes);
  CHECK(table.size() == 1);
}

TEST_CASE("a stream that the core no longer speaks of is forgotten, and its place is free") {
  throttle_table_limits limits;
  limits.throttles = 1;
  throttle_table table{limits};
  REQUIRE(table.keep(throttle_of("a", 1), 0ms) == kept::yes);
  table.expire(limits.forget - 1ms);
  CHECK(table.size() == 1);
  table.expire(limits.forget);
  CHECK(table.size() == 0);
  CHECK(table.keep(throttle_of("b", 1), limits.forget) == kept::yes);
}
