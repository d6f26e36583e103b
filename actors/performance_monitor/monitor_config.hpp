// The options of sluice-performance-monitor. Values and their ranges; nothing is opened here.
#pragma once

#include "actors/performance_monitor/monitor.hpp"
#include "actors/runtime/server_process_config.hpp"
#include "actors/runtime/tcp_link.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice {

class monitor_config : public server_process_config {
public:
  monitor_config()
      : server_process_config(
          {"sluice-performance-monitor", "collects samples from the I/O gateways and delivers throttles to them"},
          "performance-monitor") {
    tcp_link::load(*this);
    opt_group{custom_options_, "performance-monitor"}
        .add(address, "address", "numeric address to listen on for gateways; plain TCP on the loopback alone")
        .add(port, "port", "TCP port to listen on for gateways; 0 = any free one")
        .add(allow_insecure, "allow-insecure", "listen on a remote address without TLS")
        .add(silence, "silence", "a gateway that sends no batch for so long counts as lost")
        .add(refresh, "refresh", "how often an unchanged throttle is repeated");
  }

  [[nodiscard]] std::vector<std::string> validate() const override {
    using namespace std::chrono_literals;
    auto found = server_process_config::validate();
    if (silence < 200ms || silence > 60s)
      found.emplace_back("performance-monitor.silence: expected 200ms to 60s");
    if (refresh < 100ms || refresh > 30s)
      found.emplace_back("performance-monitor.refresh: expected 100ms to 30s");
    const auto link = tcp_link::mistakes(*this, "performance-monitor.address", address, allow_insecure);
    found.insert(found.end(), link.begin(), link.end());
    return found;
  }

  void prepare() override {
    tcp_link::prepare(*this);
  }

  [[nodiscard]] monitor_options options() const {
    monitor_options x;
    x.registry.silence = silence;
    x.throttles.refresh = refresh;
    return x;
  }

  std::string address = "127.0.0.1";
  std::uint16_t port = 4747;
  bool allow_insecure = false;
  caf::timespan silence = registry_limits{}.silence;
  caf::timespan refresh = throttle_table_limits{}.refresh;
};

} // namespace sluice
