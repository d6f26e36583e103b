// A gateway: its streams, and a batch of samples every 100 ms.
#pragma once

#include "tests/sim/model/gateway_stream.hpp"
#include "tests/sim/model/link.hpp"

#include <vector>

namespace sluice::sim {

class gateway_model final : public event_target {
public:
  static constexpr duration interval = std::chrono::milliseconds{100};

  /// @param luck for the phase of its samples, its incarnations and its nonsense
  gateway_model(simulation& sim, gateway_link& to_core, chance luck);

  void add(gateway_stream& x) {
    streams_.push_back(&x);
  }

  /// Begins to send samples. @param label_offset by how much the wall clock differs from the monotonic one; kept
  void begin(const duration& label_offset);

  /// Killed, and back after `length`.
  void restart(duration length);

  /// For so long this share of the samples cannot be true.
  void talk_nonsense(duration length, ppm share);

  void on_event(std::uint32_t what, std::uint32_t argument) override;

private:
  enum : std::uint32_t { sampling, back };
  void send_samples();
  void spoil(sample& x);

  simulation& sim_;
  gateway_link& to_core_;
  chance luck_;
  std::uint64_t incarnation_;
  std::vector<gateway_stream*> streams_;
  const duration* label_offset_ = nullptr;
  instant nonsense_until_{0};
  ppm nonsense_ = 0;
  std::uint32_t down_ = 0; ///< restarts under way
};

} // namespace sluice::sim
