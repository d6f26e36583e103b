// The device.
#include "tests/sim/model/device.hpp"

#include <utility>

namespace sluice::sim {

namespace {

constexpr duration between_wobbles = std::chrono::milliseconds{500};
constexpr std::int64_t mib = 1024 * 1024;

} // namespace

device::device(simulation& sim, request_pool& requests, const device_spec& spec, chance jitter, chance wobbling)
    : sim_(sim), requests_(requests), spec_(spec), jitter_(jitter), wobble_(wobbling), idle_(spec.servers) {
  if (spec_.wobble > 0)
    on_event(wobble, 0);
}

duration device::service_of(const device_spec& spec, std::uint32_t bytes, bool write) noexcept {
  const auto moved = duration{spec.per_mib.count() * static_cast<std::int64_t>(bytes) / mib};
  const auto read = spec.service + moved;
  return write ? scaled(read, spec.write_factor) : read;
}

void device::submit(request_number x, device_user& from) {
  if (scheduler_) {
    if (from_.size() <= x)
      from_.resize(x + 1);
    from_[x] = &from;
    const auto& its = requests_[x];
    ++scheduled_;
    scheduler_->enter({x, its.stream, its.bytes, its.write}, sim_.now());
  } else {
    queue_.push_back({x, &from});
  }
  start();
}

void device::stall(duration length) {
  stalled_until_ = std::max(stalled_until_, sim_.now() + length);
  sim_.at(stalled_until_, *this, wake);
}

std::optional<device::visitor> device::next() {
  if (!scheduler_) {
    if (queue_.empty())
      return std::nullopt;
    const auto x = queue_.front();
    queue_.pop_front();
    return x;
  }
  if (scheduled_ == 0)
    return std::nullopt;
  if (const auto x = scheduler_->next(sim_.now())) {
    --scheduled_;
    return visitor{x->number, from_[x->number]};
  }
  // Ask again when the scheduler says; one wake-up at a time is enough, an earlier one replaces a later one.
  const auto due = scheduler_->due(sim_.now());
  if (due != instant::max() && (due < woken_at_ || woken_at_ <= sim_.now())) {
    woken_at_ = std::max(due, sim_.now() + duration{1});
    sim_.at(woken_at_, *this, wake);
  }
  return std::nullopt;
}

void device::start() {
  while (idle_ > 0 && sim_.now() >= stalled_until_) {
    const auto x = next();
    if (!x)
      return;
    begin(*x);
  }
}

void device::begin(visitor x) {
  account();
  --idle_;
  auto& its = requests_[x.number];
  const auto hit = !its.write && jitter_.happens(spec_.hits);
  its.service = hit ? spec_.hit_service : service_of(spec_, its.bytes, its.write);
  auto length = its.service;
  if (spec_.jitter > 0)
    length = scaled(length, jitter_.between(whole - spec_.jitter, whole + spec_.jitter));
  if (speed_ != whole)
    length = duration{length.count() * whole / speed_};
  if (factor_ != whole)
    length = duration{length.count() * whole / factor_};
  if (from_.size() <= x.number)
    from_.resize(x.number + 1);
  from_[x.number] = x.from;
  sim_.after(length, *this, done, x.number);
}

void device::on_event(std::uint32_t what, std::uint32_t argument) {
  if (what == done) {
    account();
    ++idle_;
    const auto& its = requests_[argument];
    if (scheduler_)
      scheduler_->served({argument, its.stream, its.bytes, its.write}, sim_.now());
    from_[argument]->served(argument);
  } else if (what == wobble) {
    factor_ = wobble_.between(whole - spec_.wobble, whole + spec_.wobble);
    sim_.after(between_wobbles, *this, wobble);
  }
  start();
}

void device::account() noexcept {
  busy_ += (sim_.now() - accounted_) * (spec_.servers - idle_);
  accounted_ = sim_.now();
}

duration device::busy() const noexcept {
  return busy_ + (sim_.now() - accounted_) * (spec_.servers - idle_);
}

ppm device::ability() const noexcept {
  return sim_.now() < stalled_until_ ? 0 : speed_ * factor_ / whole;
}

} // namespace sluice::sim
