// The table.
#include "tests/bench/transport/report.hpp"

#include <algorithm>
#include <cstdio>
#include <ostream>
#include <utility>

namespace sluice::bench {

namespace {

/// Four digits that count, or `-` for what was not measured.
std::string figure(double x) {
  if (x < 0)
    return "-";
  char text[32];
  std::snprintf(text, sizeof text, x >= 1000 ? "%.0f" : x >= 100 ? "%.1f" : x >= 10 ? "%.2f" : "%.3f", x);
  return text;
}

std::string left(const std::string& x, std::size_t width) {
  return x + std::string(x.size() < width ? width - x.size() : 0, ' ');
}
std::string right(const std::string& x, std::size_t width) {
  return std::string(x.size() < width ? width - x.size() : 0, ' ') + x;
}

std::string line(const std::string& id, std::initializer_list<std::string> cells) {
  auto result = left(id, 41);
  for (const auto& cell : cells)
    result += right(cell, 13);
  return result + "\n";
}

std::string heading(measure which) {
  switch (which) {
  case measure::round_trip:
    return line("round trip", {"p50 [us]", "spread [%]", "p99 [us]", "p99.9 [us]", "CPU [us]"});
  case measure::one_way:
    return line("one way", {"messages/s", "spread [%]", "CPU/msg [us]", "MB/s"});
  default:
    return line("idle", {"of a core [%]", "spread [%]"});
  }
}

std::string cells_of(const row& x) {
  const auto median = [&x](double run_result::*value) {
    return figure(median_of(x, value));
  };
  const auto spread = [&x](double run_result::*value) {
    return figure(spread_percent_of(x, value));
  };
  switch (x.plan.what) {
  case measure::round_trip:
    return line(x.id, {median(&run_result::p50_us), spread(&run_result::p50_us), median(&run_result::p99_us),
                       median(&run_result::p999_us), median(&run_result::cpu_us)});
  case measure::one_way: {
    const auto rate = median_of(x, &run_result::per_second);
    const auto mb = rate < 0 ? -1 : rate * static_cast<double>(x.plan.size) / 1e6;
    return line(x.id, {figure(rate), spread(&run_result::per_second), median(&run_result::cpu_us), figure(mb)});
  }
  default:
    return line(x.id, {median(&run_result::core_percent), spread(&run_result::core_percent)});
  }
}

void write_rows(std::ostream& to, const std::vector<row>& rows, measure which) {
  bool first = true;
  for (const auto& x : rows) {
    if (x.plan.what != which)
      continue;
    if (std::exchange(first, false))
      to << "\n" << heading(which);
    to << cells_of(x);
    for (std::size_t i = 0; i < x.rounds.size(); ++i)
      if (!x.rounds[i].fault.empty())
        to << "    round " << i + 1 << " failed: " << x.rounds[i].fault << "\n";
  }
}

std::string word_for(verdict how, bool judged) {
  if (how == verdict::not_measured)
    return "-";
  if (judged)
    return how == verdict::pass ? "PASS" : "MISS";
  return how == verdict::pass ? "(pass)" : "(miss)";
}

void write_bar(std::ostream& to, const judgement& x, bool judged) {
  to << left(word_for(x.how, judged), 7) << left(x.text, 52);
  if (x.how == verdict::not_measured) {
    to << "not measured\n";
    return;
  }
  if (!x.fault.empty()) {
    to << x.fault << "\n";
    return;
  }
  const bool absolute = x.baseline < 0;
  to << right(figure(x.ratio), 8) << (x.at_most ? "  at most " : " at least ") << left(figure(x.bound), 7)
     << (absolute ? x.unit : figure(x.value) + " : " + figure(x.baseline) + " " + x.unit) << "\n";
}

void write_load(std::ostream& to, const report& x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", x.load_before_percent);
  to << "Other processes used " << text << " % of the machine before, and in the rounds";
  for (const auto load : x.load_percent) {
    std::snprintf(text, sizeof text, " %.1f", load);
    to << text;
  }
  to << " %.\n";
}

} // namespace

bool report::valid() const {
  const auto noisy = std::count_if(load_percent.begin(), load_percent.end(), [](double load) {
    return load > quiet_percent;
  });
  return static_cast<std::size_t>(noisy) * 4 <= load_percent.size();
}

void write_table(std::ostream& to, const report& x) {
  to << x.machine.processor << ", " << x.machine.cores << " cores, " << x.machine.kernel << "; commit "
     << x.wanted.commit << "; medians of " << x.load_percent.size() << " rounds\n"
     << "Node 0 (receiver, server) on core 0, the others on core 1; /one-core: all on core 0; /unpinned, /beside-hog "
        "and\n"
     << "idle: where the kernel puts them. Spread: the largest round less the smallest, of the median.\n";
  for (const auto& sentence : x.all.absent)
    to << sentence << ".\n";
  for (const auto which : {measure::round_trip, measure::one_way, measure::idle})
    write_rows(to, x.all.rows, which);
  to << "\n" << left("bar", 59) << right("ratio", 8) << right("", 17) << "  medians\n";
  for (const auto& bar : x.bars)
    if (bar.how != verdict::not_measured || x.wanted.only.empty())
      write_bar(to, bar, !x.wanted.quick && x.valid());
  to << "\n";
  write_load(to, x);
  if (!x.valid())
    to << "NOT VALID: the machine was not quiet (more than " << quiet_percent << " % used by others in more than a\n"
       << "quarter of the rounds). Nothing is judged.\n";
  else if (x.wanted.quick)
    to << "A quick run: nothing is judged.\n";
}

} // namespace sluice::bench
