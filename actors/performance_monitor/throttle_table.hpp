// The last throttle of each stream, whether its gateway has it, and when it is due again. Pure: delivers nothing, reads
// no clock.
#pragma once

#include "actors/domain/throttle.hpp"

#include <cstddef>
#include <map>
#include <optional>
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

/// What a gateway is to be sent: throttles, and renewals of those it has.
struct gateway_orders {
  std::vector<throttle> throttles;
  std::vector<renewal> renewals;
};

class throttle_table {
public:
  enum class kept {
    yes,
    held,  ///< the gateway has the very same: a renewal does
    older, ///< a younger generation is held: not to be delivered
    full,  ///< to be delivered, but nobody will repeat it
  };

  explicit throttle_table(throttle_table_limits limits) : limits_(limits) {}

  /// Keeps what the core just sent, as sent now.
  [[nodiscard]] kept keep(const throttle& x, instant now);

  /// The core says that a throttle still holds. Puts into `to` what the gateway is to be sent, as sent now: a renewal
  /// if it has the throttle or nothing is known of the stream, else the throttle. False if a younger generation is
  /// kept. An older one that is kept is forgotten, since the core no longer means it.
  /// @param renews whether the gateway knows renewals
  [[nodiscard]] bool prolong(const renewal& x, bool renews, instant now, gateway_orders& to);

  /// What was last sent to a gateway `refresh` ago or longer; it counts as sent now.
  /// @param renews whether the gateway knows renewals
  [[nodiscard]] gateway_orders due(std::string_view gateway, bool renews, instant now);

  /// All throttles of a gateway, for one that just registered and has none; they count as sent now.
  [[nodiscard]] std::vector<throttle> all(std::string_view gateway, instant now);

  /// The gateway took the throttle.
  void delivered(const renewal& x);

  /// The gateway holds generation `in_force`: an older one is not repeated.
  void superseded(const stream_id& stream, std::uint64_t in_force);

  /// The gateway does not hold what it was to renew: the throttle to send again, as sent now; nothing if it is not
  /// kept.
  [[nodiscard]] std::optional<throttle> missed(const renewal& x, instant now);

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
    instant said{0};   ///< by the core
    instant sent{0};   ///< to the gateway
    bool held = false; ///< the gateway took this generation since it registered
  };

  [[nodiscard]] entry* find(const stream_id& x);
  void forget(const stream_id& x);

  throttle_table_limits limits_;
  std::size_t count_ = 0;
  std::map<std::string, std::map<stream_id, entry>, std::less<>> gateways_;
};

} // namespace sluice
