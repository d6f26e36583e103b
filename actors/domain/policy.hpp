// How the SLA core controls: the numbers that an operator may set. Holds no state and no decision.
#pragma once

#include "actors/domain/objective.hpp"
#include "actors/domain/tenant_share.hpp"
#include "actors/domain/units.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Whether a decision is carried out.
enum class policy_mode : std::uint8_t {
  enforce, ///< throttles are sent
  observe, ///< dry run: it is decided and said what would be throttled, and nobody is held back
};

[[nodiscard]] std::string_view to_string(policy_mode x) noexcept;
[[nodiscard]] std::optional<policy_mode> parse_policy_mode(std::string_view text) noexcept;

/// For each tier its turn to yield in a deficit: lower turns yield first, equal ones together and in proportion.
using yield_turns = std::array<std::uint8_t, 4>;

/// The policy of the control loop. Defaults: where no source is given, chosen; their sensitivity is seen in tests/sim.
struct control_policy {
  policy_mode mode = policy_mode::enforce;
  yield_turns turns{0, 1, 2, 3}; ///< who yields in a deficit: best effort first, gold last

  duration lease = std::chrono::seconds{2};         ///< of every throttle (design: a dead server frees the gateways)
  duration refresh = std::chrono::seconds{1};       ///< an unchanged throttle is repeated after so long: half the lease
  duration repeat = std::chrono::milliseconds{300}; ///< one that no sample acknowledged is repeated after so long

  /// The backend latency aimed at where nobody was promised one: just above the knee of the backend (knee.hpp), from
  /// `knee_least` to `knee`; equal ones fix it.
  duration knee = std::chrono::milliseconds{20};
  duration knee_least = std::chrono::milliseconds{10};
  double aim_mean = 0.65;       ///< a promised mean is aimed at this share of its target
  double aim_percentile = 0.35; ///< the mean aimed at for a promised percentile, as a share of the percentile's target
  rate best_effort_floor{50};   ///< what everybody gets, agreement or not [I/O per second]
  double best_effort_share = 0.2;    ///< of the capacity: what all these floors take together at most
  double best_effort_weight = 1;     ///< of all without an agreement together
  std::vector<tenant_share> tenants; ///< those without an entry weigh as much as their heaviest agreement

  duration sticky = std::chrono::seconds{2};  ///< who took too much counts as taking too much for so long
  duration active = std::chrono::seconds{5};  ///< an idle stream's latency promise is prepared for that long
  duration silent = std::chrono::seconds{1};  ///< without a sample for so long, a stream asks for nothing
  duration forget = std::chrono::seconds{10}; ///< without a sample for so long, a stream is gone
  duration deficit_after = std::chrono::milliseconds{500}; ///< promises above capacity for so long are a deficit
  duration deficit_over = std::chrono::seconds{2};         ///< and below it for so long end it

  double small_step = 0.05; ///< a throttle's values must change by this share to be sent (control.md), and then only
  duration between_small_steps = std::chrono::seconds{1}; ///< so long after the change before
  double large_step = 0.25; ///< this much is sent at once: a victim notices it within the time between small steps

  friend bool operator==(const control_policy&, const control_policy&) = default;
};

/// Empty if the loop can work with it; else one sentence that says what is wrong.
[[nodiscard]] std::string problem_with(const control_policy& x);

} // namespace sluice
