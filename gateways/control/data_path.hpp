// What the control link needs of the data path, as functions: the engine in the process, a stand-in in tests.
#pragma once

#include "actors/domain/sample.hpp"
#include "actors/domain/throttle.hpp"
#include "actors/domain/units.hpp"
#include "actors/protocol/messages.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sluice::gateway {

struct data_path {
  /// What happened since the last call, one sample per stream; engine::collect_samples.
  std::function<std::vector<sample>(instant now, wall_time label)> collect;
  /// Empty, or why the throttle is refused; engine::apply.
  std::function<std::string(const throttle&)> apply;
  /// Empty, or why nothing changed; engine::renew.
  std::function<std::string(const renewal&)> renew;
  /// The generation in force for a stream; 0 = none.
  std::function<std::uint64_t(const stream_id&)> generation;
  /// What is exported now; engine::volumes.
  std::function<std::vector<volume_info>()> volumes;
  /// Told whether the gateway is registered with the server, whenever that changes. May be empty.
  std::function<void(bool)> registered;
};

} // namespace sluice::gateway
