// Who there is in a measurement: streams, backends and agreements of one shape, and what they do in a tick. Measures
// nothing.
#pragma once

#include "actors/domain/agreement.hpp"
#include "actors/domain/sample.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::bench {

/// How streams, agreements and backends belong together, and how much there is to do.
struct shape {
  std::string_view id;
  std::string_view summary;
  std::size_t backends = 1;
  std::size_t agreements = 0; ///< 0 = one for each stream
  double fresh = 1;           ///< share of the streams that are heard of in each measured tick
  bool contention = false;    ///< everybody asks for more than it was promised, and waits
};

[[nodiscard]] const std::vector<shape>& shapes();

inline constexpr std::size_t gateways = 16;

/// Names as long as real ones: 20 to 30 characters, which no string keeps inside.
class population {
public:
  population(const shape& of, std::size_t streams);

  [[nodiscard]] std::vector<agreement> agreements() const;
  [[nodiscard]] std::size_t size() const noexcept {
    return ids_.size();
  }

  /// Makes `to` what the gateway measured on a stream in a tick: about its promise, a little more or less by stream and
  /// tick; with contention far above it. @param generation that its gateway holds
  void measure(std::size_t stream, std::uint64_t tick, std::uint64_t generation, sample& to) const;

  /// Which stream a throttle is for. @pre it is of this population
  [[nodiscard]] std::size_t index_of(const stream_id& id) const;

private:
  [[nodiscard]] std::size_t agreement_of(std::size_t stream) const noexcept;
  shape shape_;
  std::vector<stream_id> ids_;
  std::vector<std::string> backends_;
};

} // namespace sluice::bench
