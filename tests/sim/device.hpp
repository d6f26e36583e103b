// A storage device: k servers, first come first served, as `nbdkit --filter=delay -t k` is one. Not a gateway.
#pragma once

#include "tests/sim/simulation.hpp"

#include <deque>

namespace sluice::sim {

struct device_model {
  int servers = 8;
  duration service{1'000'000};
  double jitter = 0; ///< the service time varies evenly by this share
  double wobble = 0; ///< and slowly: a new factor within this share every 500 ms
};

class device {
public:
  device(simulation& sim, const device_model& model, std::uint64_t seed);

  /// Serves a request; `done` is called when it is.
  void submit(std::function<void()> done);

  /// From now on, serves at this share of its speed.
  void set_speed(double speed) {
    speed_ = speed;
  }
  /// Serves nothing for so long.
  void stall(duration length);

private:
  void start();
  void change_wobble();

  simulation& sim_;
  device_model model_;
  chance jitter_;
  chance wobble_; ///< apart: how many requests were served must not change what the device does later
  std::deque<std::function<void()>> waiting_;
  int idle_;
  double speed_ = 1;
  double factor_ = 1;
  instant stalled_until_{0};
};

} // namespace sluice::sim
