// The table.
#include "tests/bench/transport/report.hpp"

#include <cstdio>
#include <ostream>
#include <utility>

namespace sluice::bench {

namespace {

constexpr int id_width = 42;

/// Four digits that count, or `-` for what was not measured.
std::string figure(double x) {
  if (x < 0)
    return "-";
  char text[32];
  std::snprintf(text, sizeof text, x >= 1000 ? "%.0f" : x >= 100 ? "%.1f" : x >= 10 ? "%.2f" : "%.3f", x);
  return text;
}

std::string line(const std::string& id, std::initializer_list<std::string> cells) {
  char text[256];
  std::snprintf(text, sizeof text, "%-*s", id_width, id.c_str());
  std::string result = text;
  for (const auto& cell : cells) {
    std::snprintf(text, sizeof text, " %13s", cell.c_str());
    result += text;
  }
  return result + "\n";
}

void write_part(std::ostream& to, const std::vector<row>& rows, measure which) {
  bool first = true;
  for (const auto& x : rows) {
    if (x.plan.what != which)
      continue;
    if (std::exchange(first, false)) {
      if (which == measure::round_trip)
        to << "\n" << line("round trip", {"p50 [us]", "p99 [us]", "p99.9 [us]", "CPU [us]"});
      else if (which == measure::one_way)
        to << "\n" << line("one way", {"messages/s", "CPU/msg [us]", "MB/s"});
      else
        to << "\n" << line("idle", {"of a core [%]"});
    }
    const auto median = [&x](double run_result::*value) {
      return figure(median_of(x, value));
    };
    if (which == measure::round_trip)
      to << line(x.id, {median(&run_result::p50_us), median(&run_result::p99_us), median(&run_result::p999_us),
                        median(&run_result::cpu_us)});
    else if (which == measure::one_way)
      to << line(x.id, {median(&run_result::per_second), median(&run_result::cpu_us),
                        figure(median_of(x, &run_result::per_second) * static_cast<double>(x.plan.size) / 1e6)});
    else
      to << line(x.id, {median(&run_result::core_percent)});
    for (std::size_t i = 0; i < x.rounds.size(); ++i)
      if (!x.rounds[i].fault.empty())
        to << "    round " << i + 1 << " failed: " << x.rounds[i].fault << "\n";
  }
}

} // namespace

void write_table(std::ostream& to, const std::vector<row>& rows) {
  for (const auto which : {measure::round_trip, measure::one_way, measure::idle})
    write_part(to, rows, which);
}

} // namespace sluice::bench
