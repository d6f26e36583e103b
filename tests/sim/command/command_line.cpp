// Arguments to commands.
#include "tests/sim/command/command_line.hpp"

#include "actors/terminal/arguments.hpp"
#include "tests/sim/controllers/catalogue.hpp"

#include <CLI/CLI.hpp>

#include <set>

namespace sluice::sim {

namespace {

using terminal::whole_number;

std::string number_of_seeds(const std::string& text) {
  if (auto problem = whole_number(text); !problem.empty())
    return problem;
  return std::stoull(text) <= max_seeds ? std::string{}
                                        : "expected at most " + std::to_string(max_seeds) + " seeds, got " + text;
}

struct words {
  std::optional<command_variant> what;
  run_command run;
  list_command list;
  check_command check;
  compare_command compare;
  what_if_command what_if;
};

void add_run(CLI::App& app, words& w) {
  auto* run = app.add_subcommand("run", "run scenarios and judge them by their bars");
  run->add_option("FILE", w.run.files, "scenario files")->required()->type_name("");
  run->add_option("--seed", w.run.seed, "the first seed")->check(whole_number)->capture_default_str();
  run->add_option("--seeds", w.run.seeds, "how many seeds")->check(number_of_seeds)->capture_default_str();
  run->add_flag("--json", w.run.json, "everything as one JSON text");
  run->add_option("--trace", w.run.trace, "write what happened in the first seed, a line each")->type_name("FILE");
  run->add_option("--plot", w.run.plot, "draw the first seed; needs gnuplot")->type_name("FILE.png");
  std::set<std::string> names;
  std::string summaries = "who controls:";
  for (const auto& x : controller_kinds()) {
    names.emplace(x.name);
    summaries += " " + std::string{x.name} + " (" + std::string{x.summary} + ")";
  }
  run->add_option("--controller", w.run.controller, summaries)
      ->check(CLI::IsMember(names))
      ->capture_default_str()
      ->type_name("NAME");
  run->callback([&w] {
    if (w.run.files.size() > 1 && (!w.run.trace.empty() || !w.run.plot.empty()))
      throw CLI::ValidationError("run", "--trace and --plot are for one FILE");
    w.what = w.run;
  });
}

void add_list(CLI::App& app, words& w) {
  auto* list = app.add_subcommand("list", "the scenarios of a directory");
  list->add_option("DIR", w.list.directory, "where the .yaml files are")->required()->type_name("");
  list->add_flag("--json", w.list.json, "as JSON");
  list->footer("Exit codes: 0 listed, 2 usage or one of them is wrong, 3 no such directory or no scenario in it.");
  list->callback([&w] {
    w.what = w.list;
  });
}

void add_check(CLI::App& app, words& w) {
  auto* check = app.add_subcommand("check", "say what is wrong in scenario files, all of it");
  check->add_option("FILE", w.check.files, "scenario files")->required()->type_name("");
  check->footer("Exit codes: 0 nothing is wrong, 2 usage or something is.");
  check->callback([&w] {
    w.what = w.check;
  });
}

void add_compare(CLI::App& app, words& w) {
  auto* compare = app.add_subcommand("compare", "run scenarios under every controller; a table in Markdown");
  compare->add_option("SOURCE", w.compare.sources, "scenario files, or directories of them")->required()->type_name("");
  compare->add_option("--seed", w.compare.seed, "the first seed")->check(whole_number)->capture_default_str();
  compare->add_option("--seeds", w.compare.seeds, "how many seeds")->check(number_of_seeds)->capture_default_str();
  compare->add_option("--jobs", w.compare.jobs, "how many runs at a time; the table is the same")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  std::set<std::string> names;
  for (const auto& x : controller_kinds())
    names.emplace(x.name);
  compare->add_option("--controller", w.compare.controllers, "only this one; may be given again")
      ->check(CLI::IsMember(names))
      ->allow_extra_args(false)
      ->type_name("NAME");
  compare->add_option("--output", w.compare.output, "write the table there")->type_name("FILE");
  compare->callback([&w] {
    w.what = w.compare;
  });
}

void add_what_if(CLI::App& app, words& w) {
  auto& x = w.what_if;
  auto* ask =
      app.add_subcommand("what-if", "who would keep which promise if an agreement or a policy were established");
  ask->add_option("--agreements", x.agreements, "documents in force, as for sluicectl apply")
      ->required()
      ->type_name("DIR|FILE");
  ask->add_option("--new", x.new_document, "the agreement or policy in question")->required()->type_name("FILE");
  ask->add_option("--trace", x.traces, "recorded traffic, as of sluicectl traffic; may be given again")
      ->required()
      ->allow_extra_args(false)
      ->type_name("FILE");
  ask->add_option("--stream", x.stream, "whose the lines of a trace are that names no stream")->type_name("G/V/C");
  auto* device = ask->add_option("--device", x.device, "the storage: backends and gateways as in a scenario");
  device->type_name("FILE");
  auto* servers = ask->add_option("--servers", x.servers, "instead: how many requests it serves at once");
  servers->check(CLI::Range(1, 4096))->type_name("N")->excludes(device);
  ask->add_option("--service", x.service, "and how long one takes")->type_name("TIME")->excludes(device);
  ask->add_option("--per-mib", x.per_mib, "and each MiB of it")->type_name("TIME")->excludes(device);
  ask->add_option("--new-load", x.new_load, "I/O per second of the new agreement if none was recorded; 0 = none")
      ->check(CLI::Range(0, 10'000'000))
      ->type_name("N");
  ask->add_option("--seed", x.seed, "of link and storage")->check(whole_number)->capture_default_str();
  ask->add_flag("--json", x.json, "as JSON");
  ask->footer("Exit codes: 0 every promise that was kept stays kept, 1 one would be lost, 2 usage or a wrong file.");
  ask->callback([&w] {
    w.what = w.what_if;
  });
}

} // namespace

parsed_line parse_command_line(std::vector<std::string> arguments) {
  words w;
  CLI::App app{"Runs the SLA core against models of storage, gateways and clients.", "sluice-sim"};
  app.set_help_flag("-h,--help", "print this and end");
  app.set_version_flag("--version", "sluice-sim " SLUICE_VERSION, "print name and version and end");
  app.require_subcommand(0, 1);
  app.footer(
      "Exit codes: 0 all bars hold, 1 one is missed or an invariant violated, 2 usage or a scenario that is wrong or "
      "cannot be read, 3 no scenarios, no gnuplot, or a result cannot be written.");
  add_run(app, w);
  add_list(app, w);
  add_check(app, w);
  add_compare(app, w);
  add_what_if(app, w);
  if (const auto end = terminal::take_arguments(app, std::move(arguments)))
    return {{}, end->text, end->mistake ? exit_code::usage : exit_code::done};
  if (!w.what)
    return {{}, "say what to do: run, list, check, compare or what-if", exit_code::usage};
  return {std::move(w.what), {}, exit_code::done};
}

} // namespace sluice::sim
