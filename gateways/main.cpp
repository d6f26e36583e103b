// The process sluice-gateway: joins the data path with its configuration and with the control link.
#include "actors/runtime/incarnation.hpp"
#include "actors/runtime/log.hpp"
#include "actors/runtime/process.hpp"
#include "actors/runtime/tcp_link.hpp"
#include "gateways/control/control_link.hpp"
#include "gateways/control/gateway_config.hpp"
#include "gateways/engine/engine.hpp"
#include "gateways/metrics/metrics_server.hpp"
#include "gateways/metrics/metrics_text.hpp"

#include <caf/all.hpp>

#include <atomic>
#include <memory>
#include <optional>

namespace {

using namespace sluice;
using namespace sluice::gateway;

constexpr auto component = caf::atom("gateway");

gateway_info describe(const gateway_config& config) {
  gateway_info self;
  self.name = config.name;
  self.incarnation = draw_incarnation();
  self.version = SLUICE_VERSION;
  return self;
}

std::vector<volume_info> volumes_of(const engine& data) {
  std::vector<volume_info> result;
  for (const auto& x : data.volumes())
    result.push_back({x.name, x.backend, x.size_bytes, x.read_only});
  return result;
}

data_path path_of(engine& data, std::atomic<bool>& registered) {
  return {
      [&data](instant now, wall_time label) {
        return data.collect_samples(now, label);
      },
      [&data](const throttle& x) {
        return data.apply(x);
      },
      [&data](const renewal& x) {
        return data.renew(x);
      },
      [&data](const stream_id& x) {
        return data.generation(x);
      },
      [&data] {
        return volumes_of(data);
      },
      [&registered](bool x) { // RELAXED: a figure that stands for itself
        registered.store(x, std::memory_order_relaxed);
      },
  };
}

/// Metrics of an engine on a port of their own, until the end of its scope.
class metrics_port {
public:
  metrics_port(const listener_config& where, const engine& data, const std::string& gateway,
               const std::atomic<bool>& registered)
      : reader_(data, gateway), server_(where.address, where.port, [this, &registered] {
          return text_of(reader_.look(registered.load(std::memory_order_relaxed)));
        }) {
    if (const auto problem = server_.start(); !problem.empty())
      throw resource_missing{problem};
    log(log_events::listening, component, log_field{"subject", server_.uri()});
  }

private:
  metrics_reader reader_;
  metrics_server server_;
};

/// What was given on the command line.
struct arguments {
  int count;
  char** words;
};

/// SIGHUP: the configuration is read again as at the start, and what has changed is in force, or nothing at all and the
/// log says why. Whatever else is to be read again at that signal has its place here.
void reload(const gateway_config& running, arguments given, engine& data) {
  gateway_config next;
  auto mistakes = next.read(given.count, given.words);
  if (mistakes.empty())
    for (const auto& name : running.changed_options(next))
      mistakes.push_back(name + ": changed; needs a restart");
  const auto parts = mistakes.empty() ? next.engine() : engine_config{};
  const auto encrypts = parts.tls_mode != nbd::tls_mode::off;
  const auto add = [&mistakes](const std::string& problem) {
    if (!problem.empty())
      mistakes.push_back("tls: " + problem);
  };
  if (mistakes.empty() && encrypts)
    add(try_tls(parts)); // before anything else changes
  if (mistakes.empty())
    mistakes = data.reload(parts);
  if (mistakes.empty() && encrypts)
    add(data.reload_tls(parts.tls));
  for (const auto& x : mistakes)
    log(log_events::reload_refused, component, log_field{"reason", x});
  if (mistakes.empty())
    log(log_events::reloaded, component, log_field{"backends", data.backends().size()},
        log_field{"volumes", data.volumes().size()}, log_field{"groups", data.groups().size()});
}

void run(caf::actor_system& system, const gateway_config& config, arguments given, stop_signal& stop) {
  auto events = std::make_shared<event_buffer>();
  auto parts = config.engine();
  parts.observe = [events](const engine_event& x) {
    events->put(x);
  };
  engine data{std::move(parts)};
  if (const auto problem = data.start(); !problem.empty())
    throw resource_missing{problem};
  control_options options;
  options.self = describe(config);
  options.server = config.server;
  options.port = config.port;
  options.sample_interval = config.sample_interval;
  if (!config.server.empty())
    tcp_link::warn_if_insecure(config, config.server);
  std::atomic<bool> registered{false};
  std::optional<metrics_port> metrics;
  if (const auto where = config.metrics())
    metrics.emplace(*where, data, config.name, registered);
  caf::scoped_actor waiter{system};
  const auto link = system.spawn(control_link, options, path_of(data, registered), events, tcp_link::connector(system));
  for (const auto& uri : data.endpoints())
    log(log_events::ready, component, log_field{"process", config.identity().name}, log_field{"uri", uri},
        log_field{"gateway", config.name}, log_field{"volumes", data.volumes().size()});
  int number = stop.wait_or_hangup();
  for (; number == SIGHUP; number = stop.wait_or_hangup())
    reload(config, given, data);
  log(log_events::stopping, component, log_field{"process", config.identity().name}, log_field{"signal", number});
  metrics.reset();
  data.stop(); // requests in flight are answered, the last samples still go out
  waiter->send_exit(link, caf::exit_reason::user_shutdown);
  waiter->wait_for(link); // it refers to the engine
}

} // namespace

int main(int argc, char** argv) {
  gateway_config config;
  return run_process(argc, argv, config, [&](caf::actor_system& system, stop_signal& stop) {
    run(system, config, {argc, argv}, stop);
  });
}
