// A storage device: k servers and a queue. Serves first come first served, or in the order of a scheduler.
#pragma once

#include "tests/sim/model/chance.hpp"
#include "tests/sim/model/request.hpp"
#include "tests/sim/model/scheduler.hpp"
#include "tests/sim/model/simulation.hpp"
#include "tests/sim/scenario/scenario.hpp"

#include <deque>
#include <memory>

namespace sluice::sim {

/// Who is told that a device is done with a request.
class device_user {
public:
  virtual void served(request_number x) = 0;

protected:
  ~device_user() = default;
};

class device final : public event_target {
public:
  device(simulation& sim, request_pool& requests, const device_spec& spec, chance jitter, chance wobble);

  /// Not first come first served but as `x` says. Before the first request.
  void set_scheduler(std::unique_ptr<device_scheduler> x) {
    scheduler_ = std::move(x);
  }

  void submit(request_number x, device_user& from);

  /// From now on, serves at this share of its speed, more than 0.
  void set_speed(ppm speed) noexcept {
    speed_ = speed;
  }
  /// Serves nothing that has not begun for so long.
  void stall(duration length);

  void on_event(std::uint32_t what, std::uint32_t argument) override;

  /// How long its servers were busy, all together.
  [[nodiscard]] duration busy() const noexcept;
  /// What it could do now, as a share of `servers` times one second per second: its speed, 0 while it stalls.
  [[nodiscard]] ppm ability() const noexcept;
  [[nodiscard]] const device_spec& spec() const noexcept {
    return spec_;
  }

  /// How long a server takes for a request at full speed, jitter left out.
  [[nodiscard]] static duration service_of(const device_spec& spec, std::uint32_t bytes, bool write) noexcept;

private:
  enum : std::uint32_t { done, wobble, wake };
  struct visitor {
    request_number number;
    device_user* from;
  };
  void start();
  void begin(visitor x);
  [[nodiscard]] std::optional<visitor> next();
  void account() noexcept;

  simulation& sim_;
  request_pool& requests_;
  device_spec spec_;
  chance jitter_;
  chance wobble_; ///< apart: how many requests were served must not change what the device does later
  std::unique_ptr<device_scheduler> scheduler_;
  std::deque<visitor> queue_;
  std::vector<device_user*> from_; ///< by request number
  std::uint32_t idle_;
  std::uint32_t scheduled_ = 0; ///< wait with the scheduler
  ppm speed_ = whole;
  ppm factor_ = whole;
  instant stalled_until_{0};
  instant woken_at_ = instant::max();
  instant accounted_{0};
  duration busy_{0};
};

} // namespace sluice::sim
