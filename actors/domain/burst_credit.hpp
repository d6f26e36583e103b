// The credit that the streams of one agreement may burst with together, wherever they are. Pure; the gateways' token
// buckets enforce, this says what of it they hold.
#pragma once

#include "actors/domain/objective.hpp"
#include "actors/domain/units.hpp"

namespace sluice {

/// One bucket for an agreement with `limit` and `burst`: it holds (burst rate - limit) * length I/Os, fills at the
/// limit and is emptied by what is used. Each gateway keeps a bucket of its share; a share that moves takes no credit
/// along. What all of them together do not hold is handed out as a raised rate, a little at a time, so that what is
/// late never exceeds it.
///
///   joint credit = held by the gateways' buckets + unassigned
class burst_credit {
public:
  /// One tick. @param used I/O per second of all streams, as promises count @param held by the gateways' buckets [I/Os]
  void pass(const limit& terms, double used, double held, double passed_seconds) noexcept;

  /// What the streams may take now in addition to the limit, as a rate, because no bucket holds it [I/O per second].
  [[nodiscard]] double extra_rate(const limit& terms) const noexcept;

  /// I/Os; negative = not begun.
  [[nodiscard]] double credit() const noexcept {
    return credit_;
  }

private:
  double credit_ = -1;
  double unassigned_ = 0;
};

/// What a full bucket of this agreement holds [I/Os]; 0 without a burst.
[[nodiscard]] double full_credit(const limit& terms) noexcept;

/// What the bucket of one stream holds after a tick. @param held before @param share of the limit, 0 to 1
/// @param given its rate @param used by it [I/O per second]
[[nodiscard]] double held_credit(const limit& terms, double held, double share, double given, double used,
                                 double passed_seconds) noexcept;

} // namespace sluice
