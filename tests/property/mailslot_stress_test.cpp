// Several writers and one receiver on small lanes, with seeded stalls: nothing lost, doubled, torn or out of order.
// Threads share one mapping, because a race detector sees addresses.
#include "tests/unit/mailslot_fixture.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

using namespace sluice::shm;
using namespace sluice::shm::test;
using namespace std::chrono_literals;

namespace {

/// No wait may last so long: a wake-up that is lost fails the test by its time-out instead of being healed.
constexpr auto for_ever = 1h;

struct plan {
  std::uint32_t lanes;
  int writers_per_lane;
  std::uint32_t messages; ///< per writer
  std::uint32_t slots;
};

/// The body of message `sequence` of a writer: its length and bytes follow from the two numbers.
std::vector<std::byte> body_of(std::uint64_t writer, std::uint32_t sequence) {
  std::vector<std::byte> x((writer * 31 + sequence * 7) % 180);
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = static_cast<std::byte>(writer * 17 + sequence + i);
  return x;
}

void write_all(mailbox_fixture& to, std::uint32_t role, std::uint64_t writer, std::uint32_t messages, unsigned seed) {
  std::mt19937 random{seed};
  const auto lane = to.in.mailbox().lane_at(role - 1);
  const auto self = participant::of(role, 1);
  outlet out{must(segment::open(to.file, 1)), self}; // a mapping of its own: for flags and futexes only
  message_header header;
  header.operation = 100;
  header.sender_role = static_cast<std::uint8_t>(role);
  header.source = writer;
  for (std::uint32_t i = 1; i <= messages; ++i) {
    header.sequence = i;
    const auto body = body_of(writer, i);
    while (!deposit(lane, self, header, {}, body))
      if (random() % 2 == 0)
        out.wait_for_room(for_ever);
    out.notify();
    if (random() % 64 == 0)
      std::this_thread::yield();
  }
}

void run(const plan& p, unsigned seed) {
  CAPTURE(seed); // replay: the same seed gives the same stalls, though not the same interleaving
  mailbox_fixture x{{p.lanes, p.slots, 256}};
  const auto writers = p.lanes * static_cast<std::uint32_t>(p.writers_per_lane);
  std::vector<std::thread> threads;
  for (std::uint32_t w = 0; w < writers; ++w)
    threads.emplace_back([&, w] {
      write_all(x, w % p.lanes + 1, w, p.messages, seed + w);
    });
  std::vector<std::uint32_t> last(writers, 0);
  std::uint64_t received = 0;
  std::uint64_t wrong = 0;
  message_header header;
  std::vector<std::byte> parameters;
  while (received < std::uint64_t{writers} * p.messages && wrong == 0) {
    bool any = false;
    for (std::uint32_t role = 1; role <= p.lanes; ++role) {
      const auto result = x.in.take(role, header, parameters);
      if (result == take_result::nothing)
        continue;
      any = true;
      ++received;
      const bool good = result == take_result::message && header.source < writers
                        && header.sequence == last[header.source] + 1
                        && parameters == body_of(header.source, header.sequence);
      wrong += good ? 0 : 1;
      if (good)
        last[header.source] = header.sequence;
    }
    if (!any)
      x.in.wait(for_ever, seed % 200 == 0 ? 20us : 0us);
  }
  CHECK(wrong == 0);
  for (auto& t : threads)
    t.join();
  for (std::uint32_t role = 1; role <= p.lanes; ++role)
    CHECK(x.in.take(role, header, parameters) == take_result::nothing);
}

} // namespace

TEST_SUITE_BEGIN("property.mailslot.stress");

TEST_CASE("property: four writers on one lane of four slots") {
  for (unsigned seed = 1; seed <= 5; ++seed)
    run({1, 4, 4000, 4}, seed * 100);
}

TEST_CASE("property: three lanes with two writers each") {
  for (unsigned seed = 1; seed <= 5; ++seed)
    run({3, 2, 4000, 8}, seed * 100);
}

TEST_CASE("property: one writer and a deep lane, over the wrap of the ring many times") {
  run({1, 1, 50'000, 64}, 7);
}

TEST_SUITE_END();
