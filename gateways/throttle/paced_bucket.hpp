// Meters one resource of one stream so that it is exact over seconds and even over milliseconds. Pure.
#pragma once

#include "actors/domain/objective.hpp"
#include "gateways/throttle/token_bucket.hpp"

namespace sluice::gateway {

/// What an idle stream may do at once when no burst was agreed. Chosen: at 2,000 IOPS it adds 4 requests, which keeps
/// 100 ms windows within 1.03 and the worst 10 ms within 1.4 times the limit.
inline constexpr duration default_burst = std::chrono::milliseconds{2};

/// How much of the time that a waiting stream lost, because its shard woke up late, is made good. Chosen: a tenth of
/// the interval over which a limit must be exact to 1 %, hence more than a busy machine delays a thread.
inline constexpr duration catch_up = std::chrono::milliseconds{100};

/// Two buckets. One holds the rate over time; its credit is short after idling, and longer for a stream that was kept
/// waiting: what it lost was our lateness, not its idleness. The other holds the rate in the short run, so that credit
/// is spent at 5/4 of the rate (or at the agreed burst's rate) and not all at once.
///
/// Over any span t at most rate * (t + credit) tokens and one request pass, and at most peak * (t + default_burst) and
/// one.
class paced_bucket {
public:
  /// @param above a faster rate for a length of time; bounded in rate by one bucket, in duration by the credit of the
  /// other
  constexpr void set(rate limit, const burst& above, instant now) {
    const auto bursting = !limit.unlimited() && above.iops > limit && above.length > duration::zero();
    credit_ = default_burst + (bursting ? length_at(limit, above) : duration::zero());
    sustained_.set(limit, credit_, now);
    peak_.set(bursting ? above.iops : faster(limit), default_burst, now);
  }

  [[nodiscard]] constexpr duration wait(instant now) const {
    return std::max(sustained_.wait(now), peak_.wait(now));
  }

  /// @param waited the stream was held back by its rate until now
  constexpr void book(std::uint64_t tokens, instant now, bool waited) {
    sustained_.book(tokens, now, waited ? std::max(credit_, catch_up) : credit_);
    peak_.book(tokens, now);
  }

private:
  /// 5/4 of the rate: keeps the worst 10 ms within 1.4 times.
  static constexpr rate faster(rate x) {
    return x.unlimited() ? x : rate{x.per_second + x.per_second / 4 + 1};
  }

  /// The credit that lasts for `above.length` at the faster rate, as a length of time at the limit.
  static constexpr duration length_at(rate limit, const burst& above) {
    constexpr double longest = 1e9; // seconds; keeps the conversion in range
    const auto surplus = static_cast<double>(above.iops.per_second - limit.per_second);
    const auto seconds =
        surplus / static_cast<double>(limit.per_second) * static_cast<double>(above.length.count()) / 1e9;
    return duration{static_cast<std::int64_t>(std::min(seconds, longest) * 1e9)};
  }

  token_bucket sustained_;
  token_bucket peak_;
  duration credit_ = default_burst;
};

} // namespace sluice::gateway
