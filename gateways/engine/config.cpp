// Judges an engine's configuration.
#include "gateways/engine/config.hpp"

#include "actors/domain/stream.hpp"
#include "gateways/backend/backend.hpp"

#include <algorithm>
#include <set>

namespace sluice::gateway {

namespace {

constexpr std::uint32_t max_shards = 256;
constexpr std::uint32_t max_pool_threads = 256;
constexpr duration max_max_poll = std::chrono::milliseconds{1};
constexpr std::uint32_t max_upstream_connections = 64;

using sentences = std::vector<std::string>;

void check_backend(const backend_config& x, sentences& out) {
  const auto of = "backend " + x.name + ": ";
  if (!valid_name(x.name))
    out.push_back("backend name \"" + x.name + "\" is not valid");
  if (x.kind == backend_kind::file && x.path.empty())
    out.push_back(of + "a file needs a path");
  if (x.direct && x.kind != backend_kind::file)
    out.push_back(of + "direct I/O is for files");
  if (x.kind == backend_kind::nbd && x.uri.empty())
    out.push_back(of + "an NBD server needs a URI");
  if (x.kind == backend_kind::memory && (x.size_bytes == 0 || x.size_bytes > std::uint64_t{1} << 46))
    out.push_back(of + "memory needs a size up to 64 TiB");
  if (x.connections == 0 || x.connections > max_upstream_connections)
    out.push_back(of + "connections must be 1 to " + std::to_string(max_upstream_connections));
  if (x.patience < duration::zero())
    out.push_back(of + "patience is negative");
}

void check_volume(const volume_config& x, const std::set<std::string>& backends, sentences& out) {
  const auto of = "volume " + x.name + ": ";
  if (!valid_name(x.name))
    out.push_back("volume name \"" + x.name + "\" is not valid");
  if (!backends.contains(x.backend))
    out.push_back(of + "there is no backend " + x.backend);
  throttle probe; // the domain judges allowances as part of a throttle
  probe.stream = {"g", "v", "c"};
  probe.generation = 1;
  probe.lease = max_lease;
  probe.now = x.fixed;
  if (!problem_with(probe).empty())
    out.push_back(of + "the static limits are out of range");
  else if (auto problem = problem_with(limits_of(x.fixed, x.cost)); !problem.empty())
    out.push_back(of + problem);
  for (const auto* limits : {&x.reads, &x.writes})
    if (auto problem = problem_with(*limits); !problem.empty())
      out.push_back(of + problem);
  if (x.weight == 0 || x.weight > fair_share::max_weight)
    out.push_back(of + "the weight is not between 1 and " + std::to_string(fair_share::max_weight));
}

void check_listener(const listener_config& x, sentences& out) {
  if (!x.unix_path.empty() && x.unix_path.front() != '/')
    out.push_back("listener " + x.unix_path + ": the path of a Unix socket must be absolute");
  if (x.unix_path.empty() && x.address.empty())
    out.push_back("a listener has neither an address nor a path");
}

void check_tls(const engine_config& x, sentences& out) {
  const auto& from = x.tls;
  if (from.certificate.empty() != from.key.empty())
    out.push_back("TLS: a certificate and a key go together");
  if (!from.client_ca.empty() && from.certificate.empty())
    out.push_back("TLS: clients' certificates need a certificate of the gateway's own");
  if (x.tls_mode != nbd::tls_mode::off && from.certificate.empty() && from.psk.empty())
    out.push_back("TLS needs a certificate or pre-shared keys");
}

} // namespace

std::vector<std::string> check(const engine_config& x) {
  sentences out;
  if (!valid_name(x.name))
    out.push_back("gateway name \"" + x.name + "\" is not valid");
  if (x.listeners.empty())
    out.push_back("there is no listener");
  for (const auto& l : x.listeners)
    check_listener(l, out);
  check_tls(x, out);
  std::set<std::string> backends;
  for (const auto& b : x.backends) {
    check_backend(b, out);
    if (!backends.insert(b.name).second)
      out.push_back("backend " + b.name + " is there twice");
  }
  std::set<std::string> volumes;
  for (const auto& v : x.volumes) {
    check_volume(v, backends, out);
    if (!volumes.insert(v.name).second)
      out.push_back("volume " + v.name + " is there twice");
  }
  const auto groups = check(x.groups);
  out.insert(out.end(), groups.begin(), groups.end());
  if (x.volumes.empty())
    out.push_back("there is no volume");
  if (x.shards > max_shards)
    out.push_back("shards must be at most " + std::to_string(max_shards));
  if (x.pool_threads == 0 || x.pool_threads > max_pool_threads)
    out.push_back("pool threads must be 1 to " + std::to_string(max_pool_threads));
  if (x.max_poll < duration::zero() || x.max_poll > max_max_poll)
    out.push_back("a shard looks for events for at most 1 ms before it sleeps");
  if (x.max_connections == 0 || x.max_client_connections == 0 || x.max_streams == 0)
    out.push_back("a bound on connections or streams is 0");
  if (x.handshake_time <= duration::zero() || x.drain_time < duration::zero() || x.keep_stream < duration::zero())
    out.push_back("a time is negative, or the handshake has none");
  return out;
}

std::string_view to_string(engine_event::kind x) noexcept {
  switch (x) {
  case engine_event::kind::listening:
    return "listening";
  case engine_event::kind::client_connected:
    return "client-connected";
  case engine_event::kind::client_disconnected:
    return "client-disconnected";
  case engine_event::kind::client_refused:
    return "client-refused";
  case engine_event::kind::upstream_lost:
    return "upstream-lost";
  case engine_event::kind::upstream_back:
    return "upstream-back";
  case engine_event::kind::lease_expired:
    return "lease-expired";
  case engine_event::kind::io_engine:
    return "io-engine";
  case engine_event::kind::throttle_changed:
    return "throttle-changed";
  case engine_event::kind::group_changed:
    return "group-changed";
  }
  return "invalid";
}

} // namespace sluice::gateway
