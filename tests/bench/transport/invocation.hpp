// What all benchmarks in C++ are asked with, and what their end tells. Measures nothing.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

namespace sluice::bench {

/// As tests/bench/run says them.
enum class ending : int { all_met = 0, bar_missed = 1, usage = 2, missing = 3, stopped = 130 };

struct options {
  unsigned rounds = 0;
  bool quick = false;
  bool force = false;
  std::string only;      ///< regular expression on row ids; empty: all
  std::string json_file; ///< empty: none
  std::string ini_file;  ///< of the product: [shm] and [scheduler] of the actors, where there are any
  std::string commit = "unknown";
};

/// What one benchmark says of itself.
struct introduction {
  std::string about;
  std::string quick; ///< what --quick does
  unsigned rounds = 5;
  unsigned quick_rounds = 2;
};

/// Reads the options and runs; says on standard error what is wrong with them, or what was thrown. The process's exit
/// code.
[[nodiscard]] int invoke(int argc, char** argv, const introduction& x,
                         const std::function<ending(const options&)>& run);

/// Whether to go on: the machine is quiet, or the user insists; else says so. @param load that others make [%]
[[nodiscard]] bool quiet_enough(double load, const options& wanted);

/// Writes the file that was asked for, if one was. False, and said, if it cannot be written.
[[nodiscard]] bool write_json_file(const options& wanted, const std::function<void(std::ostream&)>& write);

} // namespace sluice::bench
