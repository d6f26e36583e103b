// A whole run: devices, gateways, links and clients of a scenario, the controller every 100 ms, and what goes wrong.
#pragma once

#include "tests/sim/controller.hpp"
#include "tests/sim/model/client.hpp"
#include "tests/sim/model/gateway.hpp"
#include "tests/sim/model/trace.hpp"
#include "tests/sim/run/oracle.hpp"
#include "tests/sim/run/outcome.hpp"
#include "tests/sim/scenario/scenario.hpp"

#include <memory>
#include <ostream>
#include <unordered_map>
#include <vector>

namespace sluice::sim {

struct run_options {
  std::uint64_t seed = 1;
  const controller_kind* kind = nullptr; ///< never nullptr
  std::ostream* trace = nullptr;         ///< nullptr = none is written
  bool clock_steps = true;               ///< false: the wall clock never jumps, whatever the scenario says
  bool keep_throttles = false;           ///< for plots
};

class world final : public event_target, public reply_sink, public link_end {
public:
  /// `what` must outlive this one.
  world(const scenario& what, const run_options& options);
  ~world() override;

  /// Once.
  [[nodiscard]] outcome run();

  void on_event(std::uint32_t what, std::uint32_t argument) override;

private:
  enum : std::uint32_t {
    tick,
    fault,
    core_back,
    terms_due,
    monitor_back,
    gateway_heard,
    application_server_back,
    order_ends,
  };

  struct standing_order {
    instant end;
    override_order what;
  };

  void build_devices();
  void build_gateways();
  void build_clients();
  void choose_what_is_kept();
  void make_tick();
  void send(const controller_output& out);
  void strike(const fault_spec& x);
  void establish();
  void monitor_returns();
  void send_in_force(std::size_t gateway);
  void count_unanswered(outcome& to) const;

  void replied(request_number x) override;
  void arrived(const sample_batch& x) override;
  void arrived(const command_batch& x) override;

  [[nodiscard]] wall_time label() const noexcept {
    return {(sim_.now() + label_offset_).count() / 1000};
  }

  const scenario& scenario_;
  run_options options_;
  simulation sim_;
  request_pool requests_;
  trace trace_;
  outcome result_;
  chance luck_;
  duration label_offset_;
  std::vector<std::unique_ptr<device>> devices_;
  std::vector<std::unique_ptr<gateway_link>> links_;
  std::vector<std::unique_ptr<gateway_model>> gateways_;
  std::vector<std::unique_ptr<gateway_stream>> streams_;
  std::unordered_map<stream_id, std::size_t> stream_at_;
  std::vector<std::unique_ptr<client>> clients_;
  std::unique_ptr<controller> controller_;
  std::unique_ptr<oracle> oracle_;
  std::vector<standing_order> orders_;
  std::vector<command_batch*> batches_; ///< of the present tick, by gateway
  std::uint32_t core_down_ = 0;         ///< restarts under way
  std::uint32_t monitor_down_ = 0;
  std::uint32_t application_server_down_ = 0;
  std::vector<bool> heard_; ///< by gateway: connected to the monitor
  std::uint32_t monitor_life_ = 0;
};

} // namespace sluice::sim
