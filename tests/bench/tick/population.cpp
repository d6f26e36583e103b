// The shapes.
#include "tests/bench/tick/population.hpp"

#include <cstdio>
#include <cstdlib>

namespace sluice::bench {

namespace {

std::string numbered(const char* format, std::size_t i) {
  char text[64];
  std::snprintf(text, sizeof text, format, i);
  return text;
}

} // namespace

const std::vector<shape>& shapes() {
  static const std::vector<shape> all{
      {"own", "each stream its own agreement, one backend", 1, 0, 1, false},
      {"mixed", "1,000 agreements, 10 backends", 10, 1000, 1, false},
      {"few", "100 agreements, 10 backends", 10, 100, 1, false},
      {"sparse", "1,000 agreements, 10 backends, 1 % heard of", 10, 1000, 0.01, false},
      {"none", "1,000 agreements, 10 backends, nobody heard of", 10, 1000, 0, false},
      {"contention", "each stream its own agreement, one backend, everybody in excess", 1, 0, 1, true},
      {"crowd", "100 agreements, 10 backends, everybody in excess", 10, 100, 1, true},
  };
  return all;
}

population::population(const shape& of, std::size_t streams) : shape_(of) {
  for (std::size_t i = 0; i < streams; ++i)
    ids_.push_back({numbered("gateway-%02zu.storage.example", i % gateways),
                    numbered("agreement-%06zu-volume", agreement_of(i)), numbered("client-%06zu.example", i)});
  for (std::size_t i = 0; i < shape_.backends; ++i)
    backends_.push_back(numbered("backend-%02zu.storage.example", i));
}

std::size_t population::agreement_of(std::size_t stream) const noexcept {
  // Not by the remainder alone: the streams of an agreement shall be on all gateways and backends.
  return shape_.agreements == 0 ? stream : (stream / (gateways * shape_.backends) + stream) % shape_.agreements;
}

std::vector<agreement> population::agreements() const {
  const auto count = shape_.agreements == 0 ? ids_.size() : shape_.agreements;
  std::vector<agreement> result(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto& x = result[i];
    x.name = numbered("agreement-%06zu-gold", i);
    x.tenant = numbered("tenant-%04zu", i % 97);
    x.version = 1;
    x.streams.volume = numbered("agreement-%06zu-volume", i);
    const auto its_streams = ids_.size() / count;
    x.objective.reservation = {500 * its_streams};
    x.objective.limit.iops = {4000 * its_streams};
    x.objective.weight = static_cast<std::uint32_t>(1 + i % 7);
    x.objective.tier = static_cast<tier>(i % 4);
    x.objective.latency = {{latency_statistic::mean, std::chrono::milliseconds{10}, {1000 * its_streams}}};
  }
  return result;
}

std::size_t population::index_of(const stream_id& id) const {
  return static_cast<std::size_t>(std::strtoull(id.client.c_str() + 7, nullptr, 10));
}

void population::measure(std::size_t stream, std::uint64_t tick, std::uint64_t generation, sample& to) const {
  using namespace std::chrono_literals;
  const auto noise = (stream * 2654435761u + tick * 40503u) >> 7;
  to.stream = ids_[stream];
  to.backend = backends_[stream / gateways % backends_.size()];
  to.sequence = tick;
  to.taken = {static_cast<std::int64_t>(1'700'000'000'000'000 + tick * 100'000)};
  to.interval = 100ms;
  to.completions = to.reads = (shape_.contention ? 80 : 49) + noise % 3;
  to.arrivals = to.completions + (shape_.contention ? 60 + noise % 4 : 0);
  to.read_bytes = to.reads * 4096;
  to.backlog = shape_.contention ? 60 : 0;
  to.in_flight = static_cast<std::uint32_t>(shape_.contention ? 4 + noise % 3 : 1 + noise % 2);
  to.mean_in_flight = shape_.contention ? 4.5 : 1.8;
  to.limited_by_depth = shape_.contention ? 80ms : 0ms;
  to.backend_latency.clear();
  to.total_latency.clear();
  for (std::uint64_t i = 0; i < 8; ++i) { // a few stand for all: what recording costs is the gateway's
    const auto latency = duration{static_cast<std::int64_t>(3'000'000 + 300'000 * ((noise + i) % 9))};
    to.backend_latency.record(latency);
    to.total_latency.record(latency + (shape_.contention ? 20ms : 0ms));
  }
  to.generation = generation;
  to.control = generation == 0 ? control_state::unlimited : control_state::throttled;
}

} // namespace sluice::bench
