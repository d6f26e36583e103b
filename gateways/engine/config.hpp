// What an engine is made of: listeners, backends, volumes and bounds, as plain values. Reads no file and opens nothing.
#pragma once

#include "actors/domain/throttle.hpp"
#include "actors/domain/units.hpp"
#include "gateways/engine/group_config.hpp"
#include "gateways/nbd/export_info.hpp"
#include "gateways/tls/files.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::gateway {

/// Who does file I/O that would block.
enum class io_engine : std::uint8_t {
  automatic, ///< io_uring where the kernel gives it, else the pool
  io_uring,  ///< refuses to start without it
  pool,
};

enum class backend_kind : std::uint8_t {
  file,   ///< a regular file or a block device
  memory, ///< an anonymous file, lost when the engine stops
  nbd,    ///< another NBD server
};

/// The storage that streams contend for.
struct backend_config {
  std::string name;
  backend_kind kind = backend_kind::memory;
  std::string path;              ///< file: its path
  bool direct = false;           ///< file: past the page cache; clients must keep to the device's blocks
  std::string uri;               ///< nbd: for example nbd://host:10809/export or nbd+unix:///export?socket=/path
  std::uint64_t size_bytes = 0;  ///< memory: its size; otherwise ignored, the storage says it
  std::uint32_t connections = 1; ///< nbd: how many; more than one only if the upstream server allows it
  bool read_only = false;        ///< file: opened for reading alone
  /// nbd: how long a request waits for a lost upstream server before it fails with EIO.
  duration patience = std::chrono::seconds{5};

  friend bool operator==(const backend_config&, const backend_config&) = default;
};

/// What is exported: a backend, or a slice of one.
struct volume_config {
  std::string name; ///< the NBD export name
  std::string backend;
  std::uint64_t offset_bytes = 0;
  std::uint64_t size_bytes = 0; ///< 0 = up to the end of the backend
  bool read_only = false;
  allowance fixed; ///< static limits, for each stream, until the first throttle arrives

  // These hold for each stream by itself whatever its throttle says.
  cost_curve cost;          ///< what its requests cost under static limits and throttles
  io_limits reads;          ///< of its reads alone
  io_limits writes;         ///< of everything else alone
  std::uint32_t weight = 1; ///< its share in its group, beside the other contenders there

  friend bool operator==(const volume_config&, const volume_config&) = default;
};

/// Where clients connect: TCP if `unix_path` is empty.
struct listener_config {
  std::string address = "127.0.0.1"; ///< a numeric address; "::" or "0.0.0.0" for all
  std::uint16_t port = 10809;        ///< 0 = any free one, see engine::endpoints()
  std::string unix_path;             ///< absolute; a stale socket there is replaced
};

/// Something worth a log line. None is sent per request.
struct engine_event {
  enum class kind : std::uint8_t {
    listening,
    client_connected,    ///< a client chose a volume
    client_disconnected, ///< with the reason
    client_refused,      ///< limit, time-out or garbage before a volume was chosen
    upstream_lost,
    upstream_back,
    lease_expired,    ///< the envelope is in force from now on
    io_engine,        ///< at start: which one runs (the subject) and why
    throttle_changed, ///< something else is in force for a stream than before; no mere refresh
    group_changed,    ///< a group was added, removed or has other limits
  };
  static constexpr std::size_t kinds = static_cast<std::size_t>(kind::group_changed) + 1;
  kind what;
  std::string subject; ///< the stream, the peer, the backend or the address
  std::string detail;  ///< `name=value` pairs
};

/// The event's name as it stands in logs: kebab-case.
[[nodiscard]] std::string_view to_string(engine_event::kind x) noexcept;

struct engine_config {
  std::string name = "gateway"; ///< the gateway's name in every stream
  std::vector<listener_config> listeners;
  std::vector<backend_config> backends;
  std::vector<volume_config> volumes;
  std::vector<group_config> groups; ///< limits that streams share
  nbd::tls_mode tls_mode = nbd::tls_mode::off;
  tls::files tls; ///< for `allowed` and `required`

  std::uint32_t shards = 0;                ///< threads on the data path; 0 = one per core
  io_engine engine = io_engine::automatic; ///< for file I/O that would block
  std::uint32_t pool_threads = 8;          ///< for file I/O that would block
  /// How long a shard looks for the next event before it sleeps, at most; less, down to nothing, where that does not
  /// pay. Without effect on one processor. Chosen: about twice the round trip of a small request on one host.
  duration max_poll = std::chrono::microseconds{50};
  std::uint32_t max_connections = 1024;       ///< beyond it a new one is closed at once
  std::uint32_t max_client_connections = 256; ///< of one client, likewise
  std::uint32_t max_streams = 4096;           ///< with and without a connection; then the longest unused is forgotten
  duration handshake_time = std::chrono::seconds{10}; ///< then a client that has chosen no volume is dropped
  duration drain_time = std::chrono::seconds{5};      ///< how long stop() waits for requests in flight
  duration keep_stream = std::chrono::seconds{60};    ///< how long a stream without a connection is remembered

  /// Called from the engine's threads, one at a time; must not block for long nor call the engine. May be empty.
  std::function<void(const engine_event&)> observe;
};

/// Everything that is wrong with a configuration without opening anything: one sentence each; empty if nothing is.
[[nodiscard]] std::vector<std::string> check(const engine_config& x);

} // namespace sluice::gateway
