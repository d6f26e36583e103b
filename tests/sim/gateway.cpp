// The gateway.
#include "tests/sim/gateway.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sluice::sim {

namespace {

constexpr double bucket_seconds = 0.01; ///< the credit of a stream that was idle

} // namespace

stream_gate::stream_gate(simulation& sim, device& backend, stream_id id, std::string backend_name, std::size_t reader)
    : sim_(sim), backend_(backend), reader_(reader) {
  sample_.stream = std::move(id);
  sample_.backend = std::move(backend_name);
  sampled_ = accounted_ = sim.now();
}

void stream_gate::request(std::function<void()> done) {
  socket_.push_back(std::move(done));
  read();
  admit();
}

void stream_gate::read() {
  while (!socket_.empty() && backlog_.size() < reader_) {
    ++sample_.arrivals;
    account();
    backlog_.push_back({std::move(socket_.front()), sim_.now(), instant{0}});
    socket_.pop_front();
  }
}

const allowance& stream_gate::in_force() {
  static const allowance free;
  if (throttle_.generation == 0)
    return free;
  return sim_.now() < lease_until_ ? throttle_.now : throttle_.envelope;
}

duration stream_gate::wait_for_token() {
  const auto limit = in_force().iops;
  if (limit.unlimited())
    return duration::zero();
  const auto rate = static_cast<double>(limit.per_second);
  const auto credit = std::max(rate * bucket_seconds, 1.0);
  tokens_ = std::min(credit, tokens_ + rate * static_cast<double>((sim_.now() - filled_).count()) / 1e9);
  filled_ = sim_.now();
  if (tokens_ >= 1)
    return duration::zero();
  return duration{static_cast<std::int64_t>(std::ceil((1 - tokens_) / rate * 1e9)) + 1};
}

/// Books the time since the last call as held back by what held the first request back.
void stream_gate::account() {
  const auto passed = sim_.now() - accounted_;
  accounted_ = sim_.now();
  in_flight_seconds_ += static_cast<double>(in_flight_) * static_cast<double>(passed.count()) / 1e9;
  if (backlog_.empty())
    return;
  if (waiting_for_token_)
    sample_.limited_by_rate += passed;
  else
    sample_.limited_by_depth += passed;
}

void stream_gate::admit() {
  while (!backlog_.empty() && !waiting_for_token_) {
    const auto depth = in_force().depth;
    if (depth != 0 && in_flight_ >= depth)
      return;
    if (const auto wait = wait_for_token(); wait > duration::zero()) {
      account();
      waiting_for_token_ = true;
      sim_.after(std::min(wait, duration{std::chrono::milliseconds{100}}), [this] {
        account();
        waiting_for_token_ = false;
        admit();
      });
      return;
    }
    tokens_ -= in_force().iops.unlimited() ? 0 : 1;
    account();
    auto next = std::move(backlog_.front());
    backlog_.pop_front();
    submit(std::move(next));
    read();
  }
}

void stream_gate::submit(pending x) {
  ++in_flight_;
  x.submitted = sim_.now();
  auto kept = std::make_shared<pending>(std::move(x));
  backend_.submit([this, kept] {
    account();
    --in_flight_;
    ++sample_.completions;
    ++sample_.reads;
    sample_.read_bytes += 4096;
    sample_.backend_latency.record(sim_.now() - kept->submitted);
    sample_.total_latency.record(sim_.now() - kept->received);
    kept->done();
    admit();
  });
}

void stream_gate::apply(const throttle& x) {
  if (x.generation < throttle_.generation)
    return;
  ++commands;
  throttle_ = x;
  lease_until_ = sim_.now() + x.lease;
  admit();
}

sample stream_gate::take_sample() {
  account();
  auto result = sample_;
  result.interval = sim_.now() - sampled_;
  result.taken = wall_time{sim_.now().count() / 1000};
  result.backlog = static_cast<std::uint32_t>(backlog_.size());
  result.in_flight = in_flight_;
  result.mean_in_flight = in_flight_seconds_ / (static_cast<double>(result.interval.count()) / 1e9);
  result.generation = throttle_.generation;
  result.control = throttle_.generation == 0   ? control_state::unlimited
                   : sim_.now() < lease_until_ ? control_state::throttled
                                               : control_state::envelope;
  sampled_ = sim_.now();
  in_flight_seconds_ = 0;
  sample fresh;
  fresh.stream = sample_.stream;
  fresh.backend = sample_.backend;
  fresh.sequence = result.sequence + 1;
  sample_ = fresh;
  admit();
  return result;
}

} // namespace sluice::sim
