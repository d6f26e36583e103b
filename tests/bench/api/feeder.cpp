// Stands in for the performance monitor: tells the application server of gateways and sends it samples of many streams
// through shared memory until it is told to end. Says `feeding` once the first round is sent.
//
//   sluice-bench-api DIRECTORY STREAMS PERIOD_MS
#include "actors/protocol/interfaces.hpp"
#include "actors/runtime/server_process_config.hpp"
#include "shm/transport/finder.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <caf/all.hpp>

namespace {

using namespace sluice;
using namespace std::chrono_literals;

constexpr std::size_t streams_per_gateway = 100;
constexpr std::size_t volumes_per_gateway = 10;
constexpr std::size_t histograms = 32; ///< different ones

struct feeder_config : server_process_config {
  explicit feeder_config(const std::string& place)
      : server_process_config({"sluice-bench-api", "feeds the application server"}, "performance-monitor") {
    directory = place;
    set("logger.console-verbosity", caf::atom("quiet"));
  }
};

struct task {
  std::size_t streams = 0;
  std::chrono::milliseconds period{0};
};

struct feeder_state {
  task what;
  application_server_actor server;
  std::array<latency_histogram, histograms> pool;
  std::uint64_t round = 0;
};

using feeder_actor = caf::stateful_actor<feeder_state>;

std::string gateway_of(std::size_t stream) {
  return "gateway" + std::to_string(stream / streams_per_gateway);
}

std::string volume_of(std::size_t stream) {
  return "volume" + std::to_string(stream % volumes_per_gateway);
}

wall_time now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return wall_time{std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

void fill_pool(feeder_state& s) {
  std::mt19937 chance{1};
  std::lognormal_distribution<double> latency{13.8, 0.5}; // about 1 ms
  for (auto& x : s.pool)
    for (int i = 0; i < 20; ++i)
      x.record(duration{static_cast<std::int64_t>(latency(chance))});
}

sample sample_of(const feeder_state& s, std::size_t stream, wall_time taken) {
  sample x;
  x.stream = {gateway_of(stream), volume_of(stream), "client" + std::to_string(stream)};
  x.backend = "array" + std::to_string(stream % 4);
  x.sequence = s.round;
  x.taken = taken;
  x.interval = s.what.period;
  const auto mix = stream * 7919 + s.round;
  x.arrivals = x.completions = 20;
  x.reads = 14;
  x.writes = 6;
  x.read_bytes = 14 * 8192;
  x.write_bytes = 6 * 8192;
  x.mean_in_flight = 1.5;
  x.total_latency = s.pool[mix % histograms];
  x.backend_latency = s.pool[mix % histograms];
  return x;
}

void describe_gateways(feeder_actor* self) {
  auto& s = self->state;
  for (std::size_t first = 0; first < s.what.streams; first += streams_per_gateway) {
    gateway_info x;
    x.name = gateway_of(first);
    x.incarnation = 1;
    x.version = "0.1.0";
    for (std::size_t i = 0; i < volumes_per_gateway; ++i)
      x.volumes.push_back({volume_of(i), "array" + std::to_string(i % 4), 1ull << 40, false});
    x.connected = true;
    x.last_heard = now();
    self->send(s.server, x);
  }
}

void feed(feeder_actor* self) {
  auto& s = self->state;
  ++s.round;
  const auto taken = now();
  for (std::size_t first = 0; first < s.what.streams; first += streams_per_gateway) {
    sample_batch x{gateway_of(first), 1, s.round, {}};
    const auto end = std::min(first + streams_per_gateway, s.what.streams);
    for (auto stream = first; stream < end; ++stream)
      x.samples.push_back(sample_of(s, stream, taken));
    self->send(s.server, std::move(x));
  }
  if (s.round == 1) {
    std::puts("feeding");
    std::fflush(stdout);
  }
}

caf::behavior feeder(feeder_actor* self, task what) {
  self->state.what = what;
  fill_pool(self->state);
  return {
      [self](peer_up_atom, const std::string&, const caf::strong_actor_ptr& who) {
        self->state.server = caf::actor_cast<application_server_actor>(who);
        describe_gateways(self);
        self->send(self, tick_atom::value);
      },
      [self](peer_down_atom, const std::string&, const caf::error&) {
        self->quit();
      },
      [self](tick_atom) {
        self->delayed_send(self, self->state.what.period, tick_atom::value);
        feed(self);
      },
  };
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: sluice-bench-api DIRECTORY STREAMS PERIOD_MS\n");
    return 2;
  }
  task what;
  what.streams = std::strtoull(argv[2], nullptr, 10);
  what.period = std::chrono::milliseconds{std::strtoll(argv[3], nullptr, 10)};
  feeder_config config{argv[1]};
  caf::actor_system system{config};
  const auto self = system.spawn(feeder, what);
  shm::spawn_finder<application_server_actor>(system, "application-server", application_server_name,
                                              caf::actor_cast<caf::strong_actor_ptr>(self));
  system.await_all_actors_done(); // until the server is gone, or a signal
  return 0;
}
