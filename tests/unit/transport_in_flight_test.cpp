// The table of requests in flight: exactly one taker, a bound, and nothing kept for those who have ended.
#include "shm/transport/in_flight.hpp"

#include <caf/all.hpp>

#include <doctest/doctest.h>

using namespace sluice::shm;

TEST_SUITE_BEGIN("unit.transport.in_flight");

namespace {

struct bench {
  caf::actor_system_config settings;
  caf::actor_system system{settings};
  in_flight_requests table;

  caf::strong_actor_ptr requester() {
    return caf::actor_cast<caf::strong_actor_ptr>(system.spawn([]() -> caf::behavior {
      return {[](int) {}};
    }));
  }
  static caf::message_id response(std::uint64_t number) {
    return caf::make_message_id(number).response_id();
  }
};

} // namespace

TEST_CASE("a request is taken out once, by its requester and number") {
  bench x;
  const auto a = x.requester();
  const auto b = x.requester();
  CHECK(x.table.add(a, bench::response(1)));
  CHECK(x.table.add(b, bench::response(1)));
  CHECK(x.table.remove(a->id(), bench::response(1)));
  CHECK_FALSE(x.table.remove(a->id(), bench::response(1)));
  CHECK_FALSE(x.table.remove(b->id(), bench::response(2)));
  const auto taken = x.table.take(b->id(), bench::response(1));
  REQUIRE(taken);
  CHECK(caf::actor_cast<caf::strong_actor_ptr>(*taken) == b);
  CHECK(x.table.size() == 0);
  for (const auto& actor : {a, b})
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
}

TEST_CASE("entries are used again: what was taken out leaves no trace in the next") {
  bench x;
  const auto a = x.requester();
  const auto b = x.requester();
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    REQUIRE(x.table.add(i % 2 == 0 ? a : b, bench::response(i)));
    REQUIRE_FALSE(x.table.remove((i % 2 == 0 ? b : a)->id(), bench::response(i)));
    const auto taken = x.table.take((i % 2 == 0 ? a : b)->id(), bench::response(i));
    REQUIRE(taken);
    REQUIRE(caf::actor_cast<caf::strong_actor_ptr>(*taken) == (i % 2 == 0 ? a : b));
  }
  CHECK(x.table.size() == 0);
  for (const auto& actor : {a, b})
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
}

TEST_CASE("requests of actors that have ended are forgotten, the others stay") {
  bench x;
  const auto stays = x.requester();
  {
    auto ends = x.requester();
    for (std::uint64_t i = 1; i <= 300; ++i)
      CHECK(x.table.add(i % 3 == 0 ? stays : ends, bench::response(i)));
    caf::anon_send_exit(ends, caf::exit_reason::user_shutdown);
  }
  while (x.system.registry().running() > 1) // until it has ended
    std::this_thread::yield();
  // A few entries a call; it goes round.
  for (int i = 0; i < 1000 && x.table.size() > 100; ++i)
    x.table.forget_ended(10);
  CHECK(x.table.size() == 100);
  x.table.forget_ended(10'000);
  CHECK(x.table.size() == 100);
  CHECK(x.table.remove(stays->id(), bench::response(300)));
  caf::anon_send_exit(stays, caf::exit_reason::user_shutdown);
}

TEST_CASE("at the bound nothing is added, and one that was answered makes room") {
  bench x;
  const auto a = x.requester();
  for (std::uint64_t i = 1; i <= max_in_flight; ++i)
    if (!x.table.add(a, bench::response(i)))
      FAIL("refused below the bound: " << i);
  CHECK_FALSE(x.table.add(a, bench::response(max_in_flight + 1)));
  CHECK(x.table.remove(a->id(), bench::response(1)));
  CHECK(x.table.add(a, bench::response(max_in_flight + 1)));
  caf::anon_send_exit(a, caf::exit_reason::user_shutdown);
}

TEST_SUITE_END();
