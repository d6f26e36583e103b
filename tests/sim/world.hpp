// A whole run: one backend, its gateway streams and clients, the links and the core's plan() every 100 ms.
#pragma once

#include "actors/domain/loop.hpp"
#include "tests/sim/workload.hpp"

#include <memory>
#include <string>
#include <vector>

namespace sluice::sim {

struct world_options {
  std::uint64_t seed = 1;
  device_model device;
  link_model link;
  control_policy policy;
  bool control = true;
};

class world {
public:
  explicit world(const world_options& options);

  /// A client of a volume at a gateway; its stream is `gateway/volume/client`.
  client& add(const std::string& gateway, const std::string& volume, const std::string& name);
  void establish(const agreement& x);
  void order(const override_order& x);
  /// The core is killed and comes back empty.
  void restart_core(double at, double back);
  void run(double seconds);

  simulation sim;
  device backend;
  std::vector<event> events;
  backend_status status;
  std::uint64_t throttles = 0;
  loop_state core; ///< what the core carries from tick to tick

  /// What the core carries of the one backend.
  [[nodiscard]] const backend_state& disk() const {
    return core.backends.at("disk");
  }

private:
  void sample_all(std::size_t index);
  void tick();
  void deliver(const throttle& x);
  void deliver(const renewal& x);
  void tell_terms();

  world_options options_;
  chance chance_;
  std::vector<std::unique_ptr<gateway_stream>> gates_;
  std::vector<std::unique_ptr<client>> clients_;
  std::vector<agreement> agreements_;
  std::vector<override_order> orders_;
  bool alive_ = true;
};

/// The agreements of control.md's first scenario and of the demo.
[[nodiscard]] agreement oltp_gold();
[[nodiscard]] agreement batch_bronze();

} // namespace sluice::sim
