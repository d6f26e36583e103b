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
  CHECK(command(x, wanted_depth(70), {2, 2}, 1900ms, {}, policy) == command_kind::none);
  CHECK(command(x, wanted_depth(70), {2, 2}, 2s, {}, policy) == command_kind::renew); // its phase
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
  CHECK(command(x, wanted, {1, 1}, 3s, {}, policy) == command_kind::renew); // it asks for far less
  wanted.tight = true;
  CHECK(command(x, wanted, {1, 1}, 4s, {}, policy) == command_kind::send);
  CHECK(x.now.depth == 97);
  CHECK(x.generation == 2);
}

TEST_CASE("a step that keeps the parts of a limit adding up is sent at once, however small it is") {
  const control_policy policy;
  standing_command x;
  auto wanted = wanted_depth(0);
  wanted.now.iops = {950};
  REQUIRE(command(x, wanted, {}, 1s, {}, policy) == command_kind::send);
  wanted.now.iops = {925};
  CHECK(command(x, wanted, {1, 1}, 1100ms, {}, policy) == command_kind::none);
  wanted.together = true;
  CHECK(command(x, wanted, {1, 1}, 1200ms, {}, policy) == command_kind::send);
  CHECK(x.now.iops.per_second == 925);
  CHECK(command(x, wanted, {2, 2}, 1300ms, {}, policy) == command_kind::none); // it stands
}

TEST_CASE("a throttle that no sample acknowledges is repeated after half a second") {
  control_policy policy;
  policy.repeat = 500ms;
  standing_command x;
  REQUIRE(command(x, wanted_depth(100), {}, 1s, {}, policy) == command_kind::send);
  CHECK(command(x, wanted_depth(100), {}, 1400ms, {}, policy) == command_kind::none);
  CHECK(next_command(x, wanted_depth(100), {}, policy) == 1500ms);
  CHECK(command(x, wanted_depth(100), {}, 1500ms, {}, policy) == command_kind::send);
  CHECK(x.generation == 1);
}

TEST_CASE(
    "the steps of silent streams are spread over their renewals; with its first sample a stream has its step at once") {
  const control_policy policy;
  std::vector<int> sent_in(8, 0); // by second
  for (std::uint32_t i = 0; i < 400; ++i) {
    standing_command x;
    x.phase = i * 0x9e3779b9u;
    REQUIRE(command(x, wanted_depth(100), {}, 10s, {}, policy) == command_kind::send);
    auto renewals = 0;
    for (auto now = 11s + 0ms; now < 18s; now += 100ms) {
      const auto kind = command(x, wanted_depth(200), {1, 1, true}, now, {}, policy);
      renewals += kind == command_kind::renew ? 1 : 0;
      if (kind != command_kind::send)
        continue;
      ++sent_in[static_cast<std::size_t>(now / 1s) - 10];
      break;
    }
    CHECK(x.generation == 2);
    CHECK(renewals <= 4); // its lease never ended meanwhile
  }
  for (const auto second : {2, 3, 4})
    CHECK(sent_in[static_cast<std::size_t>(second)] < 200);
  standing_command x;
  REQUIRE(command(x, wanted_depth(100), {}, 10s, {}, policy) == command_kind::send);
  CHECK(command(x, wanted_depth(200), {1, 1, true}, 10100ms, {}, policy) == command_kind::none);
  CHECK(command(x, wanted_depth(200), {1, 1, false}, 10200ms, {}, policy) == command_kind::send);
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
