// A writer or a receiver dies at each step of the slot protocol, one at a time: what arrives, what is freed, who goes
// on and that nobody waits for a time limit. Not the random storm (mailslot_kill_test.cpp).
#include "shm/mailslot/checksum.hpp"
#include "shm/mailslot/death_watch.hpp"
#include "tests/process/mailslot_death_points.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include <sys/prctl.h>
#include <sys/wait.h>

using namespace sluice::shm;
using namespace sluice::shm::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t writer_role = 2;
constexpr int messages_before = 3;
/// Far above what anything here needs, far below for_ever: a wait that only its limit ends fails the test.
constexpr auto patience = 20s;
constexpr auto for_ever = 60s;

message_header header_of(participant self, std::uint32_t sequence) {
  message_header x;
  x.operation = 100;
  x.sender_role = static_cast<std::uint8_t>(self.role());
  x.sequence = sequence;
  return x;
}
const std::vector<std::byte> body(200, std::byte{0x5a});

/// Runs `act` in a process of its own and gives its number.
template<class Action>
pid_t in_child(Action act) {
  const auto child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    act();
    ::_exit(0);
  }
  return child;
}

/// A receiver with a watch on one writer, as the transport arranges it.
struct receiver {
  scratch_directory directory;
  place where{directory.path(), "death"};
  membership me = must(membership::join(where, 1, "reader"));
  inbox in{must(segment::create(where.segment("reader"), {2, 4, 512}, 1, me.incarnation())), me.self(),
           [this](participant p) {
             return me.alive(p);
           }};
  int messages = 0;
  int recovered = 0;
  int refused = 0;

  void take_all() {
    message_header found;
    std::vector<std::byte> parameters;
    for (;;) {
      switch (in.take(writer_role, found, parameters)) {
      case take_result::nothing:
        return;
      case take_result::message:
        ++messages;
        refused += parameters == body ? 0 : 1;
        break;
      case take_result::recovered:
        ++recovered;
        break;
      case take_result::refused:
        ++refused;
      }
    }
  }
  /// Takes and sleeps, without a limit that matters, until `enough`.
  template<class Condition>
  bool receive_until(Condition enough) {
    for (const auto until = std::chrono::steady_clock::now() + patience; std::chrono::steady_clock::now() < until;) {
      take_all();
      if (enough())
        return true;
      in.wait(for_ever, 0s);
    }
    return false;
  }
};

} // namespace

TEST_SUITE_BEGIN("process.mailslot.death");

TEST_CASE("a writer that dies at any step: what it released arrives, its slot is freed, the lane goes on at once") {
  for (const auto point : writer_points) {
    CAPTURE(static_cast<int>(point));
    receiver x;
    const auto writer = in_child([&] {
      const auto me = must(membership::join(x.where, writer_role, "writer"));
      outlet out{must(segment::open(x.where.segment("reader"), 1)), me.self()};
      for (std::uint32_t i = 0; i < messages_before; ++i) {
        while (!out.put(header_of(me.self(), i), {}, body))
          std::this_thread::sleep_for(1ms);
        out.notify();
      }
      // Not before the receiver sleeps: the point between its flag and its waking is the one that counts.
      while (out.mailbox().header().sleeping.load() == 0)
        std::this_thread::sleep_for(1ms);
      std::this_thread::sleep_for(5ms);
      die_writing(point, out, me.self(), header_of(me.self(), messages_before), body);
    });
    const auto dying = participant::of(writer_role, 1);
    std::atomic<bool> dead{false};
    std::optional<death_watch> watch;
    const auto begin = std::chrono::steady_clock::now();
    const auto wanted = messages_before + (is_released(point) ? 1 : 0);
    const auto freed = leaves_a_slot(point) ? 1 : 0;
    CHECK(x.receive_until([&] {
      if (!watch && x.messages > 0) // it has joined: before, its lock is free and it would pass for dead
        watch.emplace(x.me, dying, [&] {
          dead.store(true);
          x.in.wake();
        });
      return dead.load() && x.messages == wanted && x.recovered == freed;
    }));
    CHECK(std::chrono::steady_clock::now() - begin < patience);
    CHECK(x.refused == 0);
    int status = 0;
    ::waitpid(writer, &status, 0);
    CHECK(WTERMSIG(status) == SIGKILL);
    watch.reset();

    const auto next = must(membership::join(x.where, writer_role, "writer"));
    outlet out{must(segment::open(x.where.segment("reader"), 1)), next.self()};
    for (int i = 0; i < 8; ++i) { // twice around the ring
      CHECK(out.put(header_of(next.self(), 0), {}, body));
      x.take_all();
    }
    CHECK(x.messages == wanted + 8);
    CHECK(x.refused == 0);
  }
}

TEST_CASE("a receiver that dies at any step: its next life has a fresh mailbox, and the writer goes on with that") {
  for (const auto point : reader_points) {
    CAPTURE(static_cast<int>(point));
    const scratch_directory directory;
    const place where{directory.path(), "death"};
    const auto me = must(membership::join(where, writer_role, "writer"));
    const auto reader = in_child([&] {
      const auto mine = must(membership::join(where, 1, "reader"));
      const auto mailbox = must(segment::create(where.segment("reader"), {2, 4, 512}, 1, mine.incarnation()));
      while (look(mailbox.lane_at(writer_role - 1), 0, writer_role) != head_state::ready)
        std::this_thread::sleep_for(1ms);
      die_reading(point, mailbox, writer_role, 0, mine.self());
    });
    const auto begin = std::chrono::steady_clock::now();
    auto opened = segment::open(where.segment("reader"), 1);
    for (; !opened && std::chrono::steady_clock::now() - begin < patience; std::this_thread::sleep_for(1ms))
      opened = segment::open(where.segment("reader"), 1);
    REQUIRE(opened);
    outlet old{std::move(*opened), me.self()};
    const auto first_life = participant::of(1, old.mailbox().incarnation());
    CHECK(old.put(header_of(me.self(), 1), {}, body));
    old.notify();
    std::atomic<bool> noticed{false};
    const death_watch watch{me, first_life, [&] {
                              noticed.store(true);
                            }};
    ::waitpid(reader, nullptr, 0);
    while (!noticed.load() && std::chrono::steady_clock::now() - begin < patience)
      std::this_thread::sleep_for(1ms);
    CHECK(noticed.load());

    const auto second = must(membership::join(where, 1, "reader"));
    inbox in{must(segment::create(where.segment("reader"), {2, 4, 512}, 1, second.incarnation())), second.self(),
             [&](participant p) {
               return second.alive(p);
             }};
    static_cast<void>(old.put(header_of(me.self(), 2), {}, body)); // to whom nobody reads: harms nobody
    outlet out{must(segment::open(where.segment("reader"), 1)), me.self()};
    CHECK(out.mailbox().incarnation() == second.incarnation());
    CHECK(out.put(header_of(me.self(), 3), {}, body));
    message_header found;
    std::vector<std::byte> parameters;
    CHECK(in.take(writer_role, found, parameters) == take_result::message);
    CHECK(found.sequence == 3);
    CHECK(in.take(writer_role, found, parameters) == take_result::nothing);
  }
}

TEST_CASE("a stopped writer in a slot keeps its own lane waiting, no other, and goes on after SIGCONT") {
  receiver x;
  const auto writer = in_child([&] {
    const auto me = must(membership::join(x.where, writer_role, "writer"));
    outlet out{must(segment::open(x.where.segment("reader"), 1)), me.self()};
    const auto lane = out.mailbox().lane_at(writer_role - 1);
    const auto ticket = claim(lane, me.self());
    ::raise(SIGSTOP);
    auto header = header_of(me.self(), 1);
    header.length = static_cast<std::uint32_t>(body.size());
    std::memcpy(lane.parameters(*ticket), body.data(), body.size());
    header.checksum = message_checksum(header, body);
    lane.at(*ticket).header = header;
    publish(lane, *ticket, me.self());
    out.notify();
  });
  int status = 0;
  ::waitpid(writer, &status, WUNTRACED);
  REQUIRE(WIFSTOPPED(status));
  CHECK(x.in.take(writer_role, *std::make_unique<message_header>(), *std::make_unique<std::vector<std::byte>>())
        == take_result::nothing); // held by somebody who lives
  outlet other{must(segment::open(x.where.segment("reader"), 1)), x.me.self()};
  CHECK(other.put(header_of(x.me.self(), 7), {}, body));
  message_header found;
  std::vector<std::byte> parameters;
  CHECK(x.in.take(1, found, parameters) == take_result::message);
  ::kill(writer, SIGCONT);
  CHECK(x.receive_until([&] {
    return x.messages == 1;
  }));
  CHECK(x.recovered == 0);
  ::waitpid(writer, nullptr, 0);
}

TEST_SUITE_END();
