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

wanted_command wanted_depth(std::uint32_t depth) {
  wanted_command x;
  x.now.depth = depth;
  x.rule = throttle_rule::protection;
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
  CHECK(command(x, wanted_depth(10), {41, 41}, 1s, {}, {}) == command_kind::send);
  CHECK(x.generation == 42);
  CHECK(x.now.depth == 10);
}

TEST_CASE("an unchanged throttle is renewed every second, a small change waits, a large one does not") {
  const control_policy policy;
  standing_command x;
  REQUIRE(command(x, wanted_depth(100), {}, 1s, {}, policy) == command_kind::send);
  CHECK(command(x, wanted_depth(100), {1, 1}, 1100ms, {}, policy) == command_kind::none);
  CHECK(command(x, wanted_depth(93), {1, 1}, 1200ms, {}, policy) == command_kind::none); // 7 %, just after a change
  CHECK(next_command(x, wanted_depth(93), {1, 1}, policy) == 2s);
  CHECK(command(x, wanted_depth(70), {1, 1}, 1300ms, {}, policy) == command_kind::send);
  CHECK(x.generation == 2);
  CHECK(command(x, wanted_depth(70), {2, 2}, 2200ms, {}, policy) == command_kind::none);
  CHECK(command(x, wanted_depth(70), {2, 2}, 2300ms, {}, policy) == command_kind::renew);
  CHECK(x.generation == 2);
  CHECK(command(x, wanted_depth(65), {2, 2}, 2400ms, {}, policy) == command_kind::send);
  CHECK(x.generation == 3);
}

TEST_CASE("what moved by less than a step is renewed as it stands; a rate by no more than a hundredth") {
  const control_policy policy;
  standing_command x;
  auto wanted = wanted_depth(100);
  wanted.now.iops = {1000};
  REQUIRE(command(x, wanted, {}, 1s, {}, policy) == command_kind::send);
  wanted.now.depth = 97;
  wanted.now.iops = {1009};
  CHECK(command(x, wanted, {1, 1}, 2s, {}, policy) == command_kind::renew);
  CHECK(x.now.depth == 100);
  CHECK(x.now.iops.per_second == 1000);
  wanted.now.iops = {1020};
  CHECK(command(x, wanted, {1, 1}, 3s, {}, policy) == command_kind::send);
  CHECK(x.now.depth == 97);
  CHECK(x.generation == 2);
}

TEST_CASE("a throttle that no sample acknowledges is repeated after half a second") {
  const control_policy policy;
  standing_command x;
  REQUIRE(command(x, wanted_depth(100), {}, 1s, {}, policy) == command_kind::send);
  CHECK(command(x, wanted_depth(100), {}, 1400ms, {}, policy) == command_kind::none);
  CHECK(next_command(x, wanted_depth(100), {}, policy) == 1500ms);
  CHECK(command(x, wanted_depth(100), {}, 1500ms, {}, policy) == command_kind::send);
  CHECK(x.generation == 1);
}

TEST_CASE("a gateway that was restarted has no throttle to be renewed: it gets it again") {
  const control_policy policy;
  standing_command x;
  REQUIRE(command(x, wanted_depth(100), {7, 7}, 1s, {}, policy) == command_kind::send);
  CHECK(x.generation == 8);
  CHECK(command(x, wanted_depth(100), {8, 8}, 2s, {}, policy) == command_kind::renew);
  CHECK(command(x, wanted_depth(100), {0, 8}, 2500ms, {}, policy) == command_kind::send);
  CHECK(x.generation == 8);
}

TEST_CASE("the reason keeps its beginning as long as the rule holds") {
  const control_policy policy;
  standing_command x;
  auto wanted = wanted_depth(100);
  REQUIRE(command(x, wanted, {}, 1s, {1000}, policy) == command_kind::send);
  wanted.now.depth = 10;
  REQUIRE(command(x, wanted, {1, 1}, 2s, {2000}, policy) == command_kind::send);
  CHECK(x.why.since.unix_us == 1000);
  wanted.rule = throttle_rule::share;
  REQUIRE(command(x, wanted, {2, 2}, 3s, {3000}, policy) == command_kind::send);
  CHECK(x.why.since.unix_us == 3000);
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
