// The gateway.
#include "tests/sim/gateway.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sluice::sim {

gateway_stream::gateway_stream(simulation& sim, device& backend, stream_id id, std::string backend_name,
                               std::size_t reader)
    : sim_(sim), backend_(backend), reader_(reader) {
  sample_.stream = std::move(id);
  sample_.backend = std::move(backend_name);
  sampled_ = accounted_ = sim.now();
}

void gateway_stream::request(std::function<void()> done) {
  socket_.push_back(std::move(done));
  read();
  admit();
}

void gateway_stream::read() {
  while (!socket_.empty() && backlog_.size() < reader_) {
    ++sample_.arrivals;
    account();
    backlog_.push_back({std::move(socket_.front()), sim_.now(), instant{0}});
    socket_.pop_front();
  }
}

void gateway_stream::renew_rule() {
  rule_ = control_.in_force(sim_.now());
  gate_.set(gateway::limits_of(rule_.what), sim_.now());
}

/// Books the time since the last call as held back by what held the first request back.
void gateway_stream::account() {
  const auto passed = sim_.now() - accounted_;
  accounted_ = sim_.now();
  in_flight_seconds_ += static_cast<double>(gate_.in_flight()) * static_cast<double>(passed.count()) / 1e9;
  if (backlog_.empty())
    return;
  if (held_ == gateway::hold::rate)
    sample_.limited_by_rate += passed;
  else if (held_ == gateway::hold::depth)
    sample_.limited_by_depth += passed;
}

void gateway_stream::admit() {
  if (sim_.now() >= rule_.until)
    renew_rule();
  while (!backlog_.empty()) {
    const auto answer = gate_.ask(sim_.now());
    account();
    held_ = answer.held;
    if (held_ == gateway::hold::rate && !wake_up_set_) {
      wake_up_set_ = true;
      sim_.after(answer.wait, [this] {
        wake_up_set_ = false;
        admit();
      });
    }
    if (held_ != gateway::hold::none)
      return;
    auto next = std::move(backlog_.front());
    backlog_.pop_front();
    submit(std::move(next));
    read();
  }
}

void gateway_stream::submit(pending x) {
  gate_.enter({false, 4096}, sim_.now());
  if (backlog_.empty())
    gate_.rest();
  x.submitted = sim_.now();
  auto kept = std::make_shared<pending>(std::move(x));
  backend_.submit([this, kept] {
    account();
    gate_.leave();
    ++sample_.completions;
    ++sample_.reads;
    sample_.read_bytes += 4096;
    sample_.backend_latency.record(sim_.now() - kept->submitted);
    sample_.total_latency.record(sim_.now() - kept->received);
    kept->done();
    admit();
  });
}

void gateway_stream::apply(const throttle& x) {
  if (!control_.accept(x, sim_.now()).empty())
    return;
  last_ = x;
  ++commands;
  account();
  renew_rule();
  admit();
  // When the lease runs out another rule holds, which may let waiting requests go.
  sim_.at(rule_.until, [this] {
    admit();
  });
}

void gateway_stream::renew(std::uint64_t generation) {
  if (generation == 0 || generation != last_.generation)
    return;
  apply(throttle{last_});
  --commands; // nothing was commanded
}

sample gateway_stream::take_sample() {
  account();
  auto result = sample_;
  result.interval = sim_.now() - sampled_;
  result.taken = wall_time{sim_.now().count() / 1000};
  result.backlog = static_cast<std::uint32_t>(backlog_.size());
  result.in_flight = gate_.in_flight();
  result.mean_in_flight = in_flight_seconds_ / (static_cast<double>(result.interval.count()) / 1e9);
  result.generation = control_.generation();
  result.control = control_.in_force(sim_.now()).state;
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
