// A storm of SIGKILLs on the writers and on the receiver of a mailbox, at random moments and between chosen steps: what
// was released to a receiver that lives arrives, whole and in order, and the next lives go on.
#include "tests/process/mailslot_death_points.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
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
constexpr std::uint32_t threads_per_writer = 2;
constexpr int writer_kills = 1000;
constexpr int reader_kills = 100;
constexpr int max_lives = writer_kills + writer_roles;
constexpr auto time_limit = 90s;

/// Messages that one thread of a writer has placed in, or a receiver has taken out of, one mailbox.
struct tally {
  std::atomic<std::uint64_t> mailbox; ///< incarnation of its receiver
  std::atomic<std::uint32_t> messages;

  void begin(std::uint64_t incarnation) {
    messages.store(0);
    mailbox.store(incarnation);
  }
};

/// What a writer says it has released and what receivers say they took from it; outlives all.
struct writer_life {
  std::atomic<bool> wrote;
  std::array<tally, threads_per_writer> released;
  std::array<tally, threads_per_writer> taken;
};

/// Memory that all processes of the storm share. Zeros are its start.
struct ledger {
  std::atomic<std::uint64_t> reader; ///< incarnation of the present receiver
  std::atomic<std::uint64_t> messages;
  std::atomic<std::uint64_t> recovered;
  std::atomic<std::uint64_t> wrong;
  std::atomic<bool> drain;
  std::atomic<bool> drained;
  std::array<writer_life, max_lives> lives;
};

std::vector<std::byte> body_of(std::uint64_t life, std::uint64_t thread, std::uint32_t sequence) {
  return std::vector<std::byte>((life * 31 + sequence * 7u) % 900, static_cast<std::byte>(sequence + thread));
}

/// The mailbox of a receiver that lives, other than that of `old`.
outlet connect(const place& where, const membership& me, std::uint64_t old) {
  for (;; std::this_thread::sleep_for(200us))
    if (auto found = segment::open(where.segment("reader"), 1);
        found && found->incarnation() != old && me.alive(participant::of(1, found->incarnation())))
      return {std::move(*found), me.self()};
}

/// One thread of a writer: writes until killed, or until message `last`, while placing which it kills itself.
[[noreturn]] void write(const place& where, const membership& me, writer_life& says, std::uint64_t life,
                        std::uint64_t thread, std::uint32_t last, writer_point point) {
  auto& mine = says.released[thread];
  std::uint32_t written = 0;
  for (std::uint64_t old = 0;;) {
    auto out = connect(where, me, old);
    old = out.mailbox().incarnation();
    mine.begin(old);
    message_header header;
    header.operation = 100;
    header.sender_role = static_cast<std::uint8_t>(me.self().role());
    header.destination = life;
    header.source = thread;
    for (header.sequence = 1; header.sequence % 16 != 0 || me.alive(participant::of(1, old)); ++header.sequence) {
      const auto body = body_of(life, thread, header.sequence);
      if (++written == last)
        die_writing(point, out, me.self(), header, body);
      bool placed = false;
      while (!(placed = out.put(header, {}, body)) && me.alive(participant::of(1, old)))
        out.wait_for_room(10ms);
      if (!placed)
        break;
      out.notify();
      mine.messages.store(header.sequence);
      says.wrote.store(true);
    }
  }
}

[[noreturn]] void be_writer(const place& where, std::uint32_t role, ledger& all, std::uint64_t life, std::uint32_t last,
                            writer_point point) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto me = must(membership::join(where, role, "writer-" + std::to_string(role)));
  std::thread second{[&] {
    write(where, me, all.lives[life], life, 1, 0, point);
  }};
  write(where, me, all.lives[life], life, 0, last, point);
}

/// Takes one message and judges it. @returns whether there was something
bool judge_next(inbox& in, std::uint32_t role, std::uint64_t incarnation, ledger& all) {
  message_header header;
  std::vector<std::byte> parameters;
  switch (in.take(role, header, parameters)) {
  case take_result::nothing:
    return false;
  case take_result::recovered:
    all.recovered.fetch_add(1);
    return true;
  case take_result::refused:
    all.wrong.fetch_add(1);
    return true;
  case take_result::message:
    break;
  }
  if (header.destination >= max_lives || header.source >= threads_per_writer) {
    all.wrong.fetch_add(1);
    return true;
  }
  auto& taken = all.lives[header.destination].taken[header.source];
  if (taken.mailbox.load() != incarnation)
    taken.begin(incarnation);
  if (header.sequence != taken.messages.load() + 1
      || parameters != body_of(header.destination, header.source, header.sequence))
    all.wrong.fetch_add(1);
  taken.messages.store(header.sequence);
  all.messages.fetch_add(1);
  return true;
}

/// Takes and judges until told to drain; or until message `last`, at whose taking it kills itself.
[[noreturn]] void be_reader(const place& where, ledger& all, std::uint64_t last, reader_point point) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto me = must(membership::join(where, 1, "reader"));
  inbox in{must(segment::create(where.segment("reader"), {4, 64, 1024}, 1, me.incarnation())), me.self(),
           [&](participant p) {
             return me.alive(p);
           }};
  all.reader.store(me.incarnation());
  std::uint64_t looked = 0;
  for (;;) {
    bool any = false;
    for (std::uint32_t role = first_writer_role; role < first_writer_role + writer_roles; ++role) {
      const auto lane = in.mailbox().lane_at(role - 1);
      const auto head = lane.header().head.load();
      if (last != 0 && ++looked >= last && look(lane, head, role) == head_state::ready)
        die_reading(point, in.mailbox(), role, head, me.self());
      any = judge_next(in, role, me.incarnation(), all) || any;
    }
    if (!any && all.drain.load()) {
      all.drained.store(true);
      ::_exit(0);
    }
    if (!any)
      in.wait(1ms, 0ns);
  }
}

/// The lives of writers and receivers: starts and kills them.
class storm {
public:
  storm(const place& where, unsigned seed) : where_(where), random_(seed) {
    auto* memory = ::mmap(nullptr, sizeof(ledger), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    ledger_ = static_cast<ledger*>(memory);
    start_reader();
    for (std::uint32_t i = 0; i < writer_roles; ++i)
      start_writer(i);
  }
  ~storm() {
    end_writers();
    end(reader_);
    ::munmap(ledger_, sizeof(ledger));
  }
  storm(const storm&) = delete;
  storm& operator=(const storm&) = delete;

  /// @returns false if it has spared one
  bool kill_a_writer() {
    const auto index = static_cast<std::uint32_t>(random_() % writer_roles);
    // On a slow machine most would die before they have written anything: spare nearly all of those.
    if (!ledger_->lives[present_[index]].wrote.load() && random_() % 16 != 0)
      return false;
    end(writers_[index]);
    ++killed_writers;
    start_writer(index);
    return true;
  }
  void kill_the_reader() {
    end(reader_);
    ++killed_readers;
    start_reader();
  }
  std::chrono::microseconds pause() {
    return std::chrono::microseconds{500 + random_() % 5000};
  }
  void end_writers() {
    for (auto& x : writers_)
      end(x);
  }
  ledger& all() {
    return *ledger_;
  }
  [[nodiscard]] std::size_t lives() const {
    return lives_;
  }

  int killed_writers = 0;
  int killed_readers = 0;

private:
  void start_writer(std::uint32_t index) {
    const auto life = lives_++;
    present_[index] = life;
    // Two of three lives end by their own hand between two steps, somewhere in their first 100 messages.
    const auto last = life % 3 != 0 ? static_cast<std::uint32_t>(random_() % 100 + 1) : 0;
    const auto point = writer_points[random_() % writer_points.size()];
    writers_[index] = ::fork();
    if (writers_[index] == 0)
      be_writer(where_, first_writer_role + index, *ledger_, life, last, point);
  }
  void start_reader() {
    const auto last = killed_readers % 2 != 0 && killed_readers < reader_kills ? random_() % 500 + 1 : 0;
    const auto point = reader_points[random_() % reader_points.size()];
    reader_ = ::fork();
    if (reader_ == 0)
      be_reader(where_, *ledger_, last, point);
  }
  static void end(pid_t& who) {
    if (who > 0) {
      ::kill(who, SIGKILL);
      ::waitpid(who, nullptr, 0);
    }
    who = 0;
  }

  const place& where_;
  std::mt19937 random_;
  ledger* ledger_ = nullptr;
  std::size_t lives_ = 0;
  pid_t reader_ = 0;
  std::array<pid_t, writer_roles> writers_{};
  std::array<std::size_t, writer_roles> present_{};
};

/// Threads whose released messages the last receiver has not taken.
std::uint64_t count_lost(storm& x) {
  std::uint64_t lost = 0;
  for (std::size_t i = 0; i < x.lives(); ++i)
    for (std::size_t t = 0; t < threads_per_writer; ++t) {
      const auto& released = x.all().lives[i].released[t];
      const auto& taken = x.all().lives[i].taken[t];
      if (released.mailbox.load() != x.all().reader.load())
        continue; // its receiver is dead
      const auto arrived = taken.mailbox.load() == released.mailbox.load() ? taken.messages.load() : 0;
      lost += arrived < released.messages.load() ? 1 : 0;
    }
  return lost;
}

} // namespace

TEST_SUITE_BEGIN("process.mailslot.kill");

TEST_CASE("no message released to a living receiver is lost, torn or doubled in a storm of 1,100 kills") {
  const unsigned seed = 12345;
  CAPTURE(seed);
  const scratch_directory directory;
  const place where{directory.path(), "storm"};
  storm x{where, seed};
  const auto begin = std::chrono::steady_clock::now();
  auto next_kill = begin + 20ms;
  while (x.killed_writers < writer_kills && x.all().wrong.load() == 0
         && std::chrono::steady_clock::now() - begin < time_limit) {
    std::this_thread::sleep_until(next_kill);
    const bool killed = x.kill_a_writer();
    if (x.killed_readers < reader_kills && x.killed_writers / (writer_kills / reader_kills) > x.killed_readers)
      x.kill_the_reader();
    next_kill = std::chrono::steady_clock::now() + (killed ? x.pause() : 300us);
  }
  x.kill_the_reader(); // the last one does not kill itself: it takes what is released, and the slots of the dead
  while (x.all().messages.load() == 0 && std::chrono::steady_clock::now() - begin < time_limit)
    std::this_thread::sleep_for(1ms);
  std::this_thread::sleep_for(20ms);
  x.end_writers();
  x.all().drain.store(true);
  while (!x.all().drained.load() && std::chrono::steady_clock::now() - begin < time_limit)
    std::this_thread::sleep_for(1ms);
  CHECK(x.all().drained.load());
  CHECK(x.killed_writers == writer_kills);
  CHECK(x.killed_readers >= reader_kills - 1);
  CHECK(x.all().wrong.load() == 0);
  CHECK(count_lost(x) == 0);
  std::uint64_t silent = 0;
  for (std::size_t i = 0; i < x.lives(); ++i)
    silent += x.all().lives[i].wrote.load() ? 0 : 1;
  CHECK(silent < x.lives() / 2); // else the storm was over before they wrote
  CHECK(x.all().messages.load() > x.lives());
  CHECK(x.all().recovered.load() > x.lives() / 50); // on a slow machine most are killed before they reach their point
  MESSAGE("seed " << seed << ": " << x.killed_writers << " writers and " << x.killed_readers << " receivers killed, "
                  << x.all().messages.load() << " messages, " << x.all().recovered.load() << " slots recovered, "
                  << silent << " writers killed before their first message, "
                  << std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() << " s");
}

TEST_SUITE_END();
