// The text.
#include "tests/sim/command/report.hpp"

#include "actors/domain/quantity.hpp"

#include <iomanip>

namespace sluice::sim {

namespace {

std::string names_of(const std::vector<std::size_t>& clients, const scenario& what) {
  if (clients.size() == what.clients.size())
    return "all";
  if (clients.size() > 3)
    return what.clients[clients.front()].name + ".." + what.clients[clients.back()].name;
  std::string text;
  for (const auto i : clients)
    text += (text.empty() ? "" : ",") + what.clients[i].name;
  return text;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

} // namespace

std::string title_of(const bar_spec& x, const scenario& what) {
  if (!x.name.empty())
    return x.name;
  auto text = std::string{name_of(x.what)};
  if (x.what == measure::event_within || x.what == measure::events)
    text += ' ' + std::string{to_string(x.event)};
  else if (x.what != measure::commands_per_second && x.what != measure::throttle_bytes_per_second)
    text += ' ' + names_of(x.clients, what);
  if (!x.against.empty())
    text += (x.what == measure::ratio ? " to " : " of ") + names_of(x.against, what);
  if (x.target > duration::zero())
    text += ' ' + std::string{to_string(x.statistic)} + ' ' + duration_text(x.target);
  if (x.at_device)
    text += " at device";
  if (x.each)
    text += " each";
  if (x.uncontrolled)
    text += " uncontrolled";
  return text + ' ' + duration_text(x.from) + ".." + duration_text(x.to);
}

std::string replay_command(const scenario& what, const run_judgement& judged, std::uint64_t seed) {
  auto text = "sluice-sim run " + what.file + " --seed " + std::to_string(seed);
  if (judged.controller != "sluice")
    text += " --controller " + judged.controller;
  return text;
}

void write_report(std::ostream& to, const scenario& what, const run_judgement& judged) {
  to << what.title << " (" << what.file << ", " << judged.controller << ", " << judged.seeds.size() << " seeds)\n";
  for (std::size_t i = 0; i < judged.bars.size(); ++i) {
    const auto& bar = what.bars[i];
    const auto& x = judged.bars[i];
    const auto in = unit_of(bar.what);
    to << (x.held ? "  ok     " : "  MISSED ") << padded(title_of(bar, what), 58) << ' '
       << padded(figure_text(in, bar.pooled ? x.mean : x.worst), 10) << ' ' << bound_text(bar);
    if (judged.seeds.size() > 1)
      to << (bar.pooled ? "  worst " + figure_text(in, x.worst) : "  mean " + figure_text(in, x.mean));
    if (!x.held && !bar.pooled)
      to << "  in " << x.missed << " of " << judged.seeds.size();
    to << '\n';
    if (!x.held)
      to << "         " << what.file << ':' << bar.line << "  " << replay_command(what, judged, x.worst_seed) << '\n';
  }
  for (const auto& seed : judged.seeds) {
    for (const auto& x : seed.violations)
      to << "  VIOLATED invariant " << x.invariant << " at " << std::fixed << std::setprecision(3)
         << static_cast<double>(x.at.count()) / 1e9 << std::defaultfloat << " s, step " << x.step << ", seed "
         << seed.seed << ": " << x.what << "\n         " << replay_command(what, judged, seed.seed) << '\n';
    if (seed.violated > seed.violations.size())
      to << "         " << seed.violated << " violations in seed " << seed.seed << " in all\n";
  }
  to << "  trace  " << hash_text(judged.seeds.front().hash) << " of seed " << judged.seeds.front().seed << ", "
     << judged.seeds.front().steps << " events\n";
}

} // namespace sluice::sim
