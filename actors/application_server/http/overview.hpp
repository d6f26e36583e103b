// The picture of the present in one answer: are the promises kept, who is held back and why, what backends and gateways
// do. Bounded lists with counts, so that it stays small however many streams there are. Pure.
#pragma once

#include "actors/application_server/http/answers.hpp"
#include "actors/domain/access.hpp"

namespace sluice::http {

/// Most entries of each list; the counts beside it are of all. Chosen: what a person takes in.
inline constexpr std::size_t max_overview_items = 50;

/// A verdict older than so many intervals, and than the least age, says nothing of the present. Chosen: the core judges
/// an interval within 2 s of its end.
inline constexpr int verdict_valid_intervals = 3;
inline constexpr duration verdict_valid_at_least = std::chrono::seconds{10};

/// What became of an agreement: `kept`, `violated`, `exempt` (it asked for more than was promised), `no-data`,
/// `unknown` (no verdict yet, or none any more), or `suspended`.
/// @param asker a customer is not told a culprit whose stream is another tenant's
[[nodiscard]] json promise_json(const observatory& known, const caller& asker, const agreement& x, const moment& at);

/// GET /api/v1/overview. A customer sees agreements and streams of its tenant, and neither backends, gateways nor
/// events.
[[nodiscard]] response overview(const observatory& known, const caller& who, const moment& at);

} // namespace sluice::http
