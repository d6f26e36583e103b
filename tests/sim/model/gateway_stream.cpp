// Holding back and measuring.
#include "tests/sim/model/gateway_stream.hpp"

#include <algorithm>
#include <utility>

namespace sluice::sim {

gateway_stream::gateway_stream(simulation& sim, request_pool& requests, device& backend, reply_sink& replies,
                               const stream_spec& spec, std::uint32_t number, const allowance& fixed)
    : sim_(sim),
      requests_(requests),
      backend_(backend),
      replies_(replies),
      number_(number),
      fixed_(fixed),
      control_(fixed) {
  sample_.stream = spec.id;
  sample_.backend = backend.spec().name;
  sampled_ = accounted_ = sim.now();
  renew_rule();
}

void gateway_stream::request(request_number x) {
  requests_[x].stream = number_;
  connect();
  socket_.push_back(x);
  if (!up_)
    return;
  read();
  admit();
}

void gateway_stream::connect() noexcept {
  if (!std::exchange(connected_, true))
    sampled_ = accounted_ = sim_.now();
}

void gateway_stream::read() {
  while (!socket_.empty() && backlog_.size() < reader) {
    ++sample_.arrivals;
    account();
    const auto x = socket_.front();
    socket_.pop_front();
    requests_[x].received = sim_.now();
    backlog_.push_back(x);
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
  request_ns_ += static_cast<std::int64_t>(at_device_.size()) * passed.count();
  if (backlog_.empty())
    return;
  if (held_ == gateway::hold::rate) {
    sample_.limited_by_rate += passed;
    totals_.held_by_rate += passed;
  } else if (held_ == gateway::hold::depth) {
    sample_.limited_by_depth += passed;
    totals_.held_by_depth += passed;
  }
}

void gateway_stream::admit() {
  if (!up_)
    return;
  if (sim_.now() >= rule_.until)
    renew_rule();
  while (!backlog_.empty()) {
    const auto answer = gate_.ask(sim_.now());
    account();
    held_ = answer.held;
    if (held_ == gateway::hold::rate && sim_.now() + answer.wait < woken_at_) {
      woken_at_ = sim_.now() + answer.wait;
      sim_.at(woken_at_, *this, wake);
    }
    if (held_ != gateway::hold::none)
      return;
    const auto next = backlog_.front();
    backlog_.pop_front();
    submit(next);
    read();
  }
}

void gateway_stream::submit(request_number x) {
  auto& its = requests_[x];
  gate_.enter({its.write, its.bytes}, sim_.now());
  if (backlog_.empty())
    gate_.rest();
  its.submitted = sim_.now();
  its.place = in_flight();
  at_device_.push_back(x);
  backend_.submit(x, *this);
}

void gateway_stream::served(request_number x) {
  auto& its = requests_[x];
  if (its.forgotten) {
    requests_.give_back(x);
    return;
  }
  account();
  const auto last = at_device_.back();
  requests_[last].place = its.place;
  at_device_[its.place] = last;
  at_device_.pop_back();
  gate_.leave();
  ++totals_.completions;
  ++sample_.completions;
  (its.write ? sample_.writes : sample_.reads) += 1;
  (its.write ? sample_.write_bytes : sample_.read_bytes) += its.bytes;
  sample_.backend_latency.record(sim_.now() - its.submitted);
  sample_.total_latency.record(sim_.now() - its.received);
  replies_.replied(x);
  admit();
}

bool gateway_stream::apply(const throttle& x) {
  if (!up_ || !control_.accept(x, sim_.now()).empty())
    return false;
  ++totals_.commands;
  account();
  renew_rule();
  admit();
  // When the lease runs out another rule holds, which may let waiting requests go.
  sim_.at(rule_.until, *this, lease_end);
  return true;
}

bool gateway_stream::renew(std::uint64_t generation) {
  if (!up_ || !control_.renew(generation, sim_.now()).empty())
    return false;
  account();
  renew_rule();
  admit();
  sim_.at(rule_.until, *this, lease_end);
  return true;
}

void gateway_stream::on_event(std::uint32_t what, std::uint32_t) {
  if (what == wake && sim_.now() >= woken_at_)
    woken_at_ = instant::max();
  admit();
}

void gateway_stream::take_sample(sample& to) {
  account();
  to = sample_;
  to.interval = sim_.now() - sampled_;
  to.backlog = static_cast<std::uint32_t>(backlog_.size());
  to.in_flight = in_flight();
  to.mean_in_flight =
      to.interval > duration::zero() ? static_cast<double>(request_ns_) / static_cast<double>(to.interval.count()) : 0;
  to.generation = control_.generation();
  to.control = control_.in_force(sim_.now()).state;
  sampled_ = sim_.now();
  request_ns_ = 0;
  ++sample_.sequence;
  sample_.arrivals = sample_.completions = sample_.reads = sample_.writes = 0;
  sample_.read_bytes = sample_.write_bytes = 0;
  sample_.limited_by_rate = sample_.limited_by_depth = duration::zero();
  if (to.completions > 0) {
    sample_.backend_latency.clear();
    sample_.total_latency.clear();
  }
  admit();
}

void gateway_stream::go_down() {
  account();
  up_ = false;
  // Those at the device are answered to nobody; their clients ask again, in the order in which they asked.
  std::vector<request_number> again;
  for (const auto x : at_device_) {
    const auto y = requests_.take();
    requests_[y] = requests_[x];
    requests_[x].forgotten = true;
    again.push_back(y);
  }
  again.insert(again.end(), backlog_.begin(), backlog_.end());
  std::sort(again.begin(), again.end(), [this](request_number a, request_number b) {
    return requests_[a].asked != requests_[b].asked ? requests_[a].asked < requests_[b].asked : a < b;
  });
  socket_.insert(socket_.begin(), again.begin(), again.end());
  backlog_.clear();
  at_device_.clear();
}

void gateway_stream::come_up() {
  up_ = true;
  control_ = gateway::stream_control{fixed_};
  gate_ = {};
  held_ = gateway::hold::none;
  sample fresh;
  fresh.stream = std::move(sample_.stream);
  fresh.backend = std::move(sample_.backend);
  sample_ = std::move(fresh);
  sampled_ = accounted_ = sim_.now();
  request_ns_ = 0;
  renew_rule();
  read();
  admit();
}

stream_totals gateway_stream::totals() noexcept {
  account();
  return totals_;
}

} // namespace sluice::sim
