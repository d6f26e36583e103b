// Reading files, running, reporting.
#include "tests/sim/command/commands.hpp"

#include "tests/sim/command/plot.hpp"
#include "tests/sim/command/report.hpp"
#include "tests/sim/controllers/catalogue.hpp"
#include "tests/sim/scenario/reader.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace sluice::sim {

namespace {

/// All that is wrong, on the console.
bool readable(const reading& x, const console& io) {
  for (const auto& problem : x.problems)
    io.complaints << to_string(problem, x.what.file) << '\n';
  return x.problems.empty();
}

std::string json_text(const std::string& x) {
  std::string result = "\"";
  for (const auto c : x) {
    if (c == '"' || c == '\\')
      result += '\\';
    result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return result + '"';
}

exit_code complain(const console& io, exit_code code, const std::string& sentence) {
  io.complaints << "sluice-sim: " << sentence << '\n';
  return code;
}

} // namespace

std::vector<std::filesystem::path> scenario_files(const std::string& directory, std::error_code& problem) {
  std::vector<std::filesystem::path> files;
  for (const auto& x : std::filesystem::directory_iterator{directory, problem})
    if (x.path().extension() == ".yaml" || x.path().extension() == ".yml")
      files.push_back(x.path());
  std::sort(files.begin(), files.end());
  return files;
}

exit_code execute(const run_command& x, const console& io) {
  std::vector<reading> all;
  auto good = true;
  for (const auto& file : x.files) {
    all.push_back(read_scenario_file(file));
    good = readable(all.back(), io) && good;
  }
  if (!good)
    return exit_code::usage;
  judging_options options;
  options.first_seed = x.seed;
  options.seeds = x.seeds;
  options.kind = find_controller(x.controller);
  std::ofstream trace;
  if (!x.trace.empty()) {
    trace.open(x.trace);
    if (!trace)
      return complain(io, exit_code::missing, x.trace + " cannot be written");
    options.trace = &trace;
  }
  // What cannot be written is said before anything is run.
  if (!x.plot.empty() && !std::ofstream{x.plot, std::ios::app})
    return complain(io, exit_code::missing, x.plot + " cannot be written");
  auto held = true;
  json_report json{io.out};
  for (const auto& [what, problems] : all) {
    std::string plot_problem;
    options.keep_throttles = !x.plot.empty();
    if (!x.plot.empty())
      options.each = [&, drawn = false](const outcome& with, const outcome* without) mutable {
        if (!std::exchange(drawn, true))
          plot_problem = plot(x.plot, what, with, without);
      };
    const auto judged = judge_scenario(what, options);
    if (!plot_problem.empty())
      return complain(io, exit_code::missing, plot_problem);
    if (x.json)
      json.add(what, judged);
    else
      write_report(io.out, what, judged);
    held = held && judged.held;
  }
  if (x.json)
    json.end();
  if (trace.is_open() && !trace.flush())
    return complain(io, exit_code::missing, x.trace + " could not be written");
  return held ? exit_code::done : exit_code::missed;
}

exit_code execute(const list_command& x, const console& io) {
  std::error_code problem;
  const auto files = scenario_files(x.directory, problem);
  if (problem)
    return complain(io, exit_code::missing, x.directory + ": " + problem.message());
  if (files.empty())
    return complain(io, exit_code::missing, x.directory + " holds no scenario");
  auto good = true;
  auto first = true;
  for (const auto& file : files) {
    const auto read = read_scenario_file(file.string());
    good = readable(read, io) && good;
    if (x.json)
      io.out << (first ? "[\n" : ",\n") << R"(  {"file": )" << json_text(file.string()) << R"(, "scenario": )"
             << json_text(read.what.title) << R"(, "seconds": )" << read.what.length / std::chrono::seconds{1}
             << R"(, "clients": )" << read.what.clients.size() << R"(, "bars": )" << read.what.bars.size() << '}';
    else
      io.out << file.string() << "  " << read.what.title << '\n';
    first = false;
  }
  if (x.json)
    io.out << "\n]\n";
  return good ? exit_code::done : exit_code::usage;
}

exit_code execute(const check_command& x, const console& io) {
  auto good = true;
  for (const auto& file : x.files)
    good = readable(read_scenario_file(file), io) && good;
  return good ? exit_code::done : exit_code::usage;
}

} // namespace sluice::sim
