// What every controller to compare with keeps of the streams: whose they are, what was measured, what they were told.
// Decides nothing.
#pragma once

#include "actors/domain/promise.hpp"
#include "tests/sim/controller.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice::sim {

/// One stream. Rates per second, times in seconds, over the samples since the tick before.
struct ledger_stream {
  stream_id id;
  std::size_t party = 0;
  bool fresh = false; ///< a sample came since the tick before; else the figures are older
  double arrivals = 0;
  double completions = 0;
  double latency = 0; ///< mean of the backend, without waiting at the gateway; 0 = nothing was served
  double backlog = 0;
  bool obeys = false;            ///< what it was told last was in force when the latest sample was taken
  std::optional<allowance> told; ///< what the controller wants for it; nothing = never spoken of

private:
  friend class ledger;
  std::string backend_;
  instant heard_{0};
  std::uint64_t incarnation_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t acknowledged_ = 0; ///< generation
  throttle sent_;                  ///< generation 0 = nothing was sent
  instant sent_at_{0};
  duration length_{0};
  std::uint64_t arrived_ = 0;
  std::uint64_t served_ = 0;
  std::uint64_t timed_ = 0;
  duration waited_{0};
};

/// All streams of an agreement on a backend, or of a client without agreement: as Sluice groups them, so that all
/// controllers are compared over the same parties.
struct party {
  std::string name; ///< of the agreement; empty = none
  std::string backend;
  promise terms;
  limit most;
  std::vector<std::size_t> streams; ///< positions in ledger::streams()
};

/// Thread safety: none.
class ledger {
public:
  /// Most streams; samples of further ones are refused. Chosen: as the core's own bound.
  static constexpr std::size_t max_streams = 100'000;

  explicit ledger(const control_policy& policy) : policy_(policy) {}

  void establish(const established& all);

  /// Repeated, overtaken and impossible samples are refused and counted.
  void take(std::uint64_t incarnation, const sample& x, instant now);

  /// Turns what was taken into figures, forgets who is silent. Afterwards the controller sets `told`.
  void begin_tick(instant now);

  [[nodiscard]] std::span<ledger_stream> streams() noexcept {
    return streams_;
  }
  /// Ordered by backend and name. Rebuilt, hence other positions, if `version` changed.
  [[nodiscard]] std::span<const party> parties() const noexcept {
    return parties_;
  }
  /// Rises when streams or terms come and go.
  [[nodiscard]] std::uint64_t version() const noexcept {
    return version_;
  }
  /// Nothing of this name is known: nullptr.
  [[nodiscard]] const nameplate* device(const std::string& backend) const noexcept;

  /// What must be sent so that everybody does as it was told: a step of 5 % or more at once, a smaller one with the
  /// refresh, a lost one again, else a renewal. The spans hold until the next call.
  [[nodiscard]] controller_output commands(instant now, wall_time label);

  [[nodiscard]] std::vector<throttle> in_force() const;

private:
  void group();
  void share_best_effort();
  void forget_silent(instant now);
  void refresh(ledger_stream& x, instant now, wall_time label);

  control_policy policy_;
  bool terms_known_ = false;
  std::vector<agreement> agreements_;
  std::vector<nameplate> devices_;
  std::vector<ledger_stream> streams_;
  std::unordered_map<stream_id, std::size_t> at_;
  std::vector<party> parties_;
  bool changed_ = false;
  std::uint64_t version_ = 0;
  std::uint64_t refused_ = 0;
  std::vector<throttle> throttles_;
  std::vector<renewal> renewals_;
};

/// What the limit of an agreement leaves to each of its `streams`; the rest of `x` stays.
[[nodiscard]] allowance limited(allowance x, const limit& most, std::size_t streams) noexcept;

/// An even part of a rate, at least 1; unlimited stays unlimited.
[[nodiscard]] constexpr rate part_of(rate x, std::size_t parts) noexcept {
  return x.unlimited() || parts < 2 ? x : rate{x.per_second / parts > 0 ? x.per_second / parts : 1};
}

} // namespace sluice::sim
