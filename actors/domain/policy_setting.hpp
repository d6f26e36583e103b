// The settings that a policy document may give, one row each: name, unit, range, and which number of the policy it
// sets. A new number of control_policy becomes configurable by a row in policy_setting.cpp and nothing else.
#pragma once

#include "actors/domain/policy.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sluice {

/// In what a setting's value is counted, in memory and on the wire; people write it as `parse_setting` reads it.
enum class setting_unit : std::uint8_t {
  mode,       ///< policy_mode
  tiers,      ///< tiers in the order in which they yield, four bits each from the lowest, tier + 1
  time,       ///< [ns]
  share,      ///< [parts per million]
  per_second, ///< [I/O per second]
  count,      ///< without a unit
};

/// What holds for one backend: how its loop controls, and what admission makes of it.
struct backend_policy {
  control_policy control;
  /// The most that may be promised on the backend, as a multiple of what it was measured to give. Chosen: promises are
  /// seldom all used at once.
  double oversubscription = 2;
};

struct policy_key {
  std::string_view name; ///< as in the document, for example `hysteresis.sticky`
  setting_unit unit;
  std::int64_t least;
  std::int64_t most;
  void (*set)(backend_policy&, std::int64_t);
};

/// All there are, in the order in which documents are written.
[[nodiscard]] std::span<const policy_key> policy_keys() noexcept;

/// Nothing if there is no such setting.
[[nodiscard]] const policy_key* find_policy_key(std::string_view name) noexcept;

/// Whether it is in range, and, of tiers, names each at most once.
[[nodiscard]] bool allows(const policy_key& x, std::int64_t value) noexcept;

/// From the text of a document: "2s", "65%", "50", "observe", "best-effort, bronze". Nothing if it is none or not
/// allowed.
[[nodiscard]] std::optional<std::int64_t> parse_setting(const policy_key& x, std::string_view text);

/// The exact value as parse_setting() reads it. @pre allowed
[[nodiscard]] std::string setting_text(const policy_key& x, std::int64_t value);

/// Completes the sentence "must be …".
[[nodiscard]] std::string expected_of(const policy_key& x);

} // namespace sluice
