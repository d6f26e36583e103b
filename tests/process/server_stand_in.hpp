// Stands in for the application server or the SLA core beside a real performance monitor: joins its shared memory in
// the test's process and keeps what it is sent.
#pragma once

#include "actors/protocol/interfaces.hpp"
#include "actors/runtime/server_process_config.hpp"
#include "shm/transport/finder.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace sluice::test {

/// Polls until `condition` holds; false if it does not within `patience`.
template<class Condition>
bool eventually(Condition condition, std::chrono::milliseconds patience = std::chrono::seconds{10}) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return true;
}

/// What came from the performance monitor. Thread safe.
class inbox_record {
public:
  void add(const gateway_info& x) {
    const std::lock_guard guard{mutex_};
    gateways_.push_back(x);
  }
  void add(const sample_batch& x) {
    const std::lock_guard guard{mutex_};
    ++batches_;
    if (!x.samples.empty())
      last_sample_ = x.samples.back();
    incarnation_ = x.incarnation;
  }
  void set_monitor(const caf::strong_actor_ptr& x) {
    const std::lock_guard guard{mutex_};
    monitor_ = caf::actor_cast<performance_monitor_actor>(x);
  }

  /// The last thing said about the gateway.
  [[nodiscard]] std::optional<gateway_info> gateway(const std::string& name) const {
    const std::lock_guard guard{mutex_};
    for (auto i = gateways_.rbegin(); i != gateways_.rend(); ++i)
      if (i->name == name)
        return *i;
    return std::nullopt;
  }
  [[nodiscard]] bool connected(const std::string& name) const {
    const auto x = gateway(name);
    return x && x->connected;
  }
  [[nodiscard]] std::size_t gateways_told() const {
    const std::lock_guard guard{mutex_};
    return gateways_.size();
  }
  [[nodiscard]] std::uint64_t batches() const {
    const std::lock_guard guard{mutex_};
    return batches_;
  }
  [[nodiscard]] sample last_sample() const {
    const std::lock_guard guard{mutex_};
    return last_sample_;
  }
  [[nodiscard]] std::uint64_t incarnation() const {
    const std::lock_guard guard{mutex_};
    return incarnation_;
  }
  [[nodiscard]] performance_monitor_actor monitor() const {
    const std::lock_guard guard{mutex_};
    return monitor_;
  }

private:
  mutable std::mutex mutex_;
  std::vector<gateway_info> gateways_;
  std::uint64_t batches_ = 0;
  sample last_sample_;
  std::uint64_t incarnation_ = 0;
  performance_monitor_actor monitor_;
};

struct stand_in_config : server_process_config {
  stand_in_config(std::string_view own_role, const std::string& directory_)
      : server_process_config({"test", "stands in"}, own_role) {
    directory = directory_;
    set("logger.console-verbosity", caf::atom("quiet"));
    load<caf::io::middleman>(); // as in a process of its own, nodes need ids
  }
};

application_server_actor::behavior_type stand_in_collector(application_server_actor::pointer, inbox_record* record);
sla_core_actor::behavior_type stand_in_core(sla_core_actor::pointer, inbox_record* record);

/// A running stand-in. Ends its actors and leaves the segment when it is destroyed.
class stand_in {
public:
  stand_in(std::string_view role, const std::string& directory) : config_(role, directory), system_(config_) {
    const bool core = role == "sla-core";
    actor_ = core ? caf::actor_cast<caf::strong_actor_ptr>(system_.spawn(stand_in_core, &record))
                  : caf::actor_cast<caf::strong_actor_ptr>(system_.spawn(stand_in_collector, &record));
    shm::transport_of(system_).publish(core ? sla_core_name : application_server_name, actor_);
    shm::spawn_finder<performance_monitor_actor>(system_, "performance-monitor", performance_monitor_name,
                                                 caf::actor_cast<caf::actor>(actor_));
  }
  ~stand_in() {
    caf::anon_send_exit(caf::actor_cast<caf::actor>(actor_), caf::exit_reason::user_shutdown);
    actor_ = nullptr;
  }
  stand_in(const stand_in&) = delete;
  stand_in& operator=(const stand_in&) = delete;

  /// Sends throttles as the core would; false if the monitor was not found.
  bool order(std::vector<throttle> throttles) {
    const auto monitor = record.monitor();
    if (!monitor)
      return false;
    caf::anon_send(monitor, throttle_batch{std::move(throttles)});
    return true;
  }

  inbox_record record;

private:
  stand_in_config config_;
  caf::actor_system system_;
  caf::strong_actor_ptr actor_;
};

inline application_server_actor::behavior_type stand_in_collector(application_server_actor::pointer,
                                                                  inbox_record* record) {
  return {[record](const sample_batch& x) {
            record->add(x);
          },
          [record](const gateway_info& x) {
            record->add(x);
          },
          [](const sample_replay& x) {
            return std::uint64_t{x.samples.samples.size()};
          },
          [](const core_report&) {},
          [record](peer_up_atom, const std::string&, const caf::strong_actor_ptr& x) {
            record->set_monitor(x);
          },
          [record](peer_down_atom, const std::string&, const caf::error&) {
            record->set_monitor(nullptr);
          }};
}

inline sla_core_actor::behavior_type stand_in_core(sla_core_actor::pointer, inbox_record* record) {
  return {[record](const sample_batch& x) {
            record->add(x);
          },
          [record](const gateway_info& x) {
            record->add(x);
          },
          [](const terms&) {
            return std::uint64_t{0};
          },
          [record](peer_up_atom, const std::string&, const caf::strong_actor_ptr& x) {
            record->set_monitor(x);
          },
          [record](peer_down_atom, const std::string&, const caf::error&) {
            record->set_monitor(nullptr);
          }};
}

} // namespace sluice::test
