// Everything the application server knows of the present, in one place: what clients are shown is read from here. Pure;
// kept up to date by the collector.
#pragma once

#include "actors/application_server/observatory/decision_book.hpp"
#include "actors/application_server/observatory/gateway_book.hpp"
#include "actors/application_server/observatory/interval_tally.hpp"
#include "actors/application_server/observatory/promise_book.hpp"
#include "actors/application_server/observatory/stream_book.hpp"
#include "actors/domain/agreement.hpp"
#include "actors/domain/event.hpp"
#include "actors/domain/policy_document.hpp"

#include <deque>
#include <vector>

namespace sluice {

/// Most events that are kept for GET /events; the database keeps them for longer. Chosen.
inline constexpr std::size_t max_events = 1'000;

/// Counters since the process was started.
struct collector_counters {
  std::uint64_t samples_taken = 0;
  std::uint64_t samples_refused = 0; ///< nonsense values or a clock that is far off
  std::uint64_t samples_repeated = 0;
  std::uint64_t samples_without_room = 0; ///< of streams beyond max_streams
  std::uint64_t batches = 0;
  std::uint64_t batches_lost = 0;
};

struct observatory {
  decision_book decisions;
  stream_book streams{[this](const stream_id& x) {
    const auto* found = decisions.find(x);
    return found == nullptr ? 0 : found->now.iops.per_second;
  }};
  gateway_book gateways;
  promise_book promises;
  interval_tally intervals;
  std::vector<agreement> agreements; ///< in force
  policy_document policy;            ///< in force
  control_policy base;               ///< what the core was started with; what no policy says is as there
  std::deque<event> events;          ///< newest last
  collector_counters counters;
  std::size_t rows_waiting = 0; ///< not confirmed by the database manager
  std::uint64_t rows_dropped = 0;
  std::uint64_t rows_stored = 0;

  observatory() = default;
  observatory(const observatory&) = delete; // `streams` points back
  observatory& operator=(const observatory&) = delete;

  void note(const event& x) {
    if (events.size() >= max_events)
      events.pop_front();
    events.push_back(x);
  }
};

} // namespace sluice
