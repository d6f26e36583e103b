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
  tell_terms();
}

void world::order(const override_order& x) {
  orders_.push_back(x);
  tell_terms();
}

void world::tell_terms() {
  set_terms(core, agreements_, orders_, sim.now(), wall_time{sim.now().count() / 1000});
}

void world::restart_core(double at, double back) {
  sim.at(at_seconds(at), [this] {
    alive_ = false;
  });
  sim.at(at_seconds(back), [this] {
    alive_ = true;
    core = loop_state{};
    tell_terms();
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
      if (alive_)
        take(core, 1, taken, sim.now());
    });
  }
  sim.after(tick_length, [this, index] {
    sample_all(index);
  });
}

void world::tick() {
  if (alive_ && options_.control) {
    const auto& out = step(core, sim.now(), wall_time{sim.now().count() / 1000}, options_.policy);
    for (const auto& x : out.throttles)
      deliver(x);
    for (const auto& x : out.renewals)
      deliver(x);
    for (const auto& x : out.events)
      events.push_back(x);
    if (!out.backends.empty())
      status = out.backends.front();
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

void world::deliver(const renewal& x) {
  if (chance_.uniform() < options_.link.lost)
    return;
  const auto gate = std::find_if(gates_.begin(), gates_.end(), [&](const auto& g) {
    return g->id() == x.stream;
  });
  if (gate == gates_.end())
    return;
  sim.after(chance_.between(options_.link.delay_least, options_.link.delay_most), [to = gate->get(), x] {
    to->renew(x.generation);
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
