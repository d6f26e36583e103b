// Whether a look at a segment says what is in it, and nothing that is not.
#include "shm/inspect/lane_reader.hpp"
#include "tests/unit/inspect_fixture.hpp"

#include <atomic>
#include <optional>
#include <thread>

#include <sys/stat.h>

using namespace sluice::shm;
using namespace sluice::shm::inspect;
using namespace sluice::shm::inspect::test;
using namespace std::chrono_literals;

TEST_CASE("a look shows who is in the roster, alive and dead") {
  instance_fixture f;
  {
    const auto core = must(membership::join(f.where, 3, "sla-core"));
    const auto again = f.look();
    REQUIRE(again.roles.size() == 3);
    CHECK(again.roles[1].state == liveness::alive);
  }
  const auto x = f.look();
  CHECK(x.instance == "try");
  CHECK(x.roster_problem == "");
  REQUIRE(x.roles.size() == 3);
  CHECK(x.roles[0].number == 2);
  CHECK(x.roles[0].name == "application-server");
  CHECK(x.roles[0].life == 1);
  CHECK(x.roles[0].state == liveness::alive);
  CHECK(x.roles[1].name == "sla-core");
  CHECK(x.roles[1].state == liveness::dead);
  CHECK(x.roles[2].state == liveness::alive);
}

TEST_CASE("a mailbox shows its receiver, its sizes and its state") {
  instance_fixture f;
  f.mailbox.header().heartbeat = 7;
  f.mailbox.header().sleeping = 1;
  const auto x = f.look();
  REQUIRE(x.mailboxes.size() == 1);
  const auto& m = x.mailboxes[0];
  CHECK(m.name == "application-server");
  CHECK(m.problem == "");
  CHECK(m.version == layout_version);
  CHECK(m.role == receiver_role);
  CHECK(m.incarnation == f.receiver.incarnation());
  CHECK(m.life() == 1);
  CHECK(m.state == liveness::alive);
  CHECK(m.sizes.slots_per_lane == 4);
  CHECK(m.sizes.slot_bytes == 256);
  CHECK(m.heartbeat == 7);
  CHECK(m.sleeping);
  CHECK_FALSE(m.closing);
  REQUIRE(m.lanes.size() == 4);
  CHECK(m.lanes[0].sender_name == "database-manager"); // nobody there: the name is Sluice's own
  CHECK(m.lanes[3].sender_name == "performance-monitor");
  CHECK(m.lanes[3].used() == 0);
  CHECK(m.lanes[3].head_slot == slot_content::free);
  CHECK_FALSE(m.lanes[3].oldest);
}

TEST_CASE("each state of a slot is told") {
  instance_fixture f;
  const auto lane = f.from_sender();
  f.put(100, now_ms - 250); // will be read
  f.put(103, now_ms - 40);
  f.put(103, 0); // a sender that sets no time
  static_cast<void>(f.claimed(f.sender.self()));
  take(lane, 0, f.receiver.self());
  const auto x = f.lane_seen();
  CHECK(x.head == 0);
  CHECK(x.tail == 4);
  CHECK(x.head_slot == slot_content::reading);
  CHECK(x.reading == 1);
  CHECK(x.ready == 2);
  CHECK(x.writing == 1);
  CHECK(x.impossible == 0);
  CHECK(x.changed == 0);
  CHECK(x.used() == 4);
  CHECK(x.oldest == 40ms); // the one of 250 ms is not waiting any more
  REQUIRE(x.waiting.size() == 1);
  CHECK(x.waiting[0].operation == 103);
  CHECK(x.waiting[0].slots == 2);
  REQUIRE(x.holders.size() == 2);
  CHECK(x.holders[0].content == slot_content::reading);
  CHECK(x.holders[0].who == f.receiver.self());
  CHECK(x.holders[0].state == liveness::alive);
  CHECK(x.holders[1].slot == 3);
  CHECK(x.holders[1].content == slot_content::writing);
  CHECK(x.holders[1].who == f.sender.self());
}

TEST_CASE("slots are counted from the head on, over the end of the ring") {
  instance_fixture f;
  const auto lane = f.from_sender();
  for (int i = 0; i < 3; ++i)
    f.put(100, now_ms);
  for (lane::ticket t = 0; t < 3; ++t) {
    take(lane, t, f.receiver.self());
    release(lane, t);
  }
  for (int i = 0; i < 3; ++i)
    f.put(101, now_ms - 5);
  const auto x = f.lane_seen();
  CHECK(x.head == 3);
  CHECK(x.ready == 3);
  CHECK(x.used() == 3);
  CHECK(x.head_slot == slot_content::ready);
}

TEST_CASE("a holder that has died is told as dead, by its life and not by its role") {
  instance_fixture f;
  std::optional<membership> core = must(membership::join(f.where, 3, "sla-core"));
  const auto dead = core->self();
  const auto lane = f.mailbox.lane_at(2);
  REQUIRE(claim(lane, dead));
  core.reset();
  core = must(membership::join(f.where, 3, "sla-core")); // its next life
  REQUIRE(claim(lane, core->self()));
  const auto x = f.look().mailboxes[0].lanes[2];
  REQUIRE(x.holders.size() == 2);
  CHECK(x.holders[0].who.life() == 1);
  CHECK(x.holders[0].state == liveness::dead);
  CHECK(x.holders[1].who.life() == 2);
  CHECK(x.holders[1].state == liveness::alive);
}

TEST_CASE("counters are those of the segment") {
  instance_fixture f;
  auto& h = f.from_sender().header();
  h.messages = 11;
  h.bytes = 222;
  h.recovered = 3;
  h.refused = 4;
  h.full = 5;
  h.room_wanted = 1;
  const auto x = f.lane_seen();
  CHECK(x.messages == 11);
  CHECK(x.bytes == 222);
  CHECK(x.recovered == 3);
  CHECK(x.refused == 4);
  CHECK(x.full == 5);
  CHECK(x.writers_wait);
}

TEST_CASE("a slot that was freed after the head was read is not in use") {
  instance_fixture f;
  f.put(100, now_ms);
  take(f.from_sender(), 0, f.receiver.self());
  release(f.from_sender(), 0);
  f.from_sender().header().head = 0; // the receiver has not yet said so
  f.put(101, now_ms);
  const auto x = f.lane_seen();
  CHECK(x.used() == 1);
  CHECK(x.waiting[0].operation == 101);
}

TEST_CASE("impossible words are counted, and a lane is walked once at most") {
  instance_fixture f;
  const auto lane = f.from_sender();
  for (lane::ticket t = 0; t < 4; ++t)
    lane.at(t).word = t % 2 == 0 ? 0xff : owner_word(static_cast<lap>(-7), {}, slot_state::ready);
  lane.header().tail = ~std::uint64_t{0} >> 1;
  const auto x = f.lane_seen();
  CHECK(x.impossible == 4);
  CHECK(x.used() == 4);
  CHECK(x.head_slot == slot_content::impossible);
}

TEST_CASE("more operation codes than are counted apart are counted together") {
  instance_fixture f;
  f.sizes = {4, 64, 256};
  f.mailbox = must(segment::create(f.file, f.sizes, receiver_role, f.receiver.incarnation()));
  for (std::uint32_t i = 0; i < 20; ++i)
    f.put(1'000 - i, now_ms);
  const auto x = f.lane_seen();
  CHECK(x.ready == 20);
  REQUIRE(x.waiting.size() == max_codes);
  CHECK(x.waiting_others == 20 - max_codes);
  CHECK(x.waiting.front().operation < x.waiting.back().operation);
}

TEST_CASE("more holders than are named are counted") {
  instance_fixture f;
  f.sizes = {4, 64, 256};
  f.mailbox = must(segment::create(f.file, f.sizes, receiver_role, f.receiver.incarnation()));
  for (int i = 0; i < 30; ++i)
    static_cast<void>(f.claimed(f.sender.self()));
  const auto x = f.lane_seen();
  CHECK(x.writing == 30);
  CHECK(x.holders.size() == max_holders);
  CHECK(x.holders_not_named == 30 - max_holders);
}

TEST_CASE("the age of a message survives the wrap-around of its clock and is never negative") {
  CHECK(message_age(10, 0xffff'fff6) == 20ms);
  CHECK(message_age(100, 40) == 60ms);
  CHECK(message_age(40, 44) == 0ms); // placed between the clock and the look
}

TEST_CASE("a header is believed only if its slot was not given away meanwhile") {
  instance_fixture f;
  f.put(100, 5);
  const auto lane = f.from_sender();
  const auto& at = lane.at(0);
  const auto word = at.word.load();
  const auto quiet = read_header(at, word, [] {});
  REQUIRE(quiet);
  CHECK(quiet->operation == 100);
  CHECK(quiet->placed_ms == 5);
  CHECK_FALSE(read_header(at, word, [&] {
    take(lane, 0, f.receiver.self()); // the receiver has it: soon another writer may
  }));
  for (lane::ticket t = 0; t < 4; ++t) { // the same slot, ready again: one lap later
    if (t > 0) {
      f.put(101, 6);
      take(lane, t, f.receiver.self());
    }
    release(lane, t);
  }
  f.put(102, 7);
  REQUIRE(&lane.at(4) == &at);
  CHECK_FALSE(read_header(at, word, [] {}));
  CHECK(read_header(at, at.word.load(), [] {})->operation == 102);
}

TEST_CASE("a message that changes while it is read is never told") {
  // Operation, time and place say the same; of two messages mixed they would not.
  instance_fixture f;
  const auto lane = f.from_sender();
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> laps{0};
  // Its own mapping, as another process would have: each round places a message and takes it out again.
  std::thread other{[&] {
    const auto mine = must(segment::open(f.file, receiver_role));
    const auto from = mine.lane_at(sender_role - 1);
    message_header h;
    h.sender_role = sender_role;
    for (lane::ticket t = 0; !stop; ++t) {
      h.operation = 1 + static_cast<std::uint32_t>(t % 10'007);
      h.placed_ms = now_ms - h.operation;
      if (!deposit(from, f.sender.self(), h, {}, {}))
        stop = true;
      take(from, t, f.receiver.self());
      release(from, t);
      laps = t;
    }
  }};
  std::uint64_t told = 0;
  std::uint64_t mixed = 0;
  std::uint64_t impossible = 0;
  for (int looks = 0; (told < 50 || laps < 500'000) && !stop && looks < 1'000'000'000; ++looks) {
    const auto x = read_lane(lane, sender_role, now_ms);
    impossible += x.impossible;
    if (x.ready != 1)
      continue; // none, or several one after the other: the oldest is not the only one
    ++told;
    const auto operation = x.waiting[0].operation;
    bool of_this_round = false;
    for (auto t = x.head; t < x.head + lane.slots(); ++t)
      of_this_round = of_this_round || operation == 1 + t % 10'007;
    if (x.oldest != std::chrono::milliseconds{operation} || !of_this_round)
      ++mixed;
  }
  stop = true;
  other.join();
  CHECK(mixed == 0);
  CHECK(impossible == 0);
  CHECK(told >= 50);
  CHECK(laps >= 500'000);
}

TEST_CASE("looking changes nothing: no byte, no time, no lock") {
  instance_fixture f;
  f.put(100, now_ms);
  static_cast<void>(f.claimed(f.sender.self()));
  const auto bytes = [&] {
    const auto* from = reinterpret_cast<const char*>(&f.mailbox.header());
    return std::string(from, f.sizes.total_bytes());
  };
  const auto about = [&](const std::filesystem::path& file) {
    struct stat x {};
    REQUIRE(::stat(file.c_str(), &x) == 0);
    return std::vector{x.st_mtim.tv_sec, x.st_mtim.tv_nsec, x.st_atim.tv_sec, x.st_atim.tv_nsec, x.st_ctim.tv_nsec};
  };
  const auto before = bytes();
  const auto mailbox_times = about(f.file);
  const auto roster_times = about(f.where.roster());
  for (int i = 0; i < 10; ++i)
    static_cast<void>(f.look());
  CHECK(bytes() == before);
  CHECK(about(f.file) == mailbox_times);
  CHECK(about(f.where.roster()) == roster_times);
  // Somebody who looks is nobody's neighbour: the last one out still finds itself alone and cleans up.
  const auto still_open = must(read_only_file::open(f.where.roster()));
  f.mailbox = must(segment::create(f.where.directory / "elsewhere", f.sizes, receiver_role, 1));
  { const auto sender_leaves = std::move(f.sender); }
  { const auto receiver_leaves = std::move(f.receiver); }
  CHECK_FALSE(std::filesystem::exists(f.file));
  CHECK_FALSE(std::filesystem::exists(f.where.roster()));
}
