// The last throttle of each stream and when it is due again. Pure: delivers nothing, reads no clock.
#pragma once

#include "actors/domain/throttle.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

struct throttle_table_limits {
  std::size_t throttles = 65'536;             ///< beyond it a throttle is delivered but not kept
  duration refresh = std::chrono::seconds{1}; ///< half the usual lease of 2 s
  duration forget =
      std::chrono::seconds{10}; ///< the core repeats itself every second; silent for so long, it forgot a stream
};

class throttle_table {
public:
  enum class kept {
    yes,
    older, ///< a younger generation is held: not to be delivered
    full,  ///< to be delivered, but nobody will repeat it
  };

  explicit throttle_table(throttle_table_limits limits) : limits_(limits) {}

  /// Keeps what the core just sent, as sent now.
  [[nodiscard]] kept keep(const throttle& x, instant now);

  /// The throttles of a gateway that were last sent `refresh` ago or longer; they count as sent now.
  [[nodiscard]] std::vector<throttle> due(std::string_view gateway, instant now);

  /// All throttles of a gateway, for one that just registered; they count as sent now.
  [[nodiscard]] std::vector<throttle> all(std::string_view gateway, instant now);

  /// The gateway holds generation `in_force`: an older one is not repeated.
  void superseded(const stream_id& stream, std::uint64_t in_force);

  /// Forgets the streams that the core no longer speaks of.
  void expire(instant now);

  /// The core is gone.
  void clear();

  [[nodiscard]] std::size_t size() const noexcept {
    return count_;
  }

private:
  struct entry {
    throttle last;
    instant said{0}; ///< by the core
    instant sent{0}; ///< to the gateway
  };

  [[nodiscard]] std::vector<throttle> older_than(std::string_view gateway, instant now, duration age);

  throttle_table_limits limits_;
  std::size_t count_ = 0;
  std::map<std::string, std::map<stream_id, entry>, std::less<>> gateways_;
};

} // namespace sluice
