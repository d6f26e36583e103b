// Binds and checks the options of sluice-gateway.
#include "gateways/control/gateway_config.hpp"

#include "actors/domain/stream.hpp"
#include "actors/runtime/tcp_link.hpp"
#include "gateways/control/listen_address.hpp"
#include "gateways/engine/engine.hpp"

#include <algorithm>

namespace sluice::gateway {

using namespace std::chrono_literals;

namespace {

template<class T>
void check_range(std::vector<std::string>& mistakes, std::string_view key, T value, T least, T most) {
  if (value >= least && value <= most)
    return;
  if constexpr (std::is_same_v<T, caf::timespan>)
    mistakes.push_back(std::string{key} + ": expected " + caf::to_string(caf::config_value{least}) + " to "
                       + caf::to_string(caf::config_value{most}));
  else
    mistakes.push_back(std::string{key} + ": expected " + std::to_string(least) + " to " + std::to_string(most));
}

} // namespace

gateway_config::gateway_config()
    : process_config({"sluice-gateway", "serves volumes over NBD, measures and throttles each stream"}) {
  tcp_link::load(*this);
  opt_group{custom_options_, "gateway"}
      .add(name, "name", "the gateway's name, different from every other gateway's")
      .add(listen, "listen", R"(where NBD clients connect: "127.0.0.1:10809", "[::1]:10809" or "unix:/path")")
      .add(shards, "shards", "threads on the data path; 0 = one per core")
      .add(io_engine, "io-engine", R"(for file I/O that would block: "auto", "io_uring" or "pool")")
      .add(pool_threads, "pool-threads", "threads for file I/O that would block")
      .add(max_poll, "max-poll",
           "how long a thread of the data path looks for the next request before it sleeps; 0s = not")
      .add(max_connections, "max-connections", "beyond it a new connection is closed at once")
      .add(max_client_connections, "max-client-connections", "the same for one client")
      .add(max_streams, "max-streams", "streams remembered, with and without a connection")
      .add(handshake_time, "handshake-time", "a client that has chosen no volume by then is dropped")
      .add(drain_time, "drain-time", "how long requests in flight may take when the gateway stops")
      .add(keep_stream, "keep-stream", "how long a stream without a connection is remembered");
  tls.add_to(custom_options_);
  opt_group{custom_options_, "control"}
      .add(server, "server", "address of the performance monitor; empty = run alone with the static limits")
      .add(port, "port", "TCP port of the performance monitor")
      .add(allow_insecure, "allow-insecure", "connect to a remote server without TLS")
      .add(sample_interval, "sample-interval", "how often samples are taken and sent");
  opt_group{custom_options_, "metrics"}.add(
      metrics_listen, "listen", R"(where GET /metrics is answered, such as "127.0.0.1:9109"; empty = nowhere)");
}

engine_config gateway_config::assemble(std::vector<std::string>& mistakes) const {
  engine_config x;
  x.name = name;
  x.shards = shards;
  x.pool_threads = pool_threads;
  x.max_poll = max_poll;
  if (io_engine == "io_uring")
    x.engine = gateway::io_engine::io_uring;
  else if (io_engine == "pool")
    x.engine = gateway::io_engine::pool;
  else if (io_engine != "auto")
    mistakes.push_back(R"(gateway.io-engine: expected "auto", "io_uring" or "pool", got )" + io_engine);
  x.max_connections = max_connections;
  x.max_client_connections = max_client_connections;
  x.max_streams = max_streams;
  x.handshake_time = handshake_time;
  x.drain_time = drain_time;
  x.keep_stream = keep_stream;
  for (const auto& text : listen) {
    if (auto address = parse_listen_address(text))
      x.listeners.push_back(std::move(*address));
    else
      mistakes.push_back("gateway.listen: expected " + std::string{listen_address_form} + ", got " + text);
  }
  x.backends = read_backends(content, mistakes);
  x.volumes = read_volumes(content, mistakes);
  x.groups = read_groups(content, mistakes);
  tls.apply(x, mistakes);
  return x;
}

std::vector<std::string> gateway_config::validate() const {
  std::vector<std::string> mistakes;
  if (!valid_name(name))
    mistakes.emplace_back("gateway.name: expected 1 to 255 of A-Z a-z 0-9 . _ : @ -");
  if (listen.empty())
    mistakes.emplace_back("gateway.listen: expected at least one address");
  check_range(mistakes, "gateway.shards", shards, 0u, 256u);
  check_range(mistakes, "gateway.pool-threads", pool_threads, 1u, 256u);
  check_range(mistakes, "gateway.max-poll", max_poll, caf::timespan{0}, caf::timespan{1ms});
  check_range(mistakes, "gateway.max-connections", max_connections, 1u, 65'536u);
  check_range(mistakes, "gateway.max-client-connections", max_client_connections, 1u, 65'536u);
  check_range(mistakes, "gateway.max-streams", max_streams, 1u, 65'536u);
  check_range(mistakes, "gateway.handshake-time", handshake_time, caf::timespan{100ms}, caf::timespan{600s});
  check_range(mistakes, "gateway.drain-time", drain_time, caf::timespan{0}, caf::timespan{600s});
  check_range(mistakes, "gateway.keep-stream", keep_stream, caf::timespan{1s}, caf::timespan{24h});
  check_range(mistakes, "control.sample-interval", sample_interval, caf::timespan{10ms}, caf::timespan{10s});
  if (!server.empty()) {
    const auto link = tcp_link::mistakes(*this, "control.server", server, allow_insecure);
    mistakes.insert(mistakes.end(), link.begin(), link.end());
    if (port == 0)
      mistakes.emplace_back("control.port: expected 1 to 65535");
  }
  if (!metrics_listen.empty() && !metrics())
    mistakes.push_back("metrics.listen: expected an address such as \"127.0.0.1:9109\" or \"[::1]:9109\", got "
                       + metrics_listen);
  const auto whole = assemble(mistakes);
  if (whole.volumes.empty() && mistakes.empty())
    mistakes.emplace_back("volume: expected at least one section [volume.NAME]");
  for (const auto& volume : whole.volumes)
    if (!volume.backend.empty()
        && std::none_of(whole.backends.begin(), whole.backends.end(), [&](const backend_config& x) {
             return x.name == volume.backend;
           }))
      mistakes.push_back("volume." + volume.name + ".backend: there is no section [backend." + volume.backend + "]");
  if (mistakes.empty())
    mistakes = check(whole);
  if (mistakes.empty() && check_only) // at a start the engine says it, as a missing resource
    if (auto problem = try_tls(whole); !problem.empty())
      mistakes.push_back("tls: " + problem);
  return mistakes;
}

std::optional<listener_config> gateway_config::metrics() const {
  auto where = parse_listen_address(metrics_listen);
  if (where && !where->unix_path.empty())
    where.reset();
  return where;
}

void gateway_config::prepare() {
  if (!server.empty())
    tcp_link::prepare(*this);
}

engine_config gateway_config::engine() const {
  std::vector<std::string> none;
  return assemble(none);
}

} // namespace sluice::gateway
