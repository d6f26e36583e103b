// The gateways and their volumes as the performance monitor described them, and the gaps in what they measured. Pure.
#pragma once

#include "actors/domain/units.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sluice {

/// Most gateways that are remembered; further ones are ignored. Chosen: control.md names 16.
inline constexpr std::size_t max_gateways = 1'000;

struct volume_record {
  std::string name;
  std::string backend;
  std::uint64_t size_bytes = 0;
  bool read_only = false;
};

struct gateway_record {
  std::string version;
  std::vector<volume_record> volumes;
  bool connected = false;
  wall_time last_heard;
  std::uint64_t lost_before_monitor = 0; ///< batches, as the monitor counted them
  std::uint64_t incarnation = 0;         ///< of the batches seen here
  std::uint64_t last_sequence = 0;
  std::uint64_t lost = 0; ///< batches missing here, since this process was started

  /// A batch that the monitor missed is missing here too, hence not the sum.
  [[nodiscard]] std::uint64_t batches_lost() const noexcept {
    return std::max(lost_before_monitor, lost);
  }
};

class gateway_book {
public:
  /// The record of a gateway, made if there is room; nullptr at the bound.
  [[nodiscard]] gateway_record* record(const std::string& name) {
    if (const auto found = gateways_.find(name); found != gateways_.end())
      return &found->second;
    return gateways_.size() < max_gateways ? &gateways_[name] : nullptr;
  }

  /// Notes a batch; returns how many are missing before it. Repeated and late ones count as none.
  std::uint64_t note_batch(const std::string& gateway, std::uint64_t incarnation, std::uint64_t sequence,
                           wall_time now) {
    auto* x = record(gateway);
    if (x == nullptr)
      return 0;
    x->last_heard = now;
    std::uint64_t missing = 0;
    if (x->incarnation == incarnation && sequence > x->last_sequence)
      missing = sequence - x->last_sequence - 1;
    if (x->incarnation != incarnation || sequence > x->last_sequence)
      x->last_sequence = sequence;
    x->incarnation = incarnation;
    x->lost += missing;
    return missing;
  }

  [[nodiscard]] const std::map<std::string, gateway_record>& gateways() const noexcept {
    return gateways_;
  }

private:
  std::map<std::string, gateway_record> gateways_;
};

} // namespace sluice
