// One stream at a gateway: holds requests back, measures. Gate, token buckets, leases and generations are the real
// gateway's; its sockets and its queue are modelled.
#pragma once

#include "gateways/throttle/gate.hpp"
#include "gateways/throttle/stream_control.hpp"
#include "tests/sim/model/device.hpp"

#include <deque>
#include <vector>

namespace sluice::sim {

/// Who is told of replies.
class reply_sink {
public:
  virtual void replied(request_number x) = 0;

protected:
  ~reply_sink() = default;
};

/// Running totals since the beginning, for the oracle.
struct stream_totals {
  std::uint64_t completions = 0;
  std::uint64_t commands = 0; ///< throttles that were applied
  duration held_by_rate{0};
  duration held_by_depth{0};
};

class gateway_stream final : public event_target, public device_user {
public:
  /// @param number its position in scenario::streams
  gateway_stream(simulation& sim, request_pool& requests, device& backend, reply_sink& replies, const stream_spec& spec,
                 std::uint32_t number, const allowance& fixed);

  /// A client's request; its reply goes to the sink. While the gateway is down it waits.
  void request(request_number x);

  /// False if the gateway refuses it: an older generation, or nonsense.
  bool apply(const throttle& x);
  /// The lease in force begins anew. False if another generation is in force.
  bool renew(std::uint64_t generation);

  /// What was measured since the last call.
  void take_sample(sample& to);

  /// The gateway is killed: what waits and what is at the device will be asked again when it is back.
  void go_down();
  /// It is back and knows nothing.
  void come_up();

  void served(request_number x) override;
  void on_event(std::uint32_t what, std::uint32_t argument) override;

  [[nodiscard]] stream_totals totals() noexcept;
  [[nodiscard]] gateway::rule_in_force rule() const {
    return control_.in_force(sim_.now());
  }
  /// The limits that requests really meet.
  [[nodiscard]] const gateway::io_limits& limits() const {
    return gate_.limits();
  }
  [[nodiscard]] std::size_t backlog() const noexcept {
    return backlog_.size();
  }
  [[nodiscard]] std::uint32_t in_flight() const noexcept {
    return static_cast<std::uint32_t>(at_device_.size());
  }
  [[nodiscard]] bool up() const noexcept {
    return up_;
  }
  /// A client connects: from now on there are samples. The first request connects it, too.
  void connect() noexcept;
  [[nodiscard]] bool connected() const noexcept {
    return connected_;
  }
  [[nodiscard]] std::uint64_t generation() const {
    return control_.generation();
  }

private:
  enum : std::uint32_t { wake, lease_end };
  /// How many requests are taken from the client ahead of their turn, as a gateway reads them from its socket.
  static constexpr std::size_t reader = 128;

  void read();
  void admit();
  void submit(request_number x);
  void account();
  void renew_rule();

  simulation& sim_;
  request_pool& requests_;
  device& backend_;
  reply_sink& replies_;
  std::uint32_t number_;
  allowance fixed_;
  bool up_ = true;
  bool connected_ = false;
  std::deque<request_number> socket_;
  std::deque<request_number> backlog_;
  std::vector<request_number> at_device_;
  gateway::stream_control control_;
  gateway::rule_in_force rule_;
  gateway::gate gate_;
  gateway::hold held_ = gateway::hold::none; ///< why the first request waits
  instant woken_at_ = instant::max();        ///< when it asks its gate again
  sample sample_;
  stream_totals totals_;
  instant sampled_{0};
  instant accounted_{0};
  std::int64_t request_ns_ = 0; ///< in flight, summed up over the interval
};

} // namespace sluice::sim
