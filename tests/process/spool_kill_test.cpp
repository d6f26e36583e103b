// A process that writes to the spool is killed at any moment, again and again, or its disk is full: what it had
// answered is there, in order.
#include "actors/database_manager/spool/spool.hpp"

#include <csignal>
#include <cstdlib>
#include <random>
#include <set>
#include <system_error>

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

using namespace sluice::spool;

TEST_SUITE_BEGIN("process.spool");

namespace {

std::string payload(std::uint64_t number) {
  return "batch " + std::to_string(number) + ' '
         + std::string(number * 37 % 2'000, static_cast<char>('a' + number % 26));
}

/// Puts batch after batch, tells the number of each that is stored over `answers`, gives the oldest free now and then;
/// until it is killed.
[[noreturn]] void write_for_ever(const std::filesystem::path& directory, int answers) {
  disk_spool x{directory, 1 << 26};
  static_cast<void>(x.open());
  for (;;) {
    const auto number = x.last_number() + 1;
    batch_parts one{payload(number), 2, number % 3 == 0 ? payload(number + 1) : std::string{},
                    number % 3 == 0 ? 1u : 0u};
    if (x.put({one}) != put_result::stored || ::write(answers, &number, sizeof number) != sizeof number)
      std::_Exit(1);
    if (number % 50 == 0)
      x.release(x.oldest(20'000).back().number);
  }
}

} // namespace

TEST_CASE("a writer that is killed at any moment leaves what it had answered, in order, and no torn record") {
  char pattern[] = "/tmp/sluice-spool-XXXXXX";
  REQUIRE(::mkdtemp(pattern) != nullptr);
  const std::filesystem::path directory = pattern;
  std::mt19937 chance{5};
  std::uint64_t torn = 0;
  std::set<std::uint64_t> safe; // numbers that were answered
  for (int round = 0; round < 60; ++round) {
    CAPTURE(round);
    int answers[2];
    REQUIRE(::pipe(answers) == 0);
    const auto writer = ::fork();
    REQUIRE(writer >= 0);
    if (writer == 0) {
      ::close(answers[0]);
      write_for_ever(directory, answers[1]);
    }
    ::close(answers[1]);
    // Killed after so many answers, in the midst of what comes next.
    std::uint64_t last = 0;
    std::uint64_t number = 0;
    const auto answered = 1 + chance() % 40;
    for (std::uint32_t i = 0; i < answered && ::read(answers[0], &number, sizeof number) == sizeof number; ++i)
      safe.insert(last = number);
    ::kill(writer, SIGKILL);
    int status = 0;
    REQUIRE(::waitpid(writer, &status, 0) == writer);
    REQUIRE(WIFSIGNALED(status)); // it did not end by itself
    while (::read(answers[0], &number, sizeof number) == sizeof number)
      safe.insert(last = number);
    ::close(answers[0]);

    disk_spool x{directory, 1 << 26};
    torn += x.open().size();
    const auto found = x.oldest(1 << 26);
    REQUIRE(!found.empty());
    CHECK(found.back().number >= last);
    CHECK(found.back().number <= last + 1); // stored, and killed before it could say so
    for (std::size_t i = 0; i < found.size(); ++i) {
      const auto n = found[i].number;
      REQUIRE(n == found.front().number + i);
      const auto& [rows, rows_count, rest, rest_count] = found[i].parts;
      const auto expected_rest = n % 3 == 0 ? payload(n + 1) : std::string{};
      // Killed between its two parts it has one of them: it was not answered, and its sender sends it again.
      CAPTURE(n);
      CAPTURE(last);
      CAPTURE(rows.size());
      CAPTURE(rest.size());
      CAPTURE(safe.contains(n));
      CAPTURE(i);
      CAPTURE(found.size());
      REQUIRE((rows == payload(n) || (rows.empty() && !safe.contains(n))));
      REQUIRE((rest == expected_rest || (rest.empty() && !safe.contains(n))));
    }
  }
  MESSAGE(torn << " torn ends were cut off");
  std::filesystem::remove_all(directory);
}

TEST_CASE("on a full disk nothing of a batch is there that was not answered, and it goes on when there is room") {
  char pattern[] = "/tmp/sluice-spool-XXXXXX";
  REQUIRE(::mkdtemp(pattern) != nullptr);
  const std::filesystem::path place = pattern;
  const struct removed {
    std::filesystem::path what;
    ~removed() {
      static_cast<void>(std::system(("umount -l " + what.string() + " 2>/dev/null").c_str()));
      std::filesystem::remove_all(what);
    }
  } at_end{place};
  if (std::system(("mount -t tmpfs -o size=256k none " + place.string() + " 2>/dev/null").c_str()) != 0) {
    MESSAGE("skipped: this process may not mount a tmpfs");
    return;
  }
  const std::uint64_t more_than_the_disk = 1 << 24;
  std::uint64_t answered = 0;
  const auto put = [](disk_spool& to, std::uint64_t number) {
    return to.put({{payload(number), 2, payload(number + 1), 1}});
  };
  {
    disk_spool x{place, more_than_the_disk};
    static_cast<void>(x.open());
    bool full = false;
    while (!full) {
      try {
        const auto result = put(x, answered + 1); // REQUIRE would catch what it throws
        REQUIRE(result == put_result::stored);
        ++answered;
      } catch (const std::system_error& why) {
        CHECK(why.code() == std::errc::no_space_on_device);
        full = true;
      }
    }
    CHECK(answered > 20);
  }
  REQUIRE(std::system(("mount -o remount,size=4m " + place.string()).c_str()) == 0);
  disk_spool x{place, more_than_the_disk};
  static_cast<void>(x.open());
  auto found = x.oldest(more_than_the_disk);
  // Of the batch that did not fit the part that is written first may be there; it was not answered and comes again.
  if (found.size() > answered) {
    CHECK(found.size() == answered + 1);
    CHECK(found.back().parts.rows.empty());
  }
  const auto next = x.last_number() + 1;
  CHECK(put(x, next) == put_result::stored);
  found = x.oldest(more_than_the_disk);
  CHECK(found.back().number == next);
  CHECK(found.back().parts.rows == payload(next));
  for (std::size_t i = 0; i < answered; ++i) {
    REQUIRE(found[i].number == i + 1);
    REQUIRE(found[i].parts.rows == payload(i + 1));
    REQUIRE(found[i].parts.rest == payload(i + 2));
  }
}
