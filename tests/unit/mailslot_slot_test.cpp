// The life of a slot: claimed, filled, released, taken, freed; and what becomes of it when somebody dies or lies.
#include "tests/unit/mailslot_fixture.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <fstream>
#include <random>
#include <thread>

using namespace sluice::shm;
using namespace sluice::shm::test;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("unit.mailslot.slot");

TEST_CASE("a message goes through the five states and the slot starts its next lap") {
  mailbox_fixture x;
  const auto lane = x.sender_lane();
  const auto state = [&] {
    return state_of(lane.at(0).word.load());
  };
  CHECK(state() == slot_state::free);
  const auto ticket = claim(lane, x.sender);
  REQUIRE(ticket);
  CHECK(state() == slot_state::writing);
  CHECK(holder_of(lane.at(0).word.load()) == x.sender);
  publish(lane, *ticket, x.sender);
  CHECK(state() == slot_state::ready);
  take(lane, *ticket, participant::of(1, 1));
  CHECK(state() == slot_state::reading);
  CHECK(holder_of(lane.at(0).word.load()).role() == 1);
  release(lane, *ticket);
  CHECK(lane.at(0).word.load() == owner_word(1, {}, slot_state::free));
}

TEST_CASE("messages arrive in the order of their slots, over many laps") {
  mailbox_fixture x;
  for (std::uint32_t i = 0; i < 100; ++i) {
    CHECK(x.put("number " + std::to_string(i), i));
    CHECK(x.take() == "number " + std::to_string(i));
  }
  CHECK(x.take() == "(nothing)");
  CHECK(x.sender_lane().header().messages.load() == 100);
}

TEST_CASE("a full lane refuses at once, counts it, and takes again when one slot is free") {
  mailbox_fixture x;
  for (int i = 0; i < 4; ++i)
    CHECK(x.put("x"));
  CHECK_FALSE(x.put("one too many"));
  CHECK(x.sender_lane().header().full.load() == 1);
  CHECK(x.take() == "x");
  CHECK(x.put("now it fits"));
}

TEST_CASE("a two-step call: a request slot and a notification, a result slot and a notification") {
  mailbox_fixture request; // role 2 calls role 1
  mailbox_fixture result;  // stands for the caller's own mailbox; the callee answers into it
  std::thread callee{[&] {
    while (!request.in.ready())
      request.in.wait(1s, 0s);
    message_header found;
    std::vector<std::byte> parameters;
    while (request.in.take(2, found, parameters) != take_result::message) {
    }
    auto answer = result.header();
    answer.correlation = found.correlation;
    while (!result.out.put(answer, bytes_of("result of "), parameters)) {
    }
    result.out.notify();
  }};
  auto call = request.header();
  call.correlation = 42;
  REQUIRE(request.out.put(call, {}, bytes_of("call")));
  request.out.notify();
  message_header found;
  std::vector<std::byte> parameters;
  while (result.in.take(2, found, parameters) != take_result::message)
    result.in.wait(1s, 0s);
  callee.join();
  CHECK(text_of(parameters) == "result of call");
  CHECK(found.correlation == 42);
}

TEST_CASE("a claim that stopped before it advanced the tail is helped by the next writer") {
  mailbox_fixture x;
  const auto lane = x.sender_lane();
  const auto first = claim(lane, x.sender);
  lane.header().tail.store(0); // as if the claimer had stopped right after its exchange
  const auto second = claim(lane, x.sender);
  REQUIRE(first);
  REQUIRE(second);
  CHECK(*first == 0);
  CHECK(*second == 1);
}

TEST_CASE("a dead writer's slot is freed and skipped; what others released behind it is delivered") {
  mailbox_fixture x;
  const auto dying = participant::of(2, 9);
  REQUIRE(claim(x.sender_lane(), dying));
  CHECK(x.put("after the dead"));
  CHECK(x.take() == "(nothing)"); // it may only be slow
  x.dead.insert(dying.number);
  x.in.wait(0s, 0s); // the news of a death ends a wait, and after it the receiver asks at once
  CHECK(x.take() == "(recovered)");
  CHECK(x.take() == "after the dead");
  CHECK(x.sender_lane().header().recovered.load() == 1);
}

TEST_CASE("a receiver that never waits asks for a writer's life too, though not at each look") {
  mailbox_fixture x;
  const auto dying = participant::of(2, 9);
  REQUIRE(claim(x.sender_lane(), dying));
  CHECK(x.take() == "(nothing)");
  x.dead.insert(dying.number);
  int looks = 1;
  while (looks < 1000 && x.take() == "(nothing)")
    ++looks;
  CHECK(looks > 1);
  CHECK(looks < 100);
  CHECK(x.sender_lane().header().recovered.load() == 1);
}

TEST_CASE("a writer that died after the release has sent its message") {
  mailbox_fixture x;
  CHECK(x.put("last words"));
  x.dead.insert(x.sender.number);
  CHECK(x.take() == "last words");
}

TEST_CASE("a stopped writer blocks its own lane only") {
  mailbox_fixture x;
  REQUIRE(claim(x.sender_lane(), x.sender)); // and never released
  outlet other{must(segment::open(x.file, 1)), participant::of(1, 3)};
  auto header = x.header();
  header.sender_role = 1;
  CHECK(other.put(header, {}, bytes_of("from the other lane")));
  message_header found;
  std::vector<std::byte> parameters;
  CHECK(x.in.take(2, found, parameters) == take_result::nothing);
  CHECK(x.in.take(1, found, parameters) == take_result::message);
  CHECK(text_of(parameters) == "from the other lane");
}

TEST_CASE("a waiting writer is woken when the receiver makes room") {
  mailbox_fixture x;
  while (x.put("x")) {
  }
  std::thread receiver{[&] {
    for (int i = 0; i < 4; ++i)
      x.take();
  }};
  while (!x.put("at last"))
    x.out.wait_for_room(1s);
  receiver.join();
  CHECK(x.take() == "at last");
}

TEST_CASE("wake() ends a wait that nobody else would end") {
  mailbox_fixture x;
  std::thread waker{[&] {
    x.in.wake();
  }};
  const auto before = std::chrono::steady_clock::now();
  x.in.wait(60s, 0s);
  waker.join();
  CHECK(std::chrono::steady_clock::now() - before < 30s);
}

TEST_CASE("wake() ends a sleep whose flag a writer has cleared before it died without waking") {
  mailbox_fixture x;
  auto& sleeping = x.in.mailbox().header().sleeping;
  std::thread receiver{[&] {
    x.in.wait(60s, 0s);
  }};
  const auto before = std::chrono::steady_clock::now();
  while (sleeping.load() == 0)
    std::this_thread::yield();
  sleeping.store(0); // the half of notify() that the dead has done
  x.in.wake();
  receiver.join();
  CHECK(std::chrono::steady_clock::now() - before < 30s);
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("unit.mailslot.nonsense");

TEST_CASE("a header that lies is refused, counted, and the lane goes on") {
  mailbox_fixture x;
  auto lies = [&](auto change) {
    REQUIRE(x.put("honest"));
    change(x.sender_lane().at(x.sender_lane().header().head.load()).header);
    CHECK(x.take() == "(refused)");
  };
  lies([](message_header& h) {
    h.length = 0xffff'ffff;
  });
  lies([](message_header& h) {
    h.length += 1;
  });
  lies([](message_header& h) {
    h.sender_role = 1;
  });
  lies([](message_header& h) {
    h.operation = 0;
  });
  lies([](message_header& h) {
    h.checksum ^= 1;
  });
  lies([](message_header& h) {
    h.destination += 1;
  });
  CHECK(x.sender_lane().header().refused.load() == 6);
  CHECK(x.put("still here"));
  CHECK(x.take() == "still here");
}

TEST_CASE("an owner word that no writer leaves is overwritten and the lane goes on") {
  for (const auto word : {owner_word(0, participant::of(2, 1), static_cast<slot_state>(9)),
                          owner_word(5, participant::of(2, 1), slot_state::ready),
                          owner_word(0, participant::of(3, 1), slot_state::writing),
                          owner_word(0, participant::of(1, 1), slot_state::reading), ~std::uint64_t{0}}) {
    CAPTURE(word);
    mailbox_fixture x;
    x.sender_lane().at(0).word.store(word);
    CHECK(x.take() == "(refused)");
    REQUIRE(x.put("next"));
    CHECK(x.take() == "next");
  }
}

TEST_CASE("a tail that is far off neither hangs a writer nor stays") {
  for (const std::uint64_t nonsense : {std::uint64_t{1} << 60, ~std::uint64_t{0} - 2, std::uint64_t{1000}}) {
    CAPTURE(nonsense);
    mailbox_fixture x;
    x.sender_lane().header().tail.store(nonsense);
    static_cast<void>(x.put("may or may not fit")); // returns
    x.in.wait(0s, 0s);                              // the receiver's round repairs it
    while (x.take() != "(nothing)") {
    }
    CHECK(x.put("fits"));
    CHECK(x.take() == "fits");
  }
}

TEST_CASE("a tail ahead of a slot that nobody has claimed is set back, or no writer would ever fill the gap") {
  for (std::uint64_t ahead = 1; ahead <= 4; ++ahead) {
    CAPTURE(ahead);
    mailbox_fixture x;
    x.sender_lane().header().tail.store(ahead);
    while (x.put("behind the gap")) {
    }
    CHECK(x.take() == "(nothing)");
    x.in.wait(0s, 0s);
    CHECK(x.put("in the gap"));
    CHECK(x.take() == "in the gap");
  }
}

TEST_CASE("an honest tail is not touched, wherever it stands") {
  mailbox_fixture x;
  const auto lane = x.sender_lane();
  CHECK_FALSE(repair_tail(lane, 0)); // nothing placed
  const auto ticket = claim(lane, x.sender);
  REQUIRE(ticket);
  CHECK_FALSE(repair_tail(lane, 0)); // ahead of a slot that is being written
  lane.header().tail.store(0);
  publish(lane, *ticket, x.sender);
  CHECK(x.take() == "(refused)");    // it holds no message
  CHECK_FALSE(repair_tail(lane, 1)); // behind: the claimer has not come to advance it
  CHECK(lane.header().tail.load() == 0);
}

TEST_CASE("property: whatever bytes a lane holds, the receiver ends, keeps to the slots and works again") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    mailbox_fixture x;
    auto* slots = x.sender_lane().parameters(0) - sizeof(slot);
    for (std::size_t i = 0; i < 4 * 256; i += 8) {
      const auto word = random() % 4 == 0 ? random() : random() % 1024;
      std::memcpy(slots + i, &word, sizeof word);
    }
    x.sender_lane().header().tail.store(random());
    int steps = 0;
    while (x.take() != "(nothing)" && steps < 1000)
      ++steps;
    CHECK(steps <= 5); // each slot is looked at once a lap
    x.dead.insert(holder_of(x.sender_lane().at(static_cast<std::uint64_t>(steps)).word.load()).number);
    while (x.take() != "(nothing)") {
    }
    x.in.wait(0s, 0s);
    x.sender_lane().header().tail.store(x.sender_lane().header().head.load());
    CHECK(x.put("works again"));
    CHECK(x.take() == "works again");
  }
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("unit.mailslot.segment");

namespace {

/// The sentence with which open() refuses a file after `change` was made to its header.
std::string refusal_after(const std::function<void(segment_header&)>& change) {
  scratch_directory directory;
  const auto file = directory.path() / "mailbox";
  {
    auto whole = must(segment::create(file, {2, 4, 256}, 1, 77));
    change(whole.header());
  }
  auto opened = segment::open(file, 1);
  if (opened)
    return "opened";
  CHECK(opened.why().kind == failure_kind::other_layout);
  return opened.why().sentence.substr(file.string().size() + 1);
}

} // namespace

TEST_CASE("a mailbox of another layout is refused with a sentence") {
  CHECK(refusal_after([](segment_header&) {}) == "opened");
  CHECK(refusal_after([](segment_header& h) {
          h.magic = 1;
        })
        == "is no Sluice mailbox");
  CHECK(refusal_after([](segment_header& h) {
          h.version = 1;
        })
        == "has layout version 1, this program has version 2: run the same release in all processes");
  CHECK(refusal_after([](segment_header& h) {
          h.slots_per_lane = 8;
        })
        == "has sizes that do not fit together");
  CHECK(refusal_after([](segment_header& h) {
          h.lanes = 0xffff'ffff;
        })
        == "has sizes that do not fit together");
  CHECK(refusal_after([](segment_header& h) {
          h.slot_bytes = 0;
        })
        == "has sizes that do not fit together");
  CHECK(refusal_after([](segment_header& h) {
          h.role = 3;
        })
        == "belongs to role number 3, not 1: the processes disagree on the roles");
  CHECK(refusal_after([](segment_header& h) {
          h.incarnation = 0;
        })
        == "names no incarnation");
}

TEST_CASE("a file that is too short, missing or no file is refused") {
  scratch_directory directory;
  const auto file = directory.path() / "mailbox";
  CHECK(segment::open(file, 1).why().kind == failure_kind::absent);
  std::ofstream{file} << "short";
  CHECK(segment::open(file, 1).why().kind == failure_kind::other_layout);
  CHECK_FALSE(segment::open(directory.path(), 1));
}

TEST_CASE("the file is private to its owner and exactly as large as its slots") {
  mailbox_fixture x{{3, 8, 512}};
  const auto about = std::filesystem::status(x.file);
  CHECK(about.permissions() == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  CHECK(std::filesystem::file_size(x.file) == 4096 + 3 * 8 * 512);
}

TEST_CASE("a file of another user is refused") {
  mailbox_fixture x;
  if (::chown(x.file.c_str(), 12345, 12345) != 0) {
    MESSAGE("skipped: only root may give files away");
    return;
  }
  CHECK(segment::open(x.file, 1).why().sentence == x.file.string() + " belongs to another user");
}

TEST_CASE("a fresh mailbox replaces a leftover, and who maps the old one keeps that") {
  mailbox_fixture x;
  REQUIRE(x.put("to the old one"));
  auto fresh = must(segment::create(x.file, {2, 4, 256}, 1, 78));
  CHECK(must(segment::open(x.file, 1)).incarnation() == 78);
  CHECK(state_of(fresh.lane_at(1).at(0).word.load()) == slot_state::free);
  CHECK(x.take() == "to the old one");
}

TEST_CASE("sizes that make no mailbox, and a directory that is not there, are failures with a sentence") {
  scratch_directory directory;
  CHECK(segment::create(directory.path() / "x", {2, 5, 256}, 1, 1).why().kind == failure_kind::invalid);
  const auto missing = segment::create(directory.path() / "no" / "x", {2, 4, 256}, 1, 1);
  CHECK(missing.why().sentence.ends_with("No such file or directory"));
}

TEST_SUITE_END();
