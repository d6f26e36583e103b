// The sample batches of the last seconds, as bytes, for a collector that comes anew. Pure: what the bytes say is the
// monitor's business, the time is handed in.
#pragma once

#include "actors/domain/sample_row.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sluice {

struct replay_limits {
  duration age = std::chrono::seconds{20};            ///< more than a collector needs to be started again
  std::size_t bytes = 128 * std::size_t{1024} * 1024; ///< 500 streams for 20 s, 400,000 samples of 0.3 KB
};

/// One batch as it came.
struct kept_batch {
  std::string gateway;
  instant came{0};
  wall_time newest; ///< label of its last sample
  std::shared_ptr<const std::vector<char>> bytes;
};

class replay_ring {
public:
  explicit replay_ring(replay_limits limits) : limits_(limits) {}

  /// Keeps a batch; the oldest ones go beyond the limits. A batch without samples is not kept.
  void put(kept_batch x) {
    bytes_ += x.bytes->size();
    const auto now = x.came;
    batches_.push_back(std::move(x));
    while (!batches_.empty() && (bytes_ > limits_.bytes || now - batches_.front().came > limits_.age))
      drop_oldest(now);
  }

  /// All that are kept, oldest first; what they hold is shared.
  [[nodiscard]] std::deque<kept_batch> all() const {
    return batches_;
  }

  /// Samples of this gateway of seconds before are not all there; zero = all are.
  [[nodiscard]] wall_time whole_from(const std::string& gateway) const {
    const auto found = whole_from_.find(gateway);
    return found == whole_from_.end() ? wall_time{} : found->second;
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    return bytes_;
  }
  /// Batches that went before their time for want of room.
  [[nodiscard]] std::uint64_t dropped() const noexcept {
    return dropped_;
  }

private:
  void drop_oldest(instant now) {
    const auto& oldest = batches_.front();
    const wall_time next{second_of(oldest.newest).unix_us + 1'000'000};
    auto& whole = whole_from_[oldest.gateway]; // at most as many as gateways were ever registered
    whole = std::max(whole, next);
    if (now - oldest.came <= limits_.age)
      ++dropped_;
    bytes_ -= oldest.bytes->size();
    batches_.pop_front();
  }

  replay_limits limits_;
  std::deque<kept_batch> batches_;
  std::map<std::string, wall_time> whole_from_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

} // namespace sluice
