// Which throttles a gateway may apply, how they are worded, and when one is sent.
#include "actors/domain/command.hpp"
#include "actors/domain/policy.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

throttle with_depth(std::uint32_t depth) {
  throttle x;
  x.stream = {"gw", "batch", "job"};
  x.now.depth = depth;
  x.why.rule = throttle_rule::protection;
  return x;
}

} // namespace

TEST_CASE("a throttle with nonsense values is refused with a sentence") {
  auto x = with_depth(10);
  x.generation = 1;
  x.lease = 2s;
  CHECK(problem_with(x) == "");
  auto y = x;
  y.generation = 0;
  CHECK(problem_with(y) != "");
  y = x;
  y.lease = 2min;
  CHECK(problem_with(y) != "");
  y = x;
  y.now.depth = (1u << 20) + 1;
  CHECK(problem_with(y) != "");
  y = x;
  y.envelope.iops = {1'000'000'000};
  CHECK(problem_with(y) != "");
  y = x;
  y.stream.volume = "a/b";
  CHECK(problem_with(y) != "");
  y = x;
  y.why.rule = static_cast<throttle_rule>(17);
  CHECK(problem_with(y) != "");
}

TEST_CASE("the sentence of a throttle names the figures it rests on") {
  reason x;
  x.rule = throttle_rule::protection;
  x.beneficiary = "oltp-gold";
  x.backend = "disk";
  x.measured = 6'500us;
  x.target = 5ms;
  x.demand = 8000;
  x.promised = 1000;
  x.capacity = 7990;
  const auto text = to_sentence(x);
  for (const auto* part : {"oltp-gold", "6.50 ms", "5.00 ms", "8000", "1000", "7990", "disk"})
    CHECK(text.find(part) != std::string::npos);
}

TEST_CASE("the first throttle continues above the generation that the gateway reports") {
  standing_command x;
  const auto sent = command(x, with_depth(10), 41, 1s, {});
  REQUIRE(sent);
  CHECK(sent->generation == 42);
  CHECK(sent->lease == 2s);
}

TEST_CASE("an unchanged throttle is repeated every second with the same generation, a small change waits, a large one "
          "does not") {
  const control_policy policy;
  standing_command x;
  REQUIRE(command(x, with_depth(100), 0, 1s, policy));
  CHECK(!command(x, with_depth(100), 1, 1100ms, policy));
  CHECK(!command(x, with_depth(93), 1, 1200ms, policy)); // 7 %, just after a change
  const auto large = command(x, with_depth(70), 1, 1300ms, policy);
  REQUIRE(large);
  CHECK(large->generation == 2);
  CHECK(!command(x, with_depth(70), 2, 2200ms, policy));
  const auto refresh = command(x, with_depth(70), 2, 2300ms, policy);
  REQUIRE(refresh);
  CHECK(refresh->generation == 2);
  const auto small = command(x, with_depth(65), 2, 2400ms, policy);
  REQUIRE(small);
  CHECK(small->generation == 3);
}

TEST_CASE("a throttle that no sample acknowledges is repeated after half a second") {
  const control_policy policy;
  standing_command x;
  REQUIRE(command(x, with_depth(100), 0, 1s, policy));
  CHECK(!command(x, with_depth(100), 0, 1400ms, policy));
  const auto again = command(x, with_depth(100), 0, 1500ms, policy);
  REQUIRE(again);
  CHECK(again->generation == 1);
}

TEST_CASE("the reason keeps its beginning as long as the rule holds") {
  const control_policy policy;
  standing_command x;
  auto wanted = with_depth(100);
  wanted.why.since = {1000};
  REQUIRE(command(x, wanted, 0, 1s, policy));
  wanted.why.since = {2000};
  wanted.now.depth = 10;
  CHECK(command(x, wanted, 1, 2s, policy)->why.since.unix_us == 1000);
  wanted.why.rule = throttle_rule::share;
  wanted.why.since = {3000};
  CHECK(command(x, wanted, 2, 3s, policy)->why.since.unix_us == 3000);
}

TEST_CASE("a policy that cannot work is refused") {
  control_policy x;
  CHECK(problem_with(x) == "");
  x.refresh = 1500ms; // more than half the lease: one lost refresh would let it run out
  CHECK(problem_with(x) != "");
  x = {};
  x.aim_mean = 0;
  CHECK(problem_with(x) != "");
  x = {};
  x.best_effort_floor = {};
  CHECK(problem_with(x) != "");
  x = {};
  x.forget = 500ms;
  CHECK(problem_with(x) != "");
}
