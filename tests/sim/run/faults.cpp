// What goes wrong in a world, and how it comes back.
#include "tests/sim/run/world.hpp"

#include <algorithm>

namespace sluice::sim {

namespace {

/// For so long after something was killed, cut or changed the oracle does not judge figures: samples must arrive, a
/// lease may have to run out.
constexpr duration settling = std::chrono::seconds{3};

} // namespace

void world::strike(const fault_spec& x) {
  switch (x.kind) {
  case fault_kind::restart_core:
    ++core_down_;
    sim_.after(x.length, *this, core_back);
    return oracle_->disturbed(x.length + settling);
  case fault_kind::restart_monitor:
    ++monitor_down_;
    ++monitor_life_;
    std::fill(heard_.begin(), heard_.end(), false);
    sim_.after(x.length, *this, monitor_back);
    return oracle_->disturbed(x.length + settling);
  case fault_kind::restart_application_server:
    ++application_server_down_;
    sim_.after(x.length, *this, application_server_back);
    return oracle_->disturbed(x.length + settling);
  case fault_kind::restart_gateway:
    gateways_[x.which]->restart(x.length);
    for (std::size_t i = 0; i < streams_.size(); ++i)
      if (scenario_.streams[i].gateway == x.which)
        oracle_->forgot(i);
    return oracle_->disturbed(x.length + settling);
  case fault_kind::speed:
    devices_[x.which]->set_speed(x.share);
    return oracle_->disturbed(settling);
  case fault_kind::stall:
    devices_[x.which]->stall(x.length);
    return oracle_->disturbed(x.length + settling);
  case fault_kind::partition:
    links_[x.which]->cut(x.length);
    return oracle_->disturbed(x.length + settling);
  case fault_kind::clock:
    if (options_.clock_steps)
      label_offset_ += x.length;
    return;
  case fault_kind::nonsense:
    gateways_[x.which]->talk_nonsense(x.length, x.share);
    return oracle_->disturbed(x.length + settling);
  case fault_kind::order:
    orders_.push_back({sim_.now() + x.length,
                       {scenario_.streams[x.which].id,
                        x.iops,
                        {},
                        "operator",
                        "scenario",
                        label(),
                        {label().unix_us + x.length.count() / 1000}}});
    if (core_down_ == 0 && application_server_down_ == 0)
      establish();
    sim_.after(x.length, *this, order_ends);
    return oracle_->disturbed(x.length + settling);
  }
}

/// The gateways find it again within a second, as they try once a second; what is in force goes to each of them then.
void world::monitor_returns() {
  for (std::size_t i = 0; i < gateways_.size(); ++i)
    sim_.after(luck_.between(duration::zero(), std::chrono::seconds{1}), *this, gateway_heard,
               static_cast<std::uint32_t>(monitor_life_ * gateways_.size() + i));
}

void world::send_in_force(std::size_t gateway) {
  if (core_down_ > 0)
    return;
  command_batch* batch = nullptr;
  for (auto& x : controller_->in_force()) {
    const auto at = stream_at_.find(x.stream);
    if (at == stream_at_.end() || scenario_.streams[at->second].gateway != gateway)
      continue;
    if (batch == nullptr)
      batch = &links_[gateway]->new_commands();
    trace_.sent(sim_.now(), x);
    batch->throttles.push_back(std::move(x));
  }
  if (batch != nullptr)
    links_[gateway]->send_commands();
}

} // namespace sluice::sim
