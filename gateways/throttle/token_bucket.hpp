// Meters one resource of one stream. Pure: no clock, no lock, no I/O.
#pragma once

#include "actors/domain/units.hpp"

#include <algorithm>
#include <cstdint>

namespace sluice::gateway {

/// A token bucket kept as a single instant (the GCRA form): `paid_at_` is when everything booked so far is paid for at
/// the current rate.
///
/// A request may go as soon as everything before it is paid for; its own cost is paid afterwards. Hence a request
/// larger than the burst runs into debt and is never refused, and a stream that idled is not delayed at all.
///
/// Invariant: paid_at_ >= (time of the last booking) - credit. Over any span t at most rate * (t + credit) tokens and
/// one request pass. Fractions of a nanosecond are kept, so the long-run rate is exact.
class token_bucket {
public:
  /// Without a limit.
  constexpr token_bucket() = default;

  /// Starts full.
  /// @param burst for how long a stream that was idle has credit
  constexpr token_bucket(rate limit, duration burst, instant now)
      : limit_(limit), burst_(burst), paid_at_(now - burst) {}

  /// How long the next request must wait; zero = it may go.
  [[nodiscard]] constexpr duration wait(instant now) const {
    if (limit_.unlimited())
      return duration::zero();
    const auto due = paid_at_ + duration{carry_ > 0 ? 1 : 0};
    return std::max(due - now, duration::zero());
  }

  /// Books a request that goes now.
  constexpr void book(std::uint64_t tokens, instant now) {
    book(tokens, now, burst_);
  }

  /// The same with another bound on the credit of this one time.
  constexpr void book(std::uint64_t tokens, instant now, duration credit) {
    if (limit_.unlimited())
      return;
    if (paid_at_ < now - credit) {
      paid_at_ = now - credit;
      carry_ = 0;
    }
    const auto owed = static_cast<wide>(tokens) * second + carry_;
    paid_at_ += bounded(owed / limit_.per_second);
    carry_ = static_cast<std::uint64_t>(owed % limit_.per_second);
  }

  /// Changes the limit. Debt and credit are kept in tokens, credit up to the new burst; a bucket that had no limit
  /// starts full.
  constexpr void set(rate limit, duration burst, instant now) {
    if (limit_.unlimited() || limit.unlimited()) {
      paid_at_ = now - burst;
    } else if (limit != limit_) {
      const auto owed = static_cast<swide>((paid_at_ - now).count()) * limit_.per_second + carry_;
      const auto converted = owed / static_cast<swide>(limit.per_second);
      paid_at_ =
          converted < 0 ? now - bounded(static_cast<wide>(-converted)) : now + bounded(static_cast<wide>(converted));
    }
    carry_ = limit == limit_ ? carry_ : 0;
    paid_at_ = std::max(paid_at_, now - burst);
    limit_ = limit;
    burst_ = burst;
  }

  [[nodiscard]] constexpr rate limit() const {
    return limit_;
  }

private:
  __extension__ using wide = unsigned __int128;
  __extension__ using swide = __int128;
  static constexpr std::uint64_t second = 1'000'000'000;

  /// No debt is longer than 36 years, which keeps the arithmetic in 64 bits whatever is booked.
  static constexpr duration bounded(wide x) {
    constexpr auto most = std::int64_t{1} << 60;
    return duration{x > static_cast<wide>(most) ? most : static_cast<std::int64_t>(x)};
  }

  rate limit_;
  duration burst_{0};
  instant paid_at_{0};
  std::uint64_t carry_ = 0; ///< fraction of a nanosecond booked beyond paid_at_, in 1/limit_
};

} // namespace sluice::gateway
