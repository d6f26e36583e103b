// Two processes that are both number 1, each in a pid namespace of its own as in two containers: messages flow, and the
// death of one is noticed by the other in milliseconds. Skipped where namespaces may not be made.
#include "shm/mailslot/death_watch.hpp"
#include "tests/unit/mailslot_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

using namespace sluice::shm;
using namespace sluice::shm::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kills = 11; // the median is judged, so that one slow moment does not fail the test
constexpr auto notice_bar = 10ms; // issue of the transport: a death is noticed within 10 ms
constexpr auto patience = 20s;
constexpr int skipped = 77; // SKIP_RETURN_CODE in mailslot.cmake

std::int64_t now_ns() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

/// What the three processes share.
struct board {
  std::atomic<int> reader_number; ///< as the reader sees itself
  std::atomic<int> writer_number;
  std::atomic<pid_t> writer; ///< as the test sees it
  std::atomic<std::uint64_t> messages;
  std::atomic<std::uint64_t> wrong;
  std::atomic<std::uint32_t> deaths;
  std::array<std::atomic<std::int64_t>, kills> noticed_ns;
};

/// Runs `act` as number 1 of a new pid namespace. @returns the number of the process that waits for it
template<class Action>
pid_t as_number_one(Action act, std::atomic<pid_t>* number_here = nullptr) {
  const auto outer = ::fork();
  if (outer != 0)
    return outer;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::unshare(CLONE_NEWPID) != 0)
    ::_exit(skipped);
  const auto inner = ::fork();
  if (inner == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    act();
    ::_exit(0);
  }
  if (number_here != nullptr)
    number_here->store(inner);
  ::waitpid(inner, nullptr, 0);
  ::_exit(0);
}

void read_and_watch(const place& where, board& all) {
  all.reader_number.store(::getpid());
  const auto me = must(membership::join(where, 1, "reader"));
  inbox in{must(segment::create(where.segment("reader"), {2, 16, 512}, 1, me.incarnation())), me.self(),
           [&](participant p) {
             return me.alive(p);
           }};
  std::unique_ptr<death_watch> watch;
  std::uint64_t watched = 0;
  std::uint32_t last = 0;
  message_header header;
  std::vector<std::byte> parameters;
  while (all.deaths.load() < kills) {
    in.wait(100ms, 0s);
    while (in.take(2, header, parameters) == take_result::message) {
      if (header.sender_incarnation != watched) { // a new life: watch that one
        watch.reset();
        watched = header.sender_incarnation;
        last = 0;
        watch = std::make_unique<death_watch>(me, participant::of(2, watched), [&] {
          const auto index = all.deaths.load();
          all.noticed_ns[index].store(now_ns());
          all.deaths.store(index + 1);
          in.wake();
        });
      }
      all.wrong.fetch_add(header.sequence == last + 1 && parameters.size() == 100 ? 0 : 1);
      last = header.sequence;
      all.messages.fetch_add(1);
    }
  }
}

void write_until_killed(const place& where, board& all) {
  all.writer_number.store(::getpid());
  const auto me = must(membership::join(where, 2, "writer"));
  outlet out{must(segment::open(where.segment("reader"), 1)), me.self()};
  message_header header;
  header.operation = 100;
  header.sender_role = 2;
  header.sender_incarnation = me.incarnation();
  const std::vector<std::byte> body(100);
  for (header.sequence = 1;; ++header.sequence) {
    while (!out.put(header, {}, body))
      out.wait_for_room(10ms);
    out.notify();
    std::this_thread::sleep_for(1ms);
  }
}

template<class Condition>
bool eventually(Condition condition) {
  for (const auto until = std::chrono::steady_clock::now() + patience; std::chrono::steady_clock::now() < until;) {
    if (condition())
      return true;
    std::this_thread::sleep_for(1ms);
  }
  return condition();
}

void skip_without_namespaces() {
  const auto trial = as_number_one([] {});
  int status = 0;
  ::waitpid(trial, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == skipped) {
    std::puts("skipped: this user may not make a pid namespace (run as root, or allow user namespaces)");
    std::fflush(stdout);
    std::_Exit(skipped);
  }
}

} // namespace

TEST_SUITE_BEGIN("process.mailslot.namespace");

TEST_CASE("messages and the news of a death cross pid namespaces in which everybody is number 1") {
  skip_without_namespaces();
  const scratch_directory directory;
  const place where{directory.path(), "namespaces"};
  auto* memory = ::mmap(nullptr, sizeof(board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  auto& all = *static_cast<board*>(memory);
  const auto reader = as_number_one([&] {
    read_and_watch(where, all);
  });
  REQUIRE(eventually([&] {
    return std::filesystem::exists(where.segment("reader"));
  }));
  std::vector<double> took_ms;
  for (std::uint32_t i = 0; i < kills; ++i) {
    all.writer.store(0);
    const auto before = all.messages.load();
    const auto outer = as_number_one(
        [&] {
          write_until_killed(where, all);
        },
        &all.writer);
    const bool flows = eventually([&] {
      return all.messages.load() >= before + 5 && all.writer.load() != 0;
    });
    CHECK(flows);
    if (!flows)
      ::kill(outer, SIGKILL);
    const auto killed_ns = now_ns();
    if (const auto victim = all.writer.load(); victim > 0)
      ::kill(victim, SIGKILL);
    CHECK(eventually([&] {
      return all.deaths.load() == i + 1;
    }));
    ::waitpid(outer, nullptr, 0);
    took_ms.push_back(static_cast<double>(all.noticed_ns[i].load() - killed_ns) / 1e6);
  }
  int status = -1;
  ::waitpid(reader, &status, 0);
  CHECK(status == 0);
  CHECK(all.reader_number.load() == 1);
  CHECK(all.writer_number.load() == 1);
  CHECK(all.wrong.load() == 0);
  std::sort(took_ms.begin(), took_ms.end());
  const auto median = took_ms[kills / 2];
  MESSAGE(kills << " deaths noticed after " << took_ms.front() << " to " << took_ms.back() << " ms, median " << median
                << " ms; " << all.messages.load() << " messages");
  CHECK(median <= std::chrono::duration<double, std::milli>(notice_bar).count());
  ::munmap(memory, sizeof(board));
}

TEST_SUITE_END();
