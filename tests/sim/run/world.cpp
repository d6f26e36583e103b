// Building, ticking, carrying.
#include "tests/sim/run/world.hpp"

#include <algorithm>
#include <utility>

namespace sluice::sim {

namespace {

constexpr duration tick_length = std::chrono::milliseconds{100};
/// Where the wall clock stands when a run begins: 2027-01-15 08:00:00 UTC. Chosen: any will do.
constexpr duration epoch = std::chrono::seconds{1'800'000'000};

/// Whose chance it is. Numbers of kinds of entities lie apart, so that one more of a kind shifts nobody's chance.
enum class entity : std::uint64_t { core = 1, device_jitter, device_wobble, link, gateway, client };

chance chance_of(std::uint64_t seed, entity kind, std::size_t number) {
  return {seed, static_cast<std::uint64_t>(kind) << 48 | number};
}

nameplate nameplate_of(const device_spec& x) {
  return {x.name, x.servers, x.service, x.per_mib};
}

} // namespace

world::world(const scenario& what, const run_options& options)
    : scenario_(what),
      options_(options),
      trace_(options.trace),
      luck_(chance_of(options.seed, entity::core, 0)),
      label_offset_(epoch) {
  build_devices();
  build_gateways();
  build_clients();
  choose_what_is_kept();
  std::vector<gateway_stream*> streams;
  for (const auto& x : streams_)
    streams.push_back(x.get());
  std::vector<device*> devices;
  for (const auto& x : devices_)
    devices.push_back(x.get());
  oracle_ = std::make_unique<oracle>(scenario_, sim_, std::move(streams), std::move(devices));
  controller_ = options_.kind->make(scenario_.policy);
  establish();
  sim_.after(luck_.between(duration{1}, tick_length), *this, tick);
  for (std::size_t i = 0; i < scenario_.faults.size(); ++i)
    sim_.at(scenario_.faults[i].at, *this, fault, static_cast<std::uint32_t>(i));
}

world::~world() = default;

void world::build_devices() {
  for (std::size_t i = 0; i < scenario_.backends.size(); ++i) {
    const auto& spec = scenario_.backends[i];
    devices_.push_back(std::make_unique<device>(sim_, requests_, spec,
                                                chance_of(options_.seed, entity::device_jitter, i),
                                                chance_of(options_.seed, entity::device_wobble, i)));
    if (options_.kind->make_scheduler == nullptr)
      continue;
    scheduler_setup setup{spec.name, {}, scenario_.agreements, scenario_.policy, nameplate_of(spec)};
    for (const auto& x : scenario_.streams)
      setup.streams.push_back(x.id);
    devices_.back()->set_scheduler(options_.kind->make_scheduler(setup));
  }
}

void world::build_gateways() {
  for (std::size_t i = 0; i < scenario_.gateways.size(); ++i) {
    const auto& spec = scenario_.gateways[i];
    links_.push_back(
        std::make_unique<gateway_link>(sim_, i, spec.link, chance_of(options_.seed, entity::link, i), *this));
    gateways_.push_back(
        std::make_unique<gateway_model>(sim_, *links_.back(), chance_of(options_.seed, entity::gateway, i)));
    gateways_.back()->begin(label_offset_);
  }
  heard_.assign(gateways_.size(), true);
  batches_.assign(gateways_.size(), nullptr);
  for (std::size_t i = 0; i < scenario_.streams.size(); ++i) {
    const auto& spec = scenario_.streams[i];
    const auto& at = scenario_.gateways[spec.gateway];
    streams_.push_back(std::make_unique<gateway_stream>(sim_, requests_, *devices_[spec.backend], *this, spec,
                                                        static_cast<std::uint32_t>(i), at.fixed));
    gateways_[spec.gateway]->add(*streams_.back());
    stream_at_.emplace(spec.id, i);
  }
  result_.commands.assign(
      streams_.size(),
      std::vector<std::uint32_t>(static_cast<std::size_t>(scenario_.length / std::chrono::seconds{1}) + 1));
  result_.throttle_bytes.assign(static_cast<std::size_t>(scenario_.length / std::chrono::seconds{1}) + 1, 0);
}

void world::build_clients() {
  for (std::size_t i = 0; i < scenario_.clients.size(); ++i) {
    const auto& spec = scenario_.clients[i];
    std::vector<gateway_stream*> its;
    for (const auto x : spec.streams)
      its.push_back(streams_[x].get());
    const auto who = static_cast<std::uint64_t>(entity::client) << 32 | i;
    clients_.push_back(std::make_unique<client>(sim_, requests_, static_cast<std::uint32_t>(i), spec, std::move(its),
                                                options_.seed, who));
    clients_.back()->begin();
  }
}

/// Percentiles need each latency, means do not.
void world::choose_what_is_kept() {
  for (const auto& x : scenario_.bars)
    if (x.statistic != latency_statistic::mean)
      for (const auto i : x.clients)
        clients_[i]->seen.keep_each();
}

outcome world::run() {
  sim_.run_until(scenario_.length);
  result_.seed = options_.seed;
  result_.controller = options_.kind->name;
  result_.length = scenario_.length;
  result_.hash = trace_.hash();
  result_.steps = sim_.steps();
  result_.violations = oracle_->violations();
  result_.violated = oracle_->count();
  count_unanswered(result_);
  for (auto& x : clients_)
    result_.clients.push_back(std::move(x->seen));
  return std::move(result_);
}

void world::count_unanswered(outcome& to) const {
  to.unanswered.assign(clients_.size(), duration::zero());
  for (const auto& x : requests_.all())
    if (x.live && !x.forgotten)
      to.unanswered[x.client] = std::max(to.unanswered[x.client], sim_.now() - x.asked);
}

void world::on_event(std::uint32_t what, std::uint32_t argument) {
  switch (what) {
  case tick:
    sim_.after(tick_length, *this, tick);
    return make_tick();
  case fault:
    return strike(scenario_.faults[argument]);
  case core_back:
    if (--core_down_ == 0) {
      controller_ = options_.kind->make(scenario_.policy);
      sim_.after(scenario_.terms_delay, *this, terms_due);
    }
    return;
  case terms_due:
  case application_server_back:
    if (what == application_server_back)
      --application_server_down_;
    if (core_down_ == 0 && application_server_down_ == 0)
      establish();
    return;
  case monitor_back:
    if (--monitor_down_ == 0)
      monitor_returns();
    return;
  case gateway_heard: // a monitor that was killed since has other gateways
    if (argument / gateways_.size() == monitor_life_) {
      heard_[argument % gateways_.size()] = true;
      send_in_force(argument % gateways_.size());
    }
    return;
  case order_ends:
    std::erase_if(orders_, [this](const standing_order& x) {
      return x.end <= sim_.now();
    });
    if (core_down_ == 0 && application_server_down_ == 0)
      establish();
    return;
  default:
    return;
  }
}

void world::establish() {
  established all{scenario_.agreements, {}, scenario_.document, {}};
  for (const auto& x : orders_)
    all.orders.push_back(x.what);
  for (const auto& x : scenario_.backends)
    all.devices.push_back(nameplate_of(x));
  controller_->establish(all, sim_.now(), label());
}

void world::make_tick() {
  if (core_down_ > 0) {
    oracle_->check({});
    return;
  }
  const auto out = controller_->tick(sim_.now(), label());
  result_.refused += out.refused;
  result_.verdicts.insert(result_.verdicts.end(), out.verdicts.begin(), out.verdicts.end());
  for (const auto& x : out.events) {
    trace_.happened(sim_.now(), x);
    result_.events.push_back({sim_.now(), x});
  }
  send(out);
  oracle_->check(out.backends);
}

void world::send(const controller_output& out) {
  const auto batch_of = [this](const stream_id& x) -> command_batch* {
    const auto at = stream_at_.find(x);
    if (at == stream_at_.end())
      return nullptr; // a stream that nonsense made up
    const auto gateway = scenario_.streams[at->second].gateway;
    if (monitor_down_ > 0 || !heard_[gateway])
      return nullptr;
    if (batches_[gateway] == nullptr)
      batches_[gateway] = &links_[gateway]->new_commands();
    return batches_[gateway];
  };
  auto& bytes = result_.throttle_bytes[static_cast<std::size_t>(sim_.now() / std::chrono::seconds{1})];
  for (const auto& x : out.throttles) {
    trace_.sent(sim_.now(), x);
    if (auto* to = batch_of(x.stream)) {
      to->throttles.push_back(x);
      bytes += wire_size(x);
    }
  }
  for (const auto& x : out.renewals) {
    trace_.sent(sim_.now(), x);
    if (auto* to = batch_of(x.stream)) {
      to->renewals.push_back(x);
      bytes += wire_size(x);
    }
  }
  for (std::size_t i = 0; i < batches_.size(); ++i)
    if (std::exchange(batches_[i], nullptr) != nullptr)
      links_[i]->send_commands();
}

void world::replied(request_number x) {
  const auto its = requests_[x];
  trace_.replied(sim_.now(), its.client, scenario_.clients[its.client].name, sim_.now() - its.asked, its.write,
                 its.bytes, its.offset);
  requests_.give_back(x);
  clients_[its.client]->replied(its);
}

void world::arrived(const sample_batch& x) {
  if (core_down_ > 0 || monitor_down_ > 0 || application_server_down_ > 0 || !heard_[x.gateway])
    return;
  for (const auto& its : x.samples)
    controller_->take(x.incarnation, its, sim_.now());
}

void world::arrived(const command_batch& x) {
  for (const auto& its : x.throttles) {
    const auto at = stream_at_.find(its.stream)->second;
    if (!streams_[at]->apply(its))
      continue;
    ++result_.commands[at][static_cast<std::size_t>(sim_.now() / std::chrono::seconds{1})];
    oracle_->applied(at, its);
    if (options_.keep_throttles)
      result_.throttles.push_back({sim_.now(), at, its.now, its.why.rule});
  }
  for (const auto& its : x.renewals) {
    const auto at = stream_at_.find(its.stream)->second;
    if (streams_[at]->renew(its.generation))
      oracle_->renewed(at);
  }
}

} // namespace sluice::sim
