// Reads /proc and the processes' clocks.
#include "tests/bench/gateway/load/cpu_time.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <time.h>

namespace sluice::bench {

std::vector<pid_t> family_of(pid_t process) {
  std::vector<pid_t> result{process};
  for (std::size_t i = 0; i < result.size(); ++i) {
    std::error_code gone;
    for (const auto& task : std::filesystem::directory_iterator{"/proc/" + std::to_string(result[i]) + "/task", gone}) {
      std::ifstream children{task.path() / "children"};
      for (pid_t child = 0; children >> child;)
        result.push_back(child);
    }
  }
  return result;
}

std::int64_t cpu_ns(const std::vector<pid_t>& processes) {
  std::int64_t sum = 0;
  for (const auto process : processes) {
    clockid_t clock{};
    timespec x{};
    if (::clock_getcpuclockid(process, &clock) == 0 && ::clock_gettime(clock, &x) == 0)
      sum += std::int64_t{x.tv_sec} * 1'000'000'000 + x.tv_nsec;
  }
  return sum;
}

} // namespace sluice::bench
