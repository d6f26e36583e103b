// The table.
#include "tests/sim/compare/comparison.hpp"

#include "tests/sim/command/report.hpp"

#include <algorithm>
#include <filesystem>

namespace sluice::sim {

namespace {

std::uint64_t mixed(std::uint64_t hash, std::uint64_t x) noexcept {
  hash = (hash ^ x) * 0x9fb21c651e98df25ull;
  return hash ^ (hash >> 32);
}

/// What a bar says of the run without control is not about any of the controllers.
std::size_t bars_of(const scenario& x) {
  return static_cast<std::size_t>(std::count_if(x.bars.begin(), x.bars.end(), [](const bar_spec& bar) {
    return !bar.uncontrolled;
  }));
}

std::size_t kept(const scenario& what, const run_judgement& x) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < what.bars.size(); ++i)
    count += !what.bars[i].uncontrolled && x.bars[i].held ? 1 : 0;
  return count;
}

std::size_t seeds_with_violation(const run_judgement& x) {
  return static_cast<std::size_t>(std::count_if(x.seeds.begin(), x.seeds.end(), [](const judged_seed& seed) {
    return seed.violated > 0;
  }));
}

/// A scenario's anchor and name in the table: its file, without folder and ending.
std::string name_of(const scenario& x) {
  return std::filesystem::path{x.file}.stem().string();
}

std::string in_cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
    text.insert(at, "\\");
  return text;
}

std::string figures(const bar_spec& bar, const judged_bar& x) {
  const auto in = unit_of(bar.what);
  auto text = figure_text(in, x.mean);
  if (x.figures.size() > 1 && figure_text(in, x.worst) != text)
    text += " (" + figure_text(in, x.worst) + ")";
  return text;
}

void write_columns(std::ostream& to, const std::string& first, const compared_scenario& x) {
  to << "| " << first << " |";
  for (const auto& its : x.by_controller)
    to << ' ' << its.controller << " |";
  to << "\n|---|";
  for (std::size_t i = 0; i < x.by_controller.size(); ++i)
    to << "---|";
  to << '\n';
}

} // namespace

std::uint64_t seeds_for(const scenario& what, std::uint64_t seeds) noexcept {
  constexpr std::size_t many_clients = 1000;
  return what.clients.size() < many_clients ? seeds : std::max<std::uint64_t>(seeds / 10, 1);
}

std::uint64_t hash_of(const run_judgement& x) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (const auto& seed : x.seeds)
    hash = mixed(mixed(hash, seed.seed), seed.hash);
  return hash;
}

void write_section(std::ostream& to, const compared_scenario& x) {
  const auto& what = *x.what;
  to << "### " << name_of(what) << "\n\n" << in_cell(what.title) << "\n\n";
  const auto& seeds = x.by_controller.front().seeds;
  to << "Seeds " << seeds.front().seed << " to " << seeds.back().seed << ".\n\n";
  write_columns(to, "bar", x);
  for (std::size_t i = 0; i < what.bars.size(); ++i) {
    const auto& bar = what.bars[i];
    if (bar.uncontrolled)
      continue;
    to << "| " << in_cell(title_of(bar, what)) << ": " << bound_text(bar) << (bar.pooled ? " (mean)" : "") << " |";
    for (const auto& its : x.by_controller)
      to << ' ' << (its.bars[i].held ? "✓ " : "✗ ") << figures(bar, its.bars[i]) << " |";
    to << '\n';
  }
  to << "| seeds with an invariant violated |";
  for (const auto& its : x.by_controller)
    to << ' ' << seeds_with_violation(its) << " |";
  to << "\n| hash of the runs |";
  for (const auto& its : x.by_controller)
    to << " `" << hash_text(hash_of(its)).substr(0, 8) << "` |";
  to << '\n';
  for (std::size_t i = 0; i < what.bars.size(); ++i)
    if (what.bars[i].uncontrolled)
      to << "\nWithout control, " << title_of(what.bars[i], what) << " is "
         << figures(what.bars[i], x.by_controller.front().bars[i]) << ".\n";
  to << '\n';
}

void write_markdown(std::ostream& to, const comparison& x) {
  std::uint64_t all = 0xcbf29ce484222325ull;
  for (const auto& its : x.scenarios)
    for (const auto& run : its.by_controller)
      all = mixed(all, hash_of(run));
  to << "# All scenarios, all controllers\n\nMade by `" << x.command << "`; hash of all runs `" << hash_text(all)
     << "`. Do not edit.\nWhat the controllers are and what each cannot be told: "
        "[controllers/README.md](controllers/README.md); what a measure means: "
        "[scenarios/README.md](scenarios/README.md).\n\n"
        "## Bars kept\n\n"
        "A cell says how many of the scenario's bars were kept over all seeds; † means that an invariant of the design "
        "was violated in a seed.\n\n";
  if (x.scenarios.empty())
    return;
  write_columns(to, "scenario", x.scenarios.front());
  for (const auto& its : x.scenarios) {
    to << "| [" << name_of(*its.what) << "](#" << name_of(*its.what) << ") |";
    for (const auto& run : its.by_controller)
      to << ' ' << (kept(*its.what, run) == bars_of(*its.what) ? "✓ " : "✗ ") << kept(*its.what, run) << '/'
         << bars_of(*its.what) << (seeds_with_violation(run) > 0 ? " †" : "") << " |";
    to << '\n';
  }
  to << "\n## Figures\n\n"
        "Each cell: ✓ kept or ✗ missed, the mean over the seeds and, where it differs, in brackets the worst seed. A "
        "bar "
        "must hold in each seed, one marked (mean) in the mean.\n\n";
  for (const auto& its : x.scenarios)
    write_section(to, its);
}

} // namespace sluice::sim
