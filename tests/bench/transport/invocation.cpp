// The only file of the benchmarks that knows CLI11.
#include "tests/bench/transport/invocation.hpp"

#include "tests/bench/transport/machine.hpp"

#include <CLI/CLI.hpp>

#include <exception>
#include <fstream>
#include <iostream>

namespace sluice::bench {

int invoke(int argc, char** argv, const introduction& x, const std::function<ending(const options&)>& run) {
  options wanted;
  wanted.rounds = x.rounds;
  CLI::App command{x.about};
  auto* rounds = command.add_option("--rounds", wanted.rounds, "how many rounds; the figures are medians of them")
                     ->check(CLI::Range(1u, 100u));
  command.add_flag("--quick", wanted.quick, x.quick);
  command.add_flag("--force", wanted.force, "even when the machine is not quiet");
  command.add_option("--only", wanted.only, "only rows whose id matches this regular expression");
  command.add_option("--json", wanted.json_file, "write every round's figures to this file");
  command.add_option("--ini", wanted.ini_file, "an ini file of the product: [shm] and [scheduler] of the actors");
  command.add_option("--commit", wanted.commit, "what was built, for the report");
  try {
    command.parse(argc, argv);
    if (wanted.quick && rounds->count() == 0)
      wanted.rounds = x.quick_rounds;
    return static_cast<int>(run(wanted));
  } catch (const CLI::ParseError& problem) {
    return command.exit(problem) == 0 ? 0 : static_cast<int>(ending::usage);
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << "\n";
    return static_cast<int>(ending::usage);
  }
}

bool quiet_enough(double load, const options& wanted) {
  if (load <= quiet_percent)
    return true;
  std::cerr << "THE MACHINE IS NOT QUIET: other processes use " << load << " % of it, more than " << quiet_percent
            << " %. "
            << (wanted.force ? "Going on as told." : "End them, or say --force; then the result is not valid.") << "\n";
  return wanted.force;
}

bool write_json_file(const options& wanted, const std::function<void(std::ostream&)>& write) {
  if (wanted.json_file.empty())
    return true;
  std::ofstream file{wanted.json_file};
  write(file);
  if (file.flush())
    return true;
  std::cerr << "cannot write " << wanted.json_file << "\n";
  return false;
}

} // namespace sluice::bench
