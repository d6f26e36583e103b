// What the shards of one engine share. What they look at is settled before they start, is atomic or has a lock.
#pragma once

#include "gateways/backend/io_ring.hpp"
#include "gateways/engine/config.hpp"
#include "gateways/engine/registry.hpp"
#include "gateways/engine/served.hpp"
#include "gateways/tls/credentials.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace sluice::gateway {

class shard;

struct engine_core {
  explicit engine_core(engine_config x);
  ~engine_core(); // where a shard is a complete type

  const engine_config config;
  std::unique_ptr<io_pool> pool;
  std::vector<std::unique_ptr<io_ring>> rings; ///< one per shard, or none
  backend_list storages;                       ///< those of the volumes; shards know them by their volumes only
  backend_list retired;                        ///< no longer served, but with connections that go on
  std::unique_ptr<registry> streams;
  tls::current_credentials credentials; ///< empty if TLS is off
  std::vector<std::unique_ptr<shard>> shards;
  /// Relaxed: a count for a bound, no other memory depends on it.
  std::atomic<std::uint32_t> connections{0};
  /// By kind. Relaxed: each stands for itself.
  std::array<std::atomic<std::uint64_t>, engine_event::kinds> events{};

  /// Tells the observer; any thread.
  void report(const engine_event& x) {
    events[static_cast<std::size_t>(x.what)].fetch_add(1, std::memory_order_relaxed);
    if (!config.observe)
      return;
    const std::lock_guard lock{report_mutex_};
    config.observe(x);
  }

private:
  std::mutex report_mutex_;
};

} // namespace sluice::gateway
