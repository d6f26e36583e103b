// What waits for room (outbox) and what waits for its other fragments (assembler). No actors.
#include "shm/transport/assembler.hpp"
#include "shm/transport/outbox.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

using namespace sluice::shm;

namespace {

waiting_message message(std::uint64_t number, importance class_, std::size_t bytes = 0) {
  waiting_message x;
  x.header.correlation = number;
  x.body.resize(bytes);
  x.class_ = class_;
  return x;
}

/// As the peer does: queue if there is room. @returns whether it was queued
bool offer(outbox& x, std::uint64_t number, importance class_, std::size_t bytes = 0) {
  if (!x.make_room(bytes, class_))
    return false;
  x.push(message(number, class_, bytes));
  return true;
}

std::string contents(outbox& x) {
  std::string text;
  for (; !x.empty(); x.pop())
    text += std::to_string(x.front().header.correlation) + " ";
  return text;
}

constexpr auto one = sizeof(waiting_message); // what an empty message costs

} // namespace

TEST_SUITE_BEGIN("unit.transport.outbox");

TEST_CASE("samples and others leave in the order in which they came") {
  outbox x{100 * one};
  offer(x, 1, importance::droppable);
  offer(x, 2, importance::request);
  offer(x, 3, importance::droppable);
  offer(x, 4, importance::plain);
  CHECK(contents(x) == "1 2 3 4 ");
  CHECK(x.bytes() == 0);
}

TEST_CASE("at the bound the oldest sample goes, for a sample as for a request") {
  outbox x{3 * one};
  offer(x, 1, importance::request);
  offer(x, 2, importance::droppable);
  offer(x, 3, importance::droppable);
  CHECK(offer(x, 4, importance::droppable));
  CHECK(offer(x, 5, importance::request));
  CHECK(x.dropped() == 2);
  CHECK(contents(x) == "1 4 5 ");
}

TEST_CASE("at the bound without samples a request is refused; results and control messages have room of their own") {
  outbox x{2 * one};
  offer(x, 1, importance::request);
  offer(x, 2, importance::request);
  CHECK_FALSE(offer(x, 3, importance::request));
  CHECK_FALSE(offer(x, 3, importance::plain));
  CHECK_FALSE(offer(x, 3, importance::droppable));
  CHECK(offer(x, 4, importance::result));
  CHECK(offer(x, 5, importance::result));
  CHECK_FALSE(offer(x, 6, importance::result));
  CHECK(offer(x, 7, importance::control));
  CHECK(offer(x, 8, importance::control));
  CHECK_FALSE(offer(x, 9, importance::control));
  CHECK(contents(x) == "1 2 4 5 7 8 ");
}

TEST_CASE("an empty outbox takes a message larger than its bound, and then nothing else") {
  outbox x{2 * one};
  CHECK(offer(x, 1, importance::request, 1'000'000));
  CHECK_FALSE(offer(x, 2, importance::request));
  CHECK(contents(x) == "1 ");
}

TEST_CASE("samples that are partly in slots already are not dropped, wherever they stand") {
  outbox x{3 * one};
  offer(x, 1, importance::droppable);
  x.front().sent = 1;
  auto second = message(2, importance::droppable);
  second.sent = 1;
  x.push(second);
  offer(x, 3, importance::droppable);
  CHECK(offer(x, 4, importance::droppable));
  CHECK(contents(x) == "1 2 4 ");
}

TEST_CASE("property: what is charged is what waits, and never above the bound of its class") {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    outbox x{20 * one};
    std::uint64_t offered = 0;
    std::uint64_t refused = 0;
    std::uint64_t taken = 0;
    std::uint64_t last = 0;
    for (int i = 0; i < 2000; ++i) {
      if (random() % 3 != 0) {
        ++offered;
        refused += offer(x, offered, static_cast<importance>(random() % 5), random() % 300) ? 0 : 1;
      } else if (!x.empty()) {
        CHECK(x.front().header.correlation > last);
        last = x.front().header.correlation;
        x.pop();
        ++taken;
      }
      CHECK(x.bytes() <= 60 * one);
    }
    std::uint64_t left = 0;
    for (; !x.empty(); x.pop())
      ++left;
    CHECK(x.bytes() == 0);
    CHECK(offered == refused + taken + left + x.dropped());
  }
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("unit.transport.assembler");

namespace {

struct sender {
  assembler to;
  std::vector<std::byte> whole;

  assembly add(std::uint32_t sequence, std::uint32_t total, std::uint32_t offset, std::size_t bytes,
               std::uint64_t incarnation = 1) {
    message_header header;
    header.sequence = sequence;
    header.sender_incarnation = incarnation;
    const fragment_prefix prefix{total, offset};
    std::vector<std::byte> parameters(sizeof prefix + bytes);
    std::memcpy(parameters.data(), &prefix, sizeof prefix);
    for (std::size_t i = 0; i < bytes; ++i)
      parameters[sizeof prefix + i] = static_cast<std::byte>(offset + i);
    return to.add(header, parameters, whole);
  }
};

} // namespace

TEST_CASE("fragments of several messages, mixed, come together") {
  sender x;
  CHECK(x.add(1, 10, 0, 6) == assembly::incomplete);
  CHECK(x.add(2, 4, 0, 3) == assembly::incomplete);
  CHECK(x.add(1, 10, 6, 4) == assembly::complete);
  REQUIRE(x.whole.size() == 10);
  for (std::size_t i = 0; i < 10; ++i)
    CHECK(x.whole[i] == static_cast<std::byte>(i));
  CHECK(x.add(2, 4, 3, 1) == assembly::complete);
  CHECK(x.to.bytes() == 0);
}

TEST_CASE("fragments that contradict each other are refused and forgotten") {
  sender x;
  CHECK(x.add(1, 10, 4, 2) == assembly::refused); // no beginning
  x.add(2, 10, 0, 5);
  CHECK(x.add(2, 10, 6, 4) == assembly::refused); // a gap
  x.add(3, 10, 0, 5);
  CHECK(x.add(3, 11, 5, 5) == assembly::refused); // another size
  x.add(4, 10, 0, 5);
  CHECK(x.add(4, 10, 0, 5) == assembly::refused); // a second beginning
  x.add(5, 10, 0, 5);
  CHECK(x.add(5, 10, 5, 6) == assembly::refused);                    // too much
  CHECK(x.add(6, max_message_bytes + 1, 0, 5) == assembly::refused); // too large
  CHECK(x.add(7, 10, 0, 0) == assembly::refused);                    // nothing in it
  CHECK(x.add(8, 0xffff'ffff, 0xffff'fff0, 5) == assembly::refused);
  CHECK(x.to.bytes() == 0);
}

TEST_CASE("memory follows what was received, and the number of unfinished messages is bounded") {
  sender x;
  for (std::uint32_t i = 0; i < max_incomplete_messages; ++i)
    CHECK(x.add(i, max_message_bytes, 0, 1) == assembly::incomplete);
  CHECK(x.to.bytes() == max_incomplete_messages);
  CHECK(x.add(1000, max_message_bytes, 0, 1) == assembly::refused);
}

TEST_CASE("another life of the sender starts from nothing") {
  sender x;
  x.add(1, 10, 0, 5, 1);
  CHECK(x.add(1, 10, 5, 5, 2) == assembly::refused);
  CHECK(x.to.bytes() == 0);
}

TEST_SUITE_END();
