// A request on its way from a client through a gateway to a device and back, and the place where all of them live.
#pragma once

#include "actors/domain/units.hpp"

#include <cstdint>
#include <vector>

namespace sluice::sim {

/// Which request: a position in a pool. Reused after its end.
using request_number = std::uint32_t;

struct io_request {
  std::uint32_t client = 0;
  std::uint32_t slot = 0;   ///< the client's own: which phase it belongs to
  std::uint32_t stream = 0; ///< position in scenario::streams
  std::uint32_t place = 0;  ///< among those of its stream at the device
  std::uint32_t bytes = 0;
  std::uint64_t offset = 0;
  bool write = false;
  bool live = false;      ///< neither answered nor given up
  bool forgotten = false; ///< its gateway was restarted while it was at the device: nobody waits for this answer
  instant asked{0};
  instant received{0};
  instant submitted{0};
  duration service{0}; ///< device time that it took, jitter left out
};

class request_pool {
public:
  [[nodiscard]] request_number take() {
    if (free_.empty()) {
      free_.push_back(static_cast<request_number>(all_.size()));
      all_.emplace_back();
    }
    const auto x = free_.back();
    free_.pop_back();
    all_[x] = io_request{};
    all_[x].live = true;
    return x;
  }
  void give_back(request_number x) {
    all_[x].live = false;
    free_.push_back(x);
  }
  [[nodiscard]] io_request& operator[](request_number x) noexcept {
    return all_[x];
  }
  /// Those in use are `live`.
  [[nodiscard]] const std::vector<io_request>& all() const noexcept {
    return all_;
  }

private:
  std::vector<io_request> all_;
  std::vector<request_number> free_;
};

} // namespace sluice::sim
