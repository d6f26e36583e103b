// Numbers as people read them: short, with units. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace sluice::shm::inspect {

/// "0", "12,345", from a million on "1.23M": at most 7 characters below 10^18.
[[nodiscard]] std::string count_text(std::uint64_t x);

/// "0 B", "4.10 kB", "12.3 MB": powers of 1000, at most 7 characters.
[[nodiscard]] std::string bytes_text(double x);

/// Per second: "0", "0.5", "12.3", "1,234", "1.23M".
[[nodiscard]] std::string rate_text(double x);

/// "250 ms", "12 s", "3 min", "5 h", "8 d": one unit, rounded down.
[[nodiscard]] std::string span_text(std::chrono::milliseconds x);

/// RFC 3339 in UTC, milliseconds.
[[nodiscard]] std::string time_text(std::chrono::system_clock::time_point x);

} // namespace sluice::shm::inspect
