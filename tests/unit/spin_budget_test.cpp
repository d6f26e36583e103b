// How long a receiver polls: what the budget learns. Numbers only, no clock.
#include "shm/mailslot/spin_budget.hpp"

#include <doctest/doctest.h>

using namespace sluice::shm;
using namespace std::chrono_literals;

namespace {
constexpr std::chrono::nanoseconds limit = 50us;
} // namespace

TEST_CASE("a receiver begins without polling, and polls longer while messages come soon") {
  spin_budget x;
  CHECK(x.next(limit, false) == 0ns);
  x.slept(10us, limit); // a poll of the limit would have caught this one
  CHECK(x.next(limit, false) == spin_budget::least);
  x.slept(10us, limit);
  CHECK(x.next(limit, false) == 2 * spin_budget::least);
  for (int i = 0; i < 100; ++i)
    x.paid(limit);
  CHECK(x.next(limit, false) == limit); // and no longer
}

TEST_CASE("an idle receiver soon sleeps at once") {
  spin_budget x;
  for (int i = 0; i < 100; ++i)
    x.paid(limit);
  int sleeps = 0;
  while (x.next(limit, false) > 0ns) {
    x.slept(250ms, limit);
    ++sleeps;
  }
  CHECK(sleeps <= 8);
  x.slept(250ms, limit);
  CHECK(x.next(limit, false) == 0ns);
}

TEST_CASE("nobody polls for a peer that needs the same processor, nor beyond what the operator allows") {
  spin_budget x;
  for (int i = 0; i < 100; ++i)
    x.paid(limit);
  CHECK(x.next(limit, true) == 0ns);
  CHECK(x.next(limit, false) == limit); // what was learned is kept
  CHECK(x.next(5us, false) == 5us);
  CHECK(x.next(0ns, false) == 0ns);
}
