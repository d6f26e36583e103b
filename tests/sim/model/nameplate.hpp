// What is written on a device: what it does at full speed. For controllers that must be told; Sluice measures instead.
#pragma once

#include "actors/domain/units.hpp"

#include <cstdint>
#include <string>

namespace sluice::sim {

struct nameplate {
  std::string backend;
  std::uint32_t servers = 1;   ///< requests served at once
  duration service{1'000'000}; ///< of a read, before its bytes
  duration per_mib{0};         ///< and for each MiB

  /// Reads of 4 KiB per second.
  [[nodiscard]] constexpr double iops() const noexcept {
    const auto each = service.count() + per_mib.count() / 256;
    return each > 0 ? 1e9 * servers / static_cast<double>(each) : 0;
  }
};

} // namespace sluice::sim
