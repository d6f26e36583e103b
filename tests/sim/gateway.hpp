// A gateway: holds requests back by rate and depth, measures, sends samples, obeys throttles and their leases. The
// token bucket is a model of the gateway's own.
#pragma once

#include "actors/domain/sample.hpp"
#include "actors/domain/throttle.hpp"
#include "tests/sim/device.hpp"

#include <deque>
#include <memory>

namespace sluice::sim {

/// The way between gateway and core.
struct link_model {
  duration delay_least = std::chrono::milliseconds{5};
  duration delay_most = std::chrono::milliseconds{20};
  double lost = 0;     ///< share of samples and throttles that vanish
  double repeated = 0; ///< share of samples that come twice
};

/// One stream at the gateway.
class stream_gate {
public:
  /// @param reader how many requests are taken from the client ahead of their turn
  stream_gate(simulation& sim, device& backend, stream_id id, std::string backend_name, std::size_t reader = 128);

  /// A client's request; `done` is called with its reply.
  void request(std::function<void()> done);

  void apply(const throttle& x);

  /// What was measured since the last call.
  [[nodiscard]] sample take_sample();

  [[nodiscard]] const stream_id& id() const noexcept {
    return sample_.stream;
  }
  /// Commands that changed something, or refreshed it.
  std::uint64_t commands = 0;

private:
  struct pending {
    std::function<void()> done;
    instant received{0};
    instant submitted{0};
  };
  void read();
  void admit();
  void submit(pending x);
  void account();
  [[nodiscard]] const allowance& in_force();
  [[nodiscard]] duration wait_for_token();

  simulation& sim_;
  device& backend_;
  std::size_t reader_;
  std::deque<std::function<void()>> socket_;
  std::deque<pending> backlog_;
  std::uint32_t in_flight_ = 0;
  throttle throttle_;
  instant lease_until_{0};
  double tokens_ = 0;
  instant filled_{0};
  bool waiting_for_token_ = false;
  sample sample_;
  instant sampled_{0};
  instant accounted_{0};
  double in_flight_seconds_ = 0;
};

} // namespace sluice::sim
