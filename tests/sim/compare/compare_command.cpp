// `sluice-sim compare`: runs the scenarios under every controller and writes the table.
#include "tests/sim/command/commands.hpp"
#include "tests/sim/compare/comparison.hpp"
#include "tests/sim/controllers/catalogue.hpp"
#include "tests/sim/scenario/reader.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

namespace sluice::sim {

namespace {

exit_code complain(const console& io, exit_code code, const std::string& sentence) {
  io.complaints << "sluice-sim: " << sentence << '\n';
  return code;
}

/// The files that were named, and those of the directories that were.
bool collect(const compare_command& x, std::vector<std::filesystem::path>& to, const console& io) {
  for (const auto& source : x.sources) {
    std::error_code problem;
    if (!std::filesystem::is_directory(source, problem)) {
      to.emplace_back(source);
      continue;
    }
    const auto files = scenario_files(source, problem);
    if (problem || files.empty()) {
      complain(io, exit_code::missing, source + (problem ? ": " + problem.message() : " holds no scenario"));
      return false;
    }
    to.insert(to.end(), files.begin(), files.end());
  }
  return true;
}

std::string command_text(const compare_command& x) {
  std::string text = "sluice-sim compare";
  for (const auto& source : x.sources)
    text += ' ' + source;
  text += x.seed == 1 ? "" : " --seed " + std::to_string(x.seed);
  text += " --seeds " + std::to_string(x.seeds);
  for (const auto& name : x.controllers)
    text += " --controller " + name;
  return text + (x.output.empty() ? "" : " --output " + x.output);
}

/// Beside its place first: a reader never sees half of it.
bool replace(const std::string& path, const comparison& x) {
  const auto beside = path + ".new";
  std::ofstream file{beside};
  write_markdown(file, x);
  file.close();
  std::error_code problem;
  if (file)
    std::filesystem::rename(beside, path, problem);
  if (!file || problem) {
    std::filesystem::remove(beside, problem);
    return false;
  }
  return true;
}

/// Every scenario under every controller, `jobs` at a time; which of them ends first changes nothing in the result.
comparison run_all(const compare_command& x, const std::vector<reading>& all,
                   const std::vector<const controller_kind*>& kinds, const console& io) {
  comparison result{command_text(x), {}};
  for (const auto& its : all)
    result.scenarios.push_back({&its.what, std::vector<run_judgement>(kinds.size())});
  std::atomic<std::size_t> next{0};
  std::mutex printing;
  const auto work = [&] {
    // RELAXED: a counter; results are read after the threads were joined.
    for (auto i = next.fetch_add(1, std::memory_order_relaxed); i < all.size() * kinds.size();
         i = next.fetch_add(1, std::memory_order_relaxed)) {
      const auto& what = all[i / kinds.size()].what;
      const auto* kind = kinds[i % kinds.size()];
      {
        const std::lock_guard lock{printing};
        io.complaints << '[' << i + 1 << '/' << all.size() * kinds.size() << "] " << what.file << ": " << kind->name
                      << std::endl;
      }
      judging_options options;
      options.first_seed = x.seed;
      options.seeds = seeds_for(what, x.seeds);
      options.kind = kind;
      result.scenarios[i / kinds.size()].by_controller[i % kinds.size()] = judge_scenario(what, options);
    }
  };
  std::vector<std::jthread> others;
  for (std::uint64_t i = 1; i < x.jobs; ++i)
    others.emplace_back(work);
  work();
  others.clear(); // joins them
  return result;
}

/// As far as it is among the columns.
bool sluice_holds(const comparison& x) {
  for (const auto& its : x.scenarios)
    for (const auto& run : its.by_controller)
      if (run.controller == "sluice" && !run.held)
        return false;
  return true;
}

} // namespace

exit_code execute(const compare_command& x, const console& io) {
  std::vector<std::filesystem::path> files;
  if (!collect(x, files, io))
    return exit_code::missing;
  std::vector<reading> all;
  auto good = true;
  for (const auto& file : files) {
    all.push_back(read_scenario_file(file.string()));
    for (const auto& problem : all.back().problems) {
      io.complaints << to_string(problem, all.back().what.file) << '\n';
      good = false;
    }
  }
  if (!good)
    return exit_code::usage;
  std::vector<const controller_kind*> kinds;
  for (const auto& name : x.controllers)
    kinds.push_back(find_controller(name));
  if (kinds.empty())
    for (const auto& kind : controller_kinds())
      kinds.push_back(&kind);
  const auto result = run_all(x, all, kinds, io);
  if (x.output.empty())
    write_markdown(io.out, result);
  else if (!replace(x.output, result))
    return complain(io, exit_code::missing, x.output + " cannot be written");
  return sluice_holds(result) ? exit_code::done : exit_code::missed;
}

} // namespace sluice::sim
