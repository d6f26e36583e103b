// What the benchmark runs on, and who else uses it meanwhile.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::bench {

struct machine_description {
  std::string processor;
  unsigned cores = 0;
  std::string kernel;
};
[[nodiscard]] machine_description describe_machine();

/// Above this share of all cores taken by others a round is noisy [percent]. Chosen: a tenth of a core of two.
inline constexpr double quiet_percent = 5;

/// How much of the machine others use, by /proc/stat and our own processes' times.
class load_watch {
public:
  load_watch();
  /// Since the last call or the construction: time of all cores that others, or the host of a virtual machine, took
  /// [percent of all cores]. A little below zero when they took none: the kernel's figures are not of one moment.
  [[nodiscard]] double others_percent();

private:
  struct reading {
    std::int64_t idle_us = 0;
    std::int64_t total_us = 0; ///< of all cores
    std::int64_t own_us = 0;   ///< this process and its children that have ended
  };
  [[nodiscard]] static reading read();
  reading last_;
};

} // namespace sluice::bench
