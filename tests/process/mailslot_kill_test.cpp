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

/// The writers' lives: starts and kills them, keeps what they say.
class storm {
public:
  storm(const place& where, unsigned seed) : where_(where), random_(seed) {
    auto* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    testimonies_ = static_cast<testimony*>(memory); // zeros are a valid start
    for (std::uint32_t i = 0; i < writer_roles; ++i)
      start(i);
  }
  ~storm() {
    end_all();
    ::munmap(testimonies_, bytes);
  }
  storm(const storm&) = delete;
  storm& operator=(const storm&) = delete;

  void kill_one() {
    const auto index = static_cast<std::uint32_t>(random_() % writer_roles);
    // On a slow machine most would die before they have written anything: spare three of four of those.
    if (current_[index]->released[0].load() == 0 && random_() % 4 != 0)
      return;
    end(index);
    ++kills;
    start(index);
  }
  std::chrono::microseconds pause() {
    return std::chrono::microseconds{500 + random_() % 6000};
  }
  void end_all() {
    for (std::uint32_t i = 0; i < writer_roles; ++i)
      end(i);
  }
  [[nodiscard]] std::span<const testimony> lives() const {
    return {testimonies_, lives_};
  }

  int kills = 0;
  std::uint64_t told_to_die_inside = 0;

private:
  static constexpr auto bytes = sizeof(testimony) * (wanted_kills + writer_roles);

  void start(std::uint32_t index) {
    auto& says = testimonies_[lives_++];
    current_[index] = &says;
    // Every other life ends by its own hand inside a slot, at some point between the first and the 200th message.
    const auto last = lives_ % 2 == 0 ? static_cast<std::uint32_t>(random_() % 200 + 1) : 0;
    told_to_die_inside += last == 0 ? 0u : 1u;
    writers_[index] = ::fork();
    if (writers_[index] == 0)
      write_for_ever(where_, first_writer_role + index, says, last);
  }
  void end(std::uint32_t index) {
    if (writers_[index] > 0) {
      ::kill(writers_[index], SIGKILL);
      ::waitpid(writers_[index], nullptr, 0);
      writers_[index] = 0;
    }
  }

  const place& where_;
  std::mt19937 random_;
  testimony* testimonies_ = nullptr;
  std::size_t lives_ = 0;
  std::array<pid_t, writer_roles> writers_{};
  std::array<const testimony*, writer_roles> current_{};
};

} // namespace

TEST_SUITE_BEGIN("process.mailslot.kill");

TEST_CASE("no released message is lost, torn or doubled while writers are killed at random moments") {
  const unsigned seed = 12345;
  const scratch_directory directory;
  const place where{directory.path(), "storm"};
  const auto me = must(membership::join(where, 1, "reader"));
  reader r{inbox{must(segment::create(where.segment("reader"), {4, 64, 1024}, 1, me.incarnation())), me.self(),
                 [&](participant p) {
                   return me.alive(p);
                 }},
           {}};
  storm writers{where, seed};
  const auto begin = std::chrono::steady_clock::now();
  auto next_kill = begin + 20ms;
  while (writers.kills < wanted_kills && r.wrong == 0 && std::chrono::steady_clock::now() - begin < time_limit) {
    if (std::chrono::steady_clock::now() >= next_kill) {
      writers.kill_one();
      next_kill = std::chrono::steady_clock::now() + writers.pause();
    }
    if (!r.round())
      r.in.wait(1ms, 0ns);
  }
  writers.end_all();
  while (r.round()) { // everything that was released, and the slots of the last three dead
  }
  CHECK(writers.kills == wanted_kills);
  CHECK(r.wrong == 0);
  std::uint64_t lost = 0;
  std::uint64_t silent = 0;
  for (const auto& life : writers.lives()) {
    silent += life.released[0].load() == 0 ? 1 : 0;
    for (std::size_t t = 0; t < threads_per_writer; ++t)
      lost += r.last[{life.incarnation.load(), t}] < life.released[t].load() ? 1 : 0;
  }
  CHECK(lost == 0);
  CHECK(silent < writers.lives().size() / 2); // else the storm was over before they wrote
  CHECK(r.messages > writers.lives().size());
  CHECK(r.recovered > writers.told_to_die_inside / 50); // on a slow machine most are killed before
  MESSAGE("seed " << seed << ": " << writers.kills << " kills, " << r.messages << " messages, " << r.recovered
                  << " slots recovered (" << writers.told_to_die_inside << " were told to die in one), " << silent
                  << " writers killed before their first message");
}

TEST_SUITE_END();
