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

renewal renewal_of(const std::string& volume, std::uint64_t generation) {
  return {{"gw1", volume, "client"}, generation};
}

} // namespace

TEST_SUITE_BEGIN("actors.performance_monitor.throttle_table");

TEST_CASE("a throttle is due a refresh interval after it was last sent, not before") {
  throttle_table table{throttle_table_limits{}};
  REQUIRE(table.keep(throttle_of("a", 1), 0ms) == kept::yes);
  CHECK(table.due("gw1", true, 999ms).throttles.empty());
  CHECK(table.due("gw1", true, 1000ms).throttles.size() == 1);
  CHECK(table.due("gw1", true, 1001ms).throttles.empty());
  CHECK(table.due("gw2", true, 5000ms).throttles.empty());
}

TEST_CASE("what the core repeats by itself is not repeated twice") {
  throttle_table table{throttle_table_limits{}};
  REQUIRE(table.keep(throttle_of("a", 1), 0ms) == kept::yes);
  REQUIRE(table.keep(throttle_of("a", 1), 900ms) == kept::yes);
  CHECK(table.due("gw1", true, 1000ms).throttles.empty());
  CHECK(table.due("gw1", true, 1900ms).throttles.size() == 1);
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

TEST_CASE("what the gateway took is renewed, if it knows renewals") {
  throttle_table table{throttle_table_limits{}};
  REQUIRE(table.keep(throttle_of("a", 7), 0ms) == kept::yes);
  table.delivered(renewal_of("a", 7));
  const auto orders = table.due("gw1", true, 1s);
  CHECK(orders.throttles.empty());
  REQUIRE(orders.renewals.size() == 1);
  CHECK(orders.renewals[0] == renewal_of("a", 7));
  CHECK(table.due("gw1", false, 2s).throttles.size() == 1);
}

TEST_CASE("that an older throttle was taken says nothing about a younger one") {
  throttle_table table{throttle_table_limits{}};
  REQUIRE(table.keep(throttle_of("a", 7), 0ms) == kept::yes);
  REQUIRE(table.keep(throttle_of("a", 8), 1ms) == kept::yes);
  table.delivered(renewal_of("a", 7));
  CHECK(table.due("gw1", true, 2s).throttles.size() == 1);
}

TEST_CASE("the same throttle again needs no more than a renewal, another one of its generation does") {
  throttle_table table{throttle_table_limits{}};
  REQUIRE(table.keep(throttle_of("a", 7), 0ms) == kept::yes);
  CHECK(table.keep(throttle_of("a", 7), 1ms) == kept::yes); // nobody said that it arrived
  table.delivered(renewal_of("a", 7));
  auto again = throttle_of("a", 7);
  again.why.measured = 3ms; // figures for people
  CHECK(table.keep(again, 2ms) == kept::held);
  again.now.iops = rate{5};
  CHECK(table.keep(again, 3ms) == kept::yes);
  CHECK(table.due("gw1", true, 2s).throttles.size() == 1);
}

TEST_CASE("a gateway that registers is given throttles in full, and renewals when it took them") {
  throttle_table table{throttle_table_limits{}};
  REQUIRE(table.keep(throttle_of("a", 7), 0ms) == kept::yes);
  table.delivered(renewal_of("a", 7));
  CHECK(table.all("gw1", 1ms).size() == 1);
  CHECK(table.due("gw1", true, 2s).throttles.size() == 1);
}

TEST_CASE("what a gateway has not renewed is sent in full at once") {
  throttle_table table{throttle_table_limits{}};
  REQUIRE(table.keep(throttle_of("a", 7), 0ms) == kept::yes);
  table.delivered(renewal_of("a", 7));
  CHECK_FALSE(table.missed(renewal_of("a", 6), 1s).has_value()); // it is another one now
  CHECK_FALSE(table.missed(renewal_of("b", 7), 1s).has_value());
  const auto again = table.missed(renewal_of("a", 7), 1s);
  REQUIRE(again.has_value());
  CHECK(again->generation == 7);
  CHECK(table.due("gw1", true, 1500ms).throttles.empty()); // it counts as sent
  CHECK(table.due("gw1", true, 2s).throttles.size() == 1); // and is not known to have arrived
}

TEST_CASE("the core's renewal of what the gateway has is a renewal, of what it is not known to have a throttle") {
  throttle_table table{throttle_table_limits{}};
  REQUIRE(table.keep(throttle_of("a", 7), 0ms) == kept::yes);
  gateway_orders orders;
  CHECK(table.prolong(renewal_of("a", 7), true, 1s, orders));
  CHECK(orders.throttles.size() == 1);
  table.delivered(renewal_of("a", 7));
  CHECK(table.prolong(renewal_of("a", 7), true, 2s, orders));
  CHECK(orders.renewals.size() == 1);
  CHECK(table.prolong(renewal_of("a", 7), false, 3s, orders)); // a gateway that knows none
  CHECK(orders.throttles.size() == 2);
  CHECK(table.due("gw1", true, 3999ms).renewals.empty()); // sent already
}

TEST_CASE("the core's renewals keep a throttle from being forgotten") {
  throttle_table_limits limits;
  throttle_table table{limits};
  REQUIRE(table.keep(throttle_of("a", 7), 0ms) == kept::yes);
  gateway_orders orders;
  REQUIRE(table.prolong(renewal_of("a", 7), true, limits.forget - 1ms, orders));
  table.expire(limits.forget);
  CHECK(table.size() == 1);
}

TEST_CASE("a renewal of a stream that nothing is known of goes on to a gateway that knows renewals, and is not kept") {
  throttle_table table{throttle_table_limits{}};
  gateway_orders orders;
  CHECK(table.prolong(renewal_of("a", 7), false, 0s, orders));
  CHECK(orders.renewals.empty());
  CHECK(table.prolong(renewal_of("a", 7), true, 0s, orders));
  CHECK(orders.renewals.size() == 1);
  CHECK(orders.throttles.empty());
  CHECK(table.size() == 0);
}

TEST_CASE("a renewal of a younger generation than the one kept ends that one, of an older one nothing") {
  throttle_table table{throttle_table_limits{}};
  REQUIRE(table.keep(throttle_of("a", 7), 0ms) == kept::yes);
  gateway_orders orders;
  CHECK_FALSE(table.prolong(renewal_of("a", 6), true, 1ms, orders));
  CHECK(table.size() == 1);
  CHECK(orders.renewals.empty());
  CHECK(table.prolong(renewal_of("a", 8), true, 2ms, orders));
  CHECK(orders.renewals.size() == 1);
  CHECK(table.size() == 0);
}
