// tests/bench/run transport: all rows in interleaved rounds, a table, and whether the bars are met.
#include "tests/bench/transport/report.hpp"
#include "tests/bench/transport/scratch.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <fstream>
#include <iostream>
#include <thread>

namespace sluice::bench {
namespace {

constexpr int bar_missed = 1;
constexpr int usage = 2;
constexpr int missing = 3;
constexpr int stopped = 130;

constexpr auto look_before = std::chrono::seconds{1};

/// One round over all rows. A subject's rows lie side by side, so that its service starts once.
void play_round(std::vector<row>& rows, const scratch& files) {
  static unsigned run_number = 0;
  for (std::size_t i = 0; i < rows.size() && !interrupted(); ++i) {
    auto& x = rows[i];
    auto plan = x.plan;
    plan.name = files.name() + "-" + std::to_string(++run_number);
    plan.directory = files.directory();
    x.rounds.push_back(perform(*x.what, plan));
    if (i + 1 == rows.size() || rows[i + 1].what != x.what)
      x.what->leave();
  }
}

/// Whether to go on: the machine is quiet, or the user insists.
bool quiet_enough(double load, const options& wanted) {
  if (load <= quiet_percent)
    return true;
  std::cerr << "THE MACHINE IS NOT QUIET: other processes use " << load << " % of it, more than " << quiet_percent
            << " %. "
            << (wanted.force ? "Going on as told." : "End them, or say --force; then the result is not valid.") << "\n";
  return wanted.force;
}

int verdict_of(const report& x) {
  if (x.wanted.quick)
    return 0;
  if (!x.valid())
    return missing;
  for (const auto& bar : x.bars)
    if (bar.how == verdict::miss)
      return bar_missed;
  return 0;
}

int run(const options& wanted) {
  auto all = make_programme(wanted);
  const scratch files;
  report result{wanted, describe_machine(), all, {}, 0, {}};
  if (result.machine.cores < 2) {
    std::cerr << "this benchmark needs two cores\n";
    return missing;
  }
  load_watch load;
  std::this_thread::sleep_for(look_before);
  result.load_before_percent = load.others_percent();
  if (!quiet_enough(result.load_before_percent, wanted))
    return missing;
  watch_signals();
  for (unsigned round = 1; round <= wanted.rounds && !interrupted(); ++round) {
    play_round(all.rows, files);
    result.load_percent.push_back(load.others_percent());
    std::cerr << "round " << round << " of " << wanted.rounds << "; others used " << result.load_percent.back()
              << " % of the machine\n";
  }
  if (interrupted())
    return stopped;
  result.bars = judge(all.rows);
  write_table(std::cout, result);
  if (!wanted.json_file.empty()) {
    std::ofstream file{wanted.json_file};
    write_json(file, result);
    if (!file.flush()) {
      std::cerr << "cannot write " << wanted.json_file << "\n";
      return missing;
    }
  }
  return verdict_of(result);
}

int read_options_and_run(int argc, char** argv) {
  options wanted;
  CLI::App command{
      "The slots and the actors on them beside the limits of the machine and other ways between processes."};
  auto* rounds = command.add_option("--rounds", wanted.rounds, "how many rounds; the figures are medians of them")
                     ->check(CLI::Range(1u, 100u));
  command.add_flag("--quick", wanted.quick, "half a minute: short runs, two rounds, no verdict");
  command.add_flag("--force", wanted.force, "even when the machine is not quiet");
  command.add_option("--only", wanted.only, "only rows whose id matches this regular expression");
  command.add_option("--json", wanted.json_file, "write every round's figures to this file");
  command.add_option("--ini", wanted.ini_file, "an ini file of the product: [shm] and [scheduler] of the actors");
  command.add_option("--commit", wanted.commit, "what was built, for the report");
  try {
    command.parse(argc, argv);
    if (wanted.quick && rounds->count() == 0)
      wanted.rounds = 2;
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
