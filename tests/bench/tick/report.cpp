// The report.
#include "tests/bench/tick/report.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <ostream>

namespace sluice::bench {

namespace {

/// control.md, scenario 15, and issue 5.
constexpr double p99_10k_ms = 5;
constexpr double p99_100k_ms = 60;
constexpr double bytes_per_stream = 2048;
constexpr double sent_bytes_per_second = 2e6;

double median(const row& x, double figures::*what) {
  std::vector<double> all;
  for (const auto& f : x.rounds)
    all.push_back(f.*what);
  std::sort(all.begin(), all.end());
  return (all[(all.size() - 1) / 2] + all[all.size() / 2]) / 2;
}

double most(const row& x, double figures::*what) {
  double result = 0;
  for (const auto& f : x.rounds)
    result = std::max(result, f.*what);
  return result;
}

std::string name_of(const row& x) {
  return std::string{x.of->id} + "/" + std::to_string(x.streams);
}

std::string line(const char* format, auto... values) {
  char text[256];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

} // namespace

std::vector<judgement> judge(const std::vector<row>& rows) {
  std::vector<judgement> result;
  for (const auto& x : rows) {
    const auto name = name_of(x);
    result.push_back(
        {name + ": tick p99 [ms]", median(x, &figures::tick_p99_ms), x.streams <= 10'000 ? p99_10k_ms : p99_100k_ms});
    result.push_back(
        {name + ": resident memory [bytes per stream]", median(x, &figures::resident_bytes), bytes_per_stream});
    result.push_back({name + ": allocations in a steady tick",
                      most(x, &figures::tick_allocations) + most(x, &figures::take_allocations), 0});
    if (x.streams <= 10'000)
      result.push_back(
          {name + ": throttles and renewals [bytes/s]", median(x, &figures::bytes_per_second), sent_bytes_per_second});
  }
  return result;
}

void write_table(std::ostream& to, const std::vector<row>& rows, const std::vector<judgement>& bars,
                 const std::string& machine, const std::string& commit) {
  to << machine << ", commit " << commit << "\n\n";
  to << "row                  p50 ms  p99 ms worst ms  /pass  /sort take ns  RSS B  heap B  steady  allocs  sent/s "
        "renewed/s   MB/s\n";
  for (const auto& x : rows) {
    const auto m = [&](double figures::*what) {
      return median(x, what);
    };
    to << line(
        "%-18s %8.3f %7.3f %8.3f %6.1f %6.1f %7.0f %6.0f %7.0f %7.0f %7.0f %7.0f %9.0f %6.2f\n", name_of(x).c_str(),
        m(&figures::tick_p50_ms), m(&figures::tick_p99_ms), m(&figures::tick_worst_ms),
        m(&figures::tick_p99_ms) / m(&figures::memory_pass_ms), m(&figures::tick_p99_ms) / m(&figures::filling_ms),
        m(&figures::take_ns), m(&figures::resident_bytes), m(&figures::allocated_bytes), m(&figures::steady_ticks),
        most(x, &figures::tick_allocations) + most(x, &figures::take_allocations), m(&figures::throttles_per_second),
        m(&figures::renewals_per_second), m(&figures::bytes_per_second) / 1e6);
  }
  to << "\n/pass, /sort: p99 as a multiple of one pass over as much memory, and of a sort of twice as many numbers as "
        "streams, in the same process\n\n";
  for (const auto& x : bars)
    if (!x.met())
      to << line("MISSED  %-60s %10.3f > %.0f\n", x.text.c_str(), x.value, x.bound);
  const auto met = std::count_if(bars.begin(), bars.end(), [](const judgement& x) {
    return x.met();
  });
  to << met << " of " << bars.size() << " bars are met\n";
}

void write_json(std::ostream& to, const std::vector<row>& rows, const std::vector<judgement>& bars,
                const std::string& machine, const std::string& commit) {
  nlohmann::json all{{"benchmark", "tick"}, {"machine", machine}, {"commit", commit}};
  for (const auto& x : rows) {
    nlohmann::json its{{"id", name_of(x)}, {"shape", x.of->summary}, {"streams", x.streams}};
    for (const auto& f : x.rounds)
      its["rounds"].push_back({{"tick_p50_ms", f.tick_p50_ms},
                               {"tick_p99_ms", f.tick_p99_ms},
                               {"tick_worst_ms", f.tick_worst_ms},
                               {"take_ns", f.take_ns},
                               {"tick_allocations", f.tick_allocations},
                               {"take_allocations", f.take_allocations},
                               {"steady_ticks", f.steady_ticks},
                               {"resident_bytes_per_stream", f.resident_bytes},
                               {"allocated_bytes_per_stream", f.allocated_bytes},
                               {"throttles_per_second", f.throttles_per_second},
                               {"renewals_per_second", f.renewals_per_second},
                               {"sent_bytes_per_second", f.bytes_per_second},
                               {"memory_pass_ms", f.memory_pass_ms},
                               {"sort_ms", f.filling_ms}});
    all["rows"].push_back(its);
  }
  for (const auto& x : bars)
    all["bars"].push_back({{"text", x.text}, {"value", x.value}, {"bound", x.bound}, {"met", x.met()}});
  to << all.dump(2) << "\n";
}

} // namespace sluice::bench
