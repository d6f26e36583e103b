// tests/bench/run tick: what a tick of the SLA core costs, by shape and number of streams. Each row in a process of its
// own, so that its memory is its own.
#include "tests/bench/tick/report.hpp"
#include "tests/bench/transport/invocation.hpp"
#include "tests/bench/transport/machine.hpp"

#include <iostream>
#include <regex>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace sluice::bench {
namespace {

/// Measures in a child process.
figures measure_apart(const shape& of, std::size_t streams, std::size_t ticks) {
  int ends[2];
  if (::pipe(ends) != 0)
    throw std::runtime_error("no pipe");
  const auto child = ::fork();
  if (child < 0)
    throw std::runtime_error("no process");
  if (child == 0) {
    auto code = 1;
    try {
      const auto result = measure(of, streams, ticks);
      code = ::write(ends[1], &result, sizeof result) == sizeof result ? 0 : 1;
    } catch (const std::exception& problem) {
      std::cerr << problem.what() << "\n";
    }
    ::_exit(code);
  }
  ::close(ends[1]);
  figures result;
  const auto got = ::read(ends[0], &result, sizeof result);
  ::close(ends[0]);
  auto status = 0;
  ::waitpid(child, &status, 0);
  if (status != 0 || got != sizeof result)
    throw std::runtime_error("a measurement failed");
  return result;
}

std::vector<row> choose_rows(const options& wanted) {
  std::vector<row> rows;
  const std::regex only{wanted.only};
  for (const std::size_t streams : {10'000, 100'000})
    for (const auto& x : shapes())
      if (std::regex_search(std::string{x.id} + "/" + std::to_string(streams), only))
        rows.push_back({&x, streams, {}});
  return rows;
}

ending run(const options& wanted) {
  auto rows = choose_rows(wanted);
  load_watch load;
  std::this_thread::sleep_for(std::chrono::seconds{1});
  if (!quiet_enough(load.others_percent(), wanted))
    return ending::missing;
  const std::size_t ticks = wanted.quick ? 40 : 300;
  for (unsigned round = 1; round <= wanted.rounds; ++round)
    for (auto& x : rows) {
      x.rounds.push_back(measure_apart(*x.of, x.streams, ticks));
      std::cerr << "round " << round << " of " << wanted.rounds << ": " << x.of->id << " with " << x.streams
                << " streams\n";
    }
  const auto bars = judge(rows);
  const auto machine = describe_machine();
  const auto words = machine.processor + ", " + std::to_string(machine.cores) + " cores, " + machine.kernel;
  write_table(std::cout, rows, bars, words, wanted.commit);
  if (!write_json_file(wanted, [&](std::ostream& file) {
        write_json(file, rows, bars, words, wanted.commit);
      }))
    return ending::missing;
  const auto all_met = std::all_of(bars.begin(), bars.end(), [](const judgement& x) {
    return x.met();
  });
  return all_met || wanted.quick ? ending::all_met : ending::bar_missed;
}

} // namespace
} // namespace sluice::bench

int main(int argc, char** argv) {
  return sluice::bench::invoke(argc, argv,
                               {"What a tick of the SLA core costs, by shape and number of streams.",
                                "a minute: short runs, one round, no verdict", 3, 1},
                               sluice::bench::run);
}
