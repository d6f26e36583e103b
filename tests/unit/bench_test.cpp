// What tests/bench takes for a right message, and how it judges. Measures nothing.
#include "tests/bench/transport/bars.hpp"
#include "tests/bench/transport/payload.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace sluice::bench {
namespace {

constexpr std::size_t size = 64;

std::vector<std::byte> message(std::uint64_t sequence, bool last = false) {
  payload x{size, 2};
  const auto bytes = x.stamp(sequence, last);
  return {bytes.begin(), bytes.end()};
}

row measured(const char* id, std::initializer_list<double> p50_us) {
  row x;
  x.id = id;
  for (const auto value : p50_us) {
    run_result round;
    round.p50_us = value;
    x.rounds.push_back(round);
  }
  return x;
}

/// The bar "actors p50 64 B / limit B", which is at most 2.
judgement actors_against_limit_b(row ours, row baseline) {
  for (const auto& x : judge({std::move(ours), std::move(baseline)}))
    if (x.text == "actors p50 64 B / limit B")
      return x;
  FAIL("no such bar");
  return {};
}

constexpr const char* actors_row = "round-trip/actors-slots/64B";
constexpr const char* limit_row = "round-trip/futex/64B";

} // namespace

TEST_CASE("a message that was sent is right, and says whether it is the last") {
  CHECK(check(message(7), size, 2, 7).last == 0);
  CHECK(check(message(8, true), size, 2, 8).last == 1);
}

TEST_CASE("a lost, a repeated and somebody else's message are found") {
  CHECK_THROWS(check(message(9), size, 2, 8));
  CHECK_THROWS(check(message(7), size, 2, 8));
  CHECK_THROWS(check(message(8), size, 1, 8));
}

TEST_CASE("a message that is too short or torn is found") {
  auto x = message(8);
  CHECK_THROWS(check(std::span{x}.first(size - 8), size, 2, 8));
  const auto other = message(9);
  std::copy(other.end() - 8, other.end(), x.end() - 8);
  CHECK_THROWS(check(x, size, 2, 8));
}

TEST_CASE("any wrong byte of the middle is found within as many messages as it has words, and in each 1,024th") {
  constexpr std::size_t words = (size - sizeof(message_head) - tail_bytes) / 8;
  for (auto place = sizeof(message_head); place < size - tail_bytes; ++place) {
    CAPTURE(place);
    std::size_t found = 0;
    for (std::uint64_t sequence = 1; sequence <= words; ++sequence) {
      auto x = message(sequence);
      x[place] ^= std::byte{1};
      try {
        static_cast<void>(check(x, size, 2, sequence));
      } catch (const std::runtime_error&) {
        ++found;
      }
    }
    CHECK(found == 1);
    auto whole = message(1024);
    whole[place] ^= std::byte{1};
    CHECK_THROWS(check(whole, size, 2, 1024));
  }
}

TEST_CASE("a bar is judged by the ratio of the medians") {
  // Medians 60 and 30; means and first rounds would miss.
  const auto met = actors_against_limit_b(measured(actors_row, {90, 60, 50}), measured(limit_row, {30, 20, 31}));
  CHECK(met.how == verdict::pass);
  CHECK(met.ratio == doctest::Approx(2.0));
  const auto missed = actors_against_limit_b(measured(actors_row, {61, 61, 61}), measured(limit_row, {30, 30, 30}));
  CHECK(missed.how == verdict::miss);
}

TEST_CASE("the median of an even number of rounds lies between the two in the middle") {
  CHECK(median_of(measured(actors_row, {4, 1, 3, 100}), &run_result::p50_us) == doctest::Approx(3.5));
}

TEST_CASE("a fault of ours in one round misses the bar, whatever the other rounds say") {
  auto ours = measured(actors_row, {10, 10, 10});
  ours.rounds[1].fault = "wrong order";
  const auto result = actors_against_limit_b(ours, measured(limit_row, {30, 30, 30}));
  CHECK(result.how == verdict::miss);
  CHECK(result.fault == "wrong order");
}

TEST_CASE("of two baselines the better counts, whichever it is") {
  const auto ratio = [](double tuned_us, double default_us) {
    for (const auto& x : judge({measured(actors_row, {10}), measured("round-trip/actors-tcp/64B", {tuned_us}),
                                measured("round-trip/actors-tcp-default/64B", {default_us})}))
      if (x.text == "actors p50 64 B / CAF over TCP")
        return x.ratio;
    return -1.0;
  };
  CHECK(ratio(100, 200) == doctest::Approx(0.1));
  CHECK(ratio(200, 100) == doctest::Approx(0.1));
}

TEST_CASE("a bar without its baseline is neither met nor missed") {
  CHECK(actors_against_limit_b(measured(actors_row, {10}), measured("something else", {30})).how
        == verdict::not_measured);
}

TEST_CASE("a baseline that failed in all rounds gives no ratio, hence the bar is missed") {
  auto baseline = measured(limit_row, {30});
  baseline.rounds[0].fault = "gone";
  CHECK(actors_against_limit_b(measured(actors_row, {10}), baseline).how == verdict::miss);
}

} // namespace sluice::bench
