// What an operator asks: storage, agreements in force, what is new, recorded traffic. Reads the files; answers nothing.
#pragma once

#include "actors/domain/agreement.hpp"
#include "actors/domain/policy_document.hpp"
#include "tests/sim/command/command_line.hpp"
#include "tests/sim/what_if/recording.hpp"

#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace sluice::sim {

struct question {
  std::vector<device_spec> backends;
  std::vector<gateway_spec> gateways;
  bool any_gateway = false; ///< none were described: every volume of every gateway lies on the one backend
  std::vector<agreement> in_force;
  std::optional<policy_document> policy;     ///< in force
  std::optional<agreement> new_agreement;    ///< this one
  std::optional<policy_document> new_policy; ///< or that
  recording traffic;
  /// Nothing of the new agreement was recorded: a stream that asks for `new_load` [I/O per second] stands for it.
  std::optional<stream_id> stand_in;
  std::uint64_t new_load = 0;
  std::uint64_t seed = 1;
};

/// Reads everything. Each mistake of any file is a line `FILE:LINE: KEY WHAT` on `complaints`; then nothing.
[[nodiscard]] std::optional<question> read_question(const what_if_command& x, std::ostream& complaints);

} // namespace sluice::sim
