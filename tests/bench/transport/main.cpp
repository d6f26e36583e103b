// tests/bench/run transport: all rows in interleaved rounds, a table, and whether the bars are met.
#include "tests/bench/transport/invocation.hpp"
#include "tests/bench/transport/report.hpp"
#include "tests/bench/transport/scratch.hpp"

#include <chrono>
#include <iostream>
#include <thread>

namespace sluice::bench {
namespace {

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

ending verdict_of(const report& x) {
  if (x.wanted.quick)
    return ending::all_met;
  if (!x.valid())
    return ending::missing;
  for (const auto& bar : x.bars)
    if (bar.how == verdict::miss)
      return ending::bar_missed;
  return ending::all_met;
}

ending run(const options& wanted) {
  auto all = make_programme(wanted);
  const scratch files;
  report result{wanted, describe_machine(), all, {}, 0, {}};
  if (result.machine.cores < 2) {
    std::cerr << "this benchmark needs two cores\n";
    return ending::missing;
  }
  load_watch load;
  std::this_thread::sleep_for(look_before);
  result.load_before_percent = load.others_percent();
  if (!quiet_enough(result.load_before_percent, wanted))
    return ending::missing;
  watch_signals();
  for (unsigned round = 1; round <= wanted.rounds && !interrupted(); ++round) {
    play_round(all.rows, files);
    result.load_percent.push_back(load.others_percent());
    std::cerr << "round " << round << " of " << wanted.rounds << "; others used " << result.load_percent.back()
              << " % of the machine\n";
  }
  if (interrupted())
    return ending::stopped;
  result.bars = judge(all.rows);
  write_table(std::cout, result);
  if (!write_json_file(wanted, [&](std::ostream& file) {
        write_json(file, result);
      }))
    return ending::missing;
  return verdict_of(result);
}

} // namespace
} // namespace sluice::bench

int main(int argc, char** argv) {
  return sluice::bench::invoke(
      argc, argv,
      {"The slots and the actors on them beside the limits of the machine and other ways between processes.",
       "half a minute: short runs, two rounds, no verdict", 5, 2},
      sluice::bench::run);
}
