// Reads /proc.
#include "tests/bench/transport/machine.hpp"

#include "tests/bench/transport/board.hpp"

#include <fstream>

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
  std::int64_t user = 0;
  std::int64_t nice = 0;
  std::int64_t system = 0;
  std::int64_t idle = 0;
  std::int64_t waiting = 0;
  file >> name >> user >> nice >> system >> idle >> waiting;
  reading result;
  // Idle time is measured by the kernel, busy time only sampled at the ticks: hence the first and the clock.
  result.idle_us = (idle + waiting) * (1'000'000 / ::sysconf(_SC_CLK_TCK));
  result.total_us = now_ns() / 1000 * ::sysconf(_SC_NPROCESSORS_ONLN);
  result.own_us = cpu_us(RUSAGE_SELF) + cpu_us(RUSAGE_CHILDREN);
  return result;
}

double load_watch::others_percent() {
  const auto now = read();
  const auto total = static_cast<double>(now.total_us - last_.total_us);
  const auto others = total - static_cast<double>(now.idle_us - last_.idle_us + now.own_us - last_.own_us);
  last_ = now;
  return total > 0 ? 100 * others / total : 0;
}

} // namespace sluice::bench
