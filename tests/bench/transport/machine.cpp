// Reads /proc.
#include "tests/bench/transport/machine.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace sluice::bench {

namespace {

std::int64_t cpu_us(int whose) {
  rusage x{};
  ::getrusage(whose, &x);
  return (std::int64_t{x.ru_utime.tv_sec} + x.ru_stime.tv_sec) * 1'000'000 + x.ru_utime.tv_usec + x.ru_stime.tv_usec;
}

} // namespace

machine_description describe_machine() {
  machine_description result;
  std::ifstream file{"/proc/cpuinfo"};
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) {
      result.processor = line.substr(line.find(':') + 2);
      break;
    }
  result.cores = static_cast<unsigned>(::sysconf(_SC_NPROCESSORS_ONLN));
  utsname system{};
  ::uname(&system);
  result.kernel = std::string{system.sysname} + " " + system.release;
  return result;
}

load_watch::load_watch() : last_(read()) {}

load_watch::reading load_watch::read() {
  std::ifstream file{"/proc/stat"};
  std::string name;
  // user nice system idle iowait irq softirq steal; what follows is part of user and nice
  std::int64_t ticks[8]{};
  file >> name;
  for (auto& x : ticks)
    file >> x;
  const auto us_per_tick = 1'000'000 / ::sysconf(_SC_CLK_TCK);
  reading result;
  for (int i = 0; i < 8; ++i) {
    result.total_us += ticks[i] * us_per_tick;
    if (i != 3 && i != 4)
      result.busy_us += ticks[i] * us_per_tick;
  }
  result.own_us = cpu_us(RUSAGE_SELF) + cpu_us(RUSAGE_CHILDREN);
  return result;
}

double load_watch::others_percent() {
  const auto now = read();
  const auto total = static_cast<double>(now.total_us - last_.total_us);
  const auto others = static_cast<double>(now.busy_us - last_.busy_us - (now.own_us - last_.own_us));
  last_ = now;
  return total > 0 ? std::max(0.0, 100 * others / total) : 0;
}

} // namespace sluice::bench
