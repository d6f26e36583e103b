// The device.
#include "tests/sim/device.hpp"

#include <cmath>

namespace sluice::sim {

duration chance::exponential(duration mean) {
  return duration{static_cast<std::int64_t>(-std::log(1 - uniform()) * static_cast<double>(mean.count()))};
}

device::device(simulation& sim, const device_model& model, std::uint64_t seed)
    : sim_(sim), model_(model), jitter_(seed, 1), wobble_(seed, 3), idle_(model.servers) {
  if (model_.wobble > 0)
    change_wobble();
}

void device::change_wobble() {
  factor_ = wobble_.between(1 - model_.wobble, 1 + model_.wobble);
  sim_.after(std::chrono::milliseconds{500}, [this] {
    change_wobble();
  });
}

void device::submit(std::function<void()> done) {
  waiting_.push_back(std::move(done));
  start();
}

void device::stall(duration length) {
  stalled_until_ = sim_.now() + length;
  sim_.at(stalled_until_, [this] {
    start();
  });
}

void device::start() {
  while (idle_ > 0 && !waiting_.empty() && sim_.now() >= stalled_until_) {
    --idle_;
    const auto vary = model_.jitter > 0 ? jitter_.between(1 - model_.jitter, 1 + model_.jitter) : 1;
    const auto length = static_cast<double>(model_.service.count()) * vary / (speed_ * factor_);
    sim_.after(duration{std::llround(length)}, [this, done = std::move(waiting_.front())] {
      ++idle_;
      done();
      start();
    });
    waiting_.pop_front();
  }
}

} // namespace sluice::sim
