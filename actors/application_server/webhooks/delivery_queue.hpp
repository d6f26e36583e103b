// What waits for one receiver, in order, and what becomes of it. Pure: sends nothing, knows no clock.
//
//   put ─▶ waiting ──begin──▶ under way ──end──▶ delivered │ given up │ waiting again, after a pause
//             └─ at the bound the oldest is dropped            stopped: nothing is taken any more
#pragma once

#include "actors/application_server/webhooks/retry_schedule.hpp"
#include "actors/domain/event.hpp"
#include "actors/domain/units.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace sluice::webhooks {

/// Most deliveries that wait for one receiver. Chosen: of about 500 bytes each.
inline constexpr std::size_t max_waiting = 1'000;

/// How often a receiver may say that it does not want a delivery as it is, before that one is given up and the next
/// has its turn. Chosen.
inline constexpr unsigned max_refusals = 5;

struct delivery {
  std::string id;
  event_kind kind = event_kind::gateway_connected;
  std::string body;
  instant taken{0};      ///< when the event was handed in
  unsigned refusals = 0; ///< see max_refusals
};

/// What came of an attempt.
enum class attempt : std::uint8_t {
  delivered,
  failed,  ///< no answer, or one that may be another next time
  refused, ///< the receiver does not want this very body
  stop,    ///< the receiver wants nothing any more
};

/// 2xx is delivered, 410 stop, 400, 413, 415 and 422 are refused, all else has failed: redirects, too, which are not
/// followed. 0 = no answer.
[[nodiscard]] attempt attempt_of(long status) noexcept;

/// Counters since the process was started.
struct delivery_counters {
  std::uint64_t delivered = 0;
  std::uint64_t given_up = 0; ///< refused too often, or an hour old
  std::uint64_t dropped = 0;  ///< at the bound, or because the receiver wants nothing any more
  std::uint64_t failed_attempts = 0;
};

class delivery_queue {
public:
  explicit delivery_queue(std::size_t bound = max_waiting) : bound_(bound) {}

  /// Adds one at the end. At the bound the oldest that is not under way is dropped.
  void put(delivery x);

  /// The delivery whose turn it is, then under way; nothing while another one is, or it is too early. Valid until the
  /// next call.
  [[nodiscard]] const delivery* begin(instant now);

  /// What became of the delivery under way. @return how many were given up with it
  std::size_t end(attempt how, instant now, double chance, duration asked = duration{0});

  /// When begin() will have something; nothing if nothing waits or one is under way.
  [[nodiscard]] std::optional<instant> next() const noexcept;

  /// Deliveries not taken by the receiver yet, the one under way included.
  [[nodiscard]] std::size_t waiting() const noexcept {
    return waiting_.size();
  }
  [[nodiscard]] std::optional<instant> oldest() const noexcept {
    return waiting_.empty() ? std::nullopt : std::optional{waiting_.front().taken};
  }
  /// Attempts in a row that failed, up to now.
  [[nodiscard]] unsigned failures() const noexcept {
    return failures_;
  }
  [[nodiscard]] bool stopped() const noexcept {
    return stopped_;
  }
  [[nodiscard]] const delivery_counters& counters() const noexcept {
    return counters_;
  }

private:
  std::size_t give_up_old(instant then);

  std::size_t bound_;
  std::deque<delivery> waiting_; // oldest first; the first one is under way, if one is
  bool under_way_ = false;
  bool stopped_ = false;
  unsigned failures_ = 0;
  instant not_before_ = instant::min();
  delivery_counters counters_;
};

} // namespace sluice::webhooks
