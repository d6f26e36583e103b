// A storm of SIGKILLs on processes that write into a mailbox: what was released arrives, what arrives is whole and in
// order, and the mailbox goes on. Not the death of a receiver: its next life makes a fresh mailbox.
#include "shm/mailslot/participant.hpp"
#include "tests/unit/mailslot_fixture.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstring>
#include <map>
#include <random>
#include <thread>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

using namespace sluice::shm;
using namespace sluice::shm::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t first_writer_role = 2;
constexpr std::uint32_t writer_roles = 3;
constexpr int threads_per_writer = 2;
constexpr int wanted_kills = 400;
constexpr auto time_limit = 60s;

/// What a writer says it has released; outlives it. One per kill, in memory shared with the children.
struct testimony {
  std::atomic<std::uint64_t> incarnation;
  std::array<std::atomic<std::uint32_t>, threads_per_writer> released;
};

std::vector<std::byte> body_of(std::uint64_t incarnation, int thread, std::uint32_t sequence) {
  return std::vector<std::byte>((incarnation + sequence * 7u) % 900,
                                static_cast<std::byte>(sequence + static_cast<unsigned>(thread)));
}

/// Writes until killed, or until message `last`, in the middle of whose slot it kills itself.
[[noreturn]] void write_for_ever(const place& where, std::uint32_t role, testimony& says, std::uint32_t last) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto me = must(membership::join(where, role, "writer-" + std::to_string(role)));
  outlet out{must(segment::open(where.segment("reader"), 1)), me.self()};
  says.incarnation.store(me.incarnation());
  const auto write = [&](int thread) {
    message_header header;
    header.operation = 100;
    header.sender_role = static_cast<std::uint8_t>(role);
    header.sender_incarnation = me.incarnation();
    header.source = static_cast<std::uint64_t>(thread);
    for (header.sequence = 1;; ++header.sequence) {
      const auto body = body_of(me.incarnation(), thread, header.sequence);
      if (header.sequence == last)
        if (const auto ticket = claim(out.mailbox().lane_at(role - 1), me.self())) {
          std::memset(out.mailbox().lane_at(role - 1).parameters(*ticket), 0xee, 100);
          ::raise(SIGKILL);
        }
      while (!out.put(header, {}, body))
        out.wait_for_room(10ms);
      out.notify();
      says.released[static_cast<std::size_t>(thread)].store(header.sequence);
    }
  };
  std::thread second{write, 1};
  write(0);
  ::_exit(0);
}

/// Takes everything and judges it.
struct reader {
  inbox in;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> last; ///< by incarnation and thread
  std::uint64_t messages = 0;
  std::uint64_t recovered = 0;
  std::uint64_t wrong = 0;

  bool round() {
    bool any = false;
    message_header header;
    std::vector<std::byte> parameters;
    for (std::uint32_t role = first_writer_role; role < first_writer_role + writer_roles; ++role) {
      switch (in.take(role, header, parameters)) {
      case take_result::nothing:
        continue;
      case take_result::recovered:
        ++recovered;
        break;
      case take_result::refused:
        ++wrong;
        break;
      case take_result::message: {
        ++messages;
        auto& before = last[{header.sender_incarnation, header.source}];
        const auto expected = body_of(header.sender_incarnation, static_cast<int>(header.source), header.sequence);
        if (header.sequence != before + 1 || parameters != expected)
          ++wrong;
        before = header.sequence;
        break;
      }
      }
      any = true;
    }
    return any;
  }
};

} // namespace

TEST_SUITE_BEGIN("process.mailslot.kill");

TEST_CASE("no released message is lost, torn or doubled while writers are killed at random moments") {
  const unsigned seed = 12345;
  CAPTURE(seed);
  std::mt19937 random{seed};
  const scratch_directory directory;
  const place where{directory.path(), "storm"};
  const auto me = must(membership::join(where, 1, "reader"));
  reader r{inbox{must(segment::create(where.segment("reader"), {4, 64, 1024}, 1, me.incarnation())), me.self(),
                 [&](participant p) {
                   return me.alive(p);
                 }},
           {}};
  constexpr auto bytes = sizeof(testimony) * (wanted_kills + writer_roles);
  auto* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  auto* testimonies = static_cast<testimony*>(memory); // zeros are a valid start
  std::size_t lives = 0;
  std::uint64_t inside = 0;
  std::array<pid_t, writer_roles> writers{};
  const auto start = [&](std::uint32_t index) {
    auto& says = testimonies[lives++];
    // Every other life ends by its own hand inside a slot, at some point between the first and the 2000th message.
    const auto last = lives % 2 == 0 ? static_cast<std::uint32_t>(random() % 2000 + 1) : 0;
    inside += last == 0 ? 0 : 1;
    writers[index] = ::fork();
    if (writers[index] == 0)
      write_for_ever(where, first_writer_role + index, says, last);
  };
  for (std::uint32_t i = 0; i < writer_roles; ++i)
    start(i);

  const auto begin = std::chrono::steady_clock::now();
  int kills = 0;
  auto next_kill = begin + 20ms;
  while (kills < wanted_kills && r.wrong == 0 && std::chrono::steady_clock::now() - begin < time_limit) {
    if (std::chrono::steady_clock::now() >= next_kill) {
      const auto index = static_cast<std::uint32_t>(random() % writer_roles);
      ::kill(writers[index], SIGKILL);
      ::waitpid(writers[index], nullptr, 0);
      ++kills;
      start(index);
      next_kill = std::chrono::steady_clock::now() + std::chrono::microseconds{500 + random() % 6000};
    }
    if (!r.round())
      r.in.wait(1ms, 0ns);
  }
  for (const auto pid : writers) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  while (r.round()) { // everything that was released, and the slots of the last three dead
  }
  CHECK(kills == wanted_kills);
  CHECK(r.wrong == 0);
  std::uint64_t lost = 0;
  std::uint64_t silent = 0;
  for (std::size_t i = 0; i < lives; ++i) {
    silent += testimonies[i].released[0].load() == 0 ? 1 : 0;
    for (std::size_t t = 0; t < threads_per_writer; ++t)
      if (r.last[{testimonies[i].incarnation.load(), t}] < testimonies[i].released[t].load())
        ++lost;
  }
  CHECK(lost == 0);
  CHECK(silent < lives / 2); // else the storm was over before they wrote
  CHECK(r.messages > lives);
  CHECK(r.recovered > inside / 4); // the others were killed before they came so far, or found the lane full
  MESSAGE(kills << " kills, " << r.messages << " messages, " << r.recovered << " slots recovered, " << silent
                << " writers killed before their first message");
  ::munmap(memory, bytes);
}

TEST_SUITE_END();
