// What the shards of one engine share. Written before they start, except for what is atomic or has a lock.
#pragma once

#include "gateways/backend/io_ring.hpp"
#include "gateways/engine/config.hpp"
#include "gateways/engine/registry.hpp"
#include "gateways/engine/volume.hpp"
#include "gateways/tls/credentials.hpp"

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
  std::vector<std::unique_ptr<io_ring>> rings;    ///< one per shard, or none
  std::vector<std::unique_ptr<backend>> storages; ///< as in config.backends
  std::vector<volume> volumes;
  volume_directory directory;
  std::unique_ptr<registry> streams;
  tls::current_credentials credentials; ///< empty if TLS is off
  std::vector<std::unique_ptr<shard>> shards;
  /// Relaxed: a count for a bound, no other memory depends on it.
  std::atomic<std::uint32_t> connections{0};

  /// Tells the observer; any thread.
  void report(const engine_event& x) {
    if (!config.observe)
      return;
    const std::lock_guard lock{report_mutex_};
    config.observe(x);
  }

private:
  std::mutex report_mutex_;
};

} // namespace sluice::gateway
