// tests/bench/run tick: what a tick of the SLA core costs, by shape and number of streams. Each row in a process of its
// own, so that its memory is its own.
#include "tests/bench/tick/report.hpp"
#include "tests/bench/transport/machine.hpp"

#include <CLI/CLI.hpp>

#include <fstream>
#include <iostream>
#include <regex>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace sluice::bench {
namespace {

constexpr int bar_missed = 1;
constexpr int usage = 2;
constexpr int missing = 3;

struct options {
  unsigned rounds = 3;
  bool quick = false;
  bool force = false;
  std::string only;
  std::string json_file;
  std::string ini_file; ///< the same for all benchmarks; nothing of it matters here
  std::string commit = "unknown";
};

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

int run(const options& wanted) {
  auto rows = choose_rows(wanted);
  load_watch load;
  std::this_thread::sleep_for(std::chrono::seconds{1});
  if (const auto others = load.others_percent(); others > quiet_percent) {
    std::cerr << "THE MACHINE IS NOT QUIET: other processes use " << others << " % of it. "
              << (wanted.force ? "Going on as told.\n" : "End them, or say --force; then the result is not valid.\n");
    if (!wanted.force)
      return missing;
  }
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
  if (!wanted.json_file.empty()) {
    std::ofstream file{wanted.json_file};
    write_json(file, rows, bars, words, wanted.commit);
    if (!file.flush()) {
      std::cerr << "cannot write " << wanted.json_file << "\n";
      return missing;
    }
  }
  const auto all_met = std::all_of(bars.begin(), bars.end(), [](const judgement& x) {
    return x.met();
  });
  return all_met || wanted.quick ? 0 : bar_missed;
}

int read_options_and_run(int argc, char** argv) {
  options wanted;
  CLI::App command{"What a tick of the SLA core costs, by shape and number of streams."};
  auto* rounds = command.add_option("--rounds", wanted.rounds, "how many rounds; the figures are medians of them")
                     ->check(CLI::Range(1u, 100u));
  command.add_flag("--quick", wanted.quick, "a minute: short runs, one round, no verdict");
  command.add_flag("--force", wanted.force, "even when the machine is not quiet");
  command.add_option("--only", wanted.only, "only rows whose id matches this regular expression");
  command.add_option("--json", wanted.json_file, "write every round's figures to this file");
  command.add_option("--ini", wanted.ini_file, "taken and not used");
  command.add_option("--commit", wanted.commit, "what was built, for the report");
  try {
    command.parse(argc, argv);
    if (wanted.quick && rounds->count() == 0)
      wanted.rounds = 1;
    return run(wanted);
  } catch (const CLI::ParseError& problem) {
    return command.exit(problem) == 0 ? 0 : usage;
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << "\n";
    return usage;
  }
}

} // namespace
} // namespace sluice::bench

int main(int argc, char** argv) {
  return sluice::bench::read_options_and_run(argc, argv);
}
