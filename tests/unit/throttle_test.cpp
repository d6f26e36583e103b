// Which throttles a gateway may apply, how they are worded, and when one is sent.
#include "actors/domain/command.hpp"
#include "actors/domain/explanation.hpp"
#include "actors/domain/policy.hpp"

#include <doctest/doctest.h>

#include <limits>

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

TEST_CASE("a throttle says what it holds to, why, and when it ends") {
  throttle x;
  x.now.depth = 24;
  x.now.iops = rate{500};
  x.now.bandwidth = rate{10'000'000};
  x.why.rule = throttle_rule::protection;
  x.why.beneficiary = "oltp-gold";
  x.why.backend = "disk";
  x.why.measured = 6'500us;
  x.why.target = 5ms;
  x.why.demand = 8000;
  x.why.promised = 1000;
  x.why.capacity = 7990;
  x.why.part = 3000;
  x.why.rest = 2s;
  CHECK(to_sentence(x)
        == "Held to 24 requests in flight, 500 IOPS, 10MB/s. Agreement oltp-gold is protected: its latency was 6.50 ms "
           "against 5.00 ms promised, while backend disk gives 7990 IOPS. It asks for 8000 IOPS and was promised 1000. "
           "Of the capacity 3000 IOPS are for it. It ends 2s after the stream last had as many requests as it may.");
  x.why.observed = true;
  CHECK(to_sentence(x).starts_with("Would be held to 24 requests"));
  for (const auto rule : {throttle_rule::limit, throttle_rule::capacity, throttle_rule::share})
    CHECK(end_condition({rule, {}, {}, {}, {}, {}, 0, 0, 0, {}, 0, 2s, {}, false}).find("2s") != std::string::npos);
  CHECK(end_condition(reason{}).empty());
}

TEST_CASE("an operator's order says when it ends") {
  throttle x;
  x.now.iops = rate{10};
  x.why.rule = throttle_rule::override_;
  x.why.beneficiary = "ann";
  CHECK(to_sentence(x) == "Held to 10 IOPS. An operator's order by ann applies. It ends when the order is taken back.");
  x.why.until = wall_time{1'795'398'245'000'000};
  CHECK(to_sentence(x).ends_with("It ends at 2026-11-23T01:44:05Z, or when the order is taken back."));
  x.why.until = wall_time{std::numeric_limits<std::int64_t>::max()};
  CHECK(to_sentence(x).find("9999-12-31") != std::string::npos);
}

TEST_CASE("a stream that nothing holds back is told why") {
  free_stream x;
  x.backend = "disk";
  x.demand = 900;
  x.promised = 1000;
  x.capacity = 8000;
  x.delivered = 2000;
  CHECK(why_free(x) == freedom::no_agreement_there);
  CHECK(to_sentence(x)
        == "Nothing holds this stream back: no agreement applies to any stream of backend disk, which is left alone.");
  x.backend_has_agreements = true;
  CHECK(why_free(x) == freedom::unknown);
  x.decided = true;
  x.agreement = "oltp-gold";
  CHECK(why_free(x) == freedom::within_promise);
  CHECK(to_sentence(x)
        == "Nothing holds this stream back: it asks for 900 IOPS and agreement oltp-gold promises 1000 IOPS, which is "
           "within it.");
  x.agreement.clear();
  x.demand = 3000;
  x.observed = true;
  CHECK(why_free(x) == freedom::backend_not_full);
  CHECK(to_sentence(x)
        == "Nothing holds this stream back: it asks for 3000 IOPS and has the best-effort floor of 1000 IOPS, but "
           "backend disk has room: it delivers 2000 of at least 8000 IOPS. The backend is only observed: nobody would "
           "be held back in any case.");
}
