// What the load generator was asked for. Reads the command line alone.
#pragma once

#include "tests/bench/gateway/load/stream.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace sluice::bench {

inline constexpr std::int64_t second_ns = 1'000'000'000;

struct options {
  std::vector<stream_plan> streams;
  std::int64_t warm_up_ns = 0;
  std::int64_t length_ns = second_ns;
  std::int64_t pause_from_ns = -1; ///< from the first request; no request is begun until `pause_to_ns`
  std::int64_t pause_to_ns = -1;
  pid_t server = 0;            ///< whose processor time counts, with its descendants; 0 = nobody's
  std::string times_directory; ///< where every completion's time is written; empty = nowhere
  std::string disk;            ///< instead of all that: the file to make, of disk_bytes
  std::uint64_t disk_bytes = 0;
};

/// Ends the process with code 2 and a sentence when something is wrong.
[[nodiscard]] options read_options(int argc, char** argv);

} // namespace sluice::bench
