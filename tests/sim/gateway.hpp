// A gateway: holds requests back, measures, sends samples. Gate, token buckets, leases and generations are the real
// gateway's; its sockets and its queue are modelled.
#pragma once

#include "actors/domain/sample.hpp"
#include "actors/domain/throttle.hpp"
#include "gateways/throttle/gate.hpp"
#include "gateways/throttle/stream_control.hpp"
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
class gateway_stream {
public:
  /// @param reader how many requests are taken from the client ahead of their turn
  gateway_stream(simulation& sim, device& backend, stream_id id, std::string backend_name, std::size_t reader = 128);

  /// A client's request; `done` is called with its reply.
  void request(std::function<void()> done);

  void apply(const throttle& x);

  /// The lease of the throttle in force begins anew, if it is of this generation.
  void renew(std::uint64_t generation);

  /// What was measured since the last call.
  [[nodiscard]] sample take_sample();

  [[nodiscard]] const stream_id& id() const noexcept {
    return sample_.stream;
  }
  /// Throttles that were applied, also those that changed nothing; no renewals.
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
  void renew_rule();

  simulation& sim_;
  device& backend_;
  std::size_t reader_;
  std::deque<std::function<void()>> socket_;
  std::deque<pending> backlog_;
  gateway::stream_control control_;
  throttle last_; ///< that was accepted
  gateway::rule_in_force rule_;
  gateway::gate gate_;
  gateway::hold held_ = gateway::hold::none; ///< why the first request waits
  bool wake_up_set_ = false;
  sample sample_;
  instant sampled_{0};
  instant accounted_{0};
  double in_flight_seconds_ = 0;
};

} // namespace sluice::sim
