// The run.
#include "tests/sim/world.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sluice::sim {

namespace {

constexpr duration tick_length = std::chrono::milliseconds{100};

instant at_seconds(double x) {
  return instant{std::llround(x * 1e9)};
}

} // namespace

world::world(const world_options& options)
    : backend(sim, options.device, options.seed), options_(options), chance_(options.seed, 2) {
  core.name = "disk";
  sim.after(chance_.between(duration{1}, tick_length), [this] {
    tick();
  });
}

client& world::add(const std::string& gateway, const std::string& volume, const std::string& name) {
  gates_.push_back(std::make_unique<gateway_stream>(sim, backend, stream_id{gateway, volume, name}, "disk"));
  const auto entity = 10 + clients_.size();
  clients_.push_back(std::make_unique<client>(sim, *gates_.back(), options_.seed, entity));
  sim.after(chance_.between(duration{1}, tick_length), [this, index = gates_.size() - 1] {
    sample_all(index);
  });
  return *clients_.back();
}

void world::establish(const agreement& x) {
  std::erase_if(agreements_, [&](const agreement& old) {
    return old.name == x.name;
  });
  agreements_.push_back(x);
  ++revision_;
}

void world::order(const override_order& x) {
  if (auto active = activate(x, wall_time{sim.now().count() / 1000}, sim.now()))
    overrides_.push_back(*active);
  ++revision_;
}

void world::restart_core(double at, double back) {
  sim.at(at_seconds(at), [this] {
    alive_ = false;
  });
  sim.at(at_seconds(back), [this] {
    alive_ = true;
    inbox_.clear();
    core = backend_state{};
    core.name = "disk";
  });
}

void world::run(double seconds) {
  sim.run_until(at_seconds(seconds));
}

void world::sample_all(std::size_t index) {
  auto taken = gates_[index]->take_sample();
  const auto copies = chance_.uniform() < options_.link.repeated ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    if (chance_.uniform() < options_.link.lost)
      continue;
    sim.after(chance_.between(options_.link.delay_least, options_.link.delay_most), [this, taken] {
      inbox_.push_back({1, taken});
    });
  }
  sim.after(tick_length, [this, index] {
    sample_all(index);
  });
}

void world::tick() {
  if (alive_ && options_.control) {
    const plan_input input{inbox_, agreements_, overrides_, revision_, sim.now(), wall_time{sim.now().count() / 1000}};
    auto planned = plan(core, input, options_.policy);
    inbox_.clear();
    for (const auto& x : planned.throttles)
      deliver(x);
    for (auto& x : planned.events)
      events.push_back(std::move(x));
    status = planned.status;
  }
  sim.after(tick_length, [this] {
    tick();
  });
}

void world::deliver(const throttle& x) {
  ++throttles;
  if (chance_.uniform() < options_.link.lost)
    return;
  const auto gate = std::find_if(gates_.begin(), gates_.end(), [&](const auto& g) {
    return g->id() == x.stream;
  });
  if (gate == gates_.end())
    return;
  sim.after(chance_.between(options_.link.delay_least, options_.link.delay_most), [to = gate->get(), x] {
    to->apply(x);
  });
}

agreement oltp_gold() {
  agreement x;
  x.name = "oltp-gold";
  x.tenant = "acme";
  x.streams.volume = "oltp";
  x.objective.reservation = {1500};
  x.objective.limit.iops = {6000};
  x.objective.weight = 4;
  x.objective.tier = tier::gold;
  x.objective.latency = {{latency_statistic::mean, std::chrono::milliseconds{5}, rate{2500}}};
  return x;
}

agreement batch_bronze() {
  agreement x;
  x.name = "batch-bronze";
  x.tenant = "acme";
  x.streams.volume = "batch";
  x.objective.reservation = {1000};
  x.objective.weight = 1;
  x.objective.tier = tier::bronze;
  return x;
}

} // namespace sluice::sim
