// Sending samples, obeying, dying.
#include "tests/sim/model/gateway.hpp"

#include <limits>

namespace sluice::sim {

gateway_model::gateway_model(simulation& sim, gateway_link& to_core, chance luck)
    : sim_(sim), to_core_(to_core), luck_(luck), incarnation_(luck_.next() | 1) {}

void gateway_model::begin(const duration& label_offset) {
  label_offset_ = &label_offset;
  sim_.after(luck_.between(duration{1}, interval), *this, sampling);
}

void gateway_model::on_event(std::uint32_t what, std::uint32_t) {
  if (what == sampling) {
    sim_.after(interval, *this, sampling);
    if (down_ == 0)
      send_samples();
  } else if (--down_ == 0) {
    incarnation_ = luck_.next() | 1;
    for (auto* x : streams_)
      x->come_up();
  }
}

void gateway_model::send_samples() {
  auto& batch = to_core_.new_samples();
  batch.incarnation = incarnation_;
  batch.samples.resize(streams_.size());
  std::size_t count = 0;
  const wall_time label{(sim_.now() + *label_offset_).count() / 1000};
  const auto nonsense = sim_.now() < nonsense_until_;
  for (auto* stream : streams_) {
    if (!stream->connected())
      continue;
    auto& x = batch.samples[count++];
    stream->take_sample(x);
    x.taken = label;
    if (nonsense && luck_.happens(nonsense_))
      spoil(x);
  }
  batch.samples.resize(count);
  to_core_.send_samples();
}

void gateway_model::spoil(sample& x) {
  switch (luck_.below(6)) {
  case 0:
    x.interval = -x.interval;
    break;
  case 1:
    x.completions = ~std::uint64_t{0};
    break;
  case 2:
    x.stream.client = "not a name!";
    break;
  case 3:
    x.mean_in_flight = std::numeric_limits<double>::quiet_NaN();
    break;
  case 4:
    x.arrivals = luck_.next();
    break;
  default:
    x.backend.clear();
    break;
  }
}

void gateway_model::restart(duration length) {
  if (down_++ == 0)
    for (auto* x : streams_)
      x->go_down();
  sim_.after(length, *this, back);
}

void gateway_model::talk_nonsense(duration length, ppm share) {
  nonsense_until_ = sim_.now() + length;
  nonsense_ = share;
}

} // namespace sluice::sim
