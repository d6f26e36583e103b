// Says why a stream may do what it may do now: the one place that words a decision, for the log, the events, the API
// and sluicectl alike. Decides nothing.
#pragma once

#include "actors/domain/event.hpp"
#include "actors/domain/throttle.hpp"

#include <string>
#include <string_view>

namespace sluice {

/// What a throttle holds to, why, with the figures it rests on, and when it ends, in English sentences. Of one that is
/// only observed it says "would".
[[nodiscard]] std::string to_sentence(const throttle& x);

/// When the rule ends, as one sentence; empty for the rule `none`.
[[nodiscard]] std::string end_condition(const reason& x);

/// Why nothing holds a stream back.
enum class freedom : std::uint8_t {
  no_agreement_there, ///< no stream of its backend has an agreement: the backend is left alone
  within_promise,     ///< it asks for no more than it was promised
  backend_not_full,   ///< it asks for more, and there is room
  unknown,            ///< nothing was measured or decided yet
};

/// What is known of a stream that nothing holds back. Rates in I/O per second.
struct free_stream {
  std::string agreement; ///< its own; empty = none, best effort
  std::string backend;
  bool backend_has_agreements = false; ///< at least one of its streams does
  bool decided = false;                ///< the core has planned it
  std::uint64_t demand = 0;            ///< what it asks for now
  std::uint64_t promised = 0;          ///< what it was promised, the best-effort floor without agreement
  std::uint64_t capacity = 0;          ///< of the backend
  std::uint64_t delivered = 0;         ///< of the backend
  bool full_seen = false;              ///< of the backend
  bool observed = false;               ///< of the backend
};

[[nodiscard]] std::string_view to_string(freedom x) noexcept;

[[nodiscard]] freedom why_free(const free_stream& x) noexcept;

/// The same in English sentences with the figures.
[[nodiscard]] std::string to_sentence(const free_stream& x);

} // namespace sluice
