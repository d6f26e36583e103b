// Who asks for I/O: open Poisson arrivals or a closed loop at a depth, each in phases, with what they experienced.
#pragma once

#include "tests/sim/gateway.hpp"

#include <vector>

namespace sluice::sim {

/// What one client saw, in bins of 100 ms by the time of the reply.
class experience {
public:
  static constexpr duration bin = std::chrono::milliseconds{100};
  void record(instant now, duration latency);
  /// Replies per second in [from, to).
  [[nodiscard]] double rate(double from, double to) const;
  /// Mean latency [ms] in [from, to); 0 without replies.
  [[nodiscard]] double mean_ms(double from, double to) const;
  /// Share of the seconds of [from, to) in which the mean was at most `target_ms`.
  [[nodiscard]] double kept(double from, double to, double target_ms) const;
  /// Least replies per second in any second of [from, to), whole bins.
  [[nodiscard]] double least_rate(double from, double to) const;
  /// Longest latency at all [ms].
  double longest_ms = 0;

private:
  struct row {
    std::uint64_t count = 0;
    double sum_ms = 0;
  };
  [[nodiscard]] row sum(double from, double to) const;
  std::vector<row> rows_;
};

class client {
public:
  client(simulation& sim, gateway_stream& gate, std::uint64_t seed, std::uint64_t entity)
      : sim_(sim), gate_(gate), chance_(seed, entity) {}

  /// Open loop: Poisson arrivals at `iops` in [from, to), whatever the replies do.
  void open(double iops, double from, double to);
  /// Closed loop: keeps `depth` requests outstanding in [from, to).
  void closed(int depth, double from, double to);

  experience seen;
  [[nodiscard]] gateway_stream& gate() noexcept {
    return gate_;
  }

private:
  void issue();
  void arrive(double iops, instant end);
  void loop(instant end);

  simulation& sim_;
  gateway_stream& gate_;
  chance chance_;
};

} // namespace sluice::sim
