// Looking, once or again and again, and putting what was found on standard output.
#pragma once

#include "shm/inspect/options.hpp"
#include "shm/inspect/snapshot.hpp"
#include "shm/mailslot/failure.hpp"
#include "shm/mailslot/place.hpp"

namespace sluice::shm::inspect {

/// Longest that a first look waits for a heartbeat of every living receiver. Chosen: four of the default intervals.
inline constexpr std::chrono::milliseconds heartbeat_patience{1'000};

/// One look and what it printed; with `asked.watch` until SIGINT or SIGTERM. Fails only if the first look does: later
/// on an instance that is gone is a sentence on the page (or in the object), until it is back.
[[nodiscard]] outcome<exit_code> show(const place& where, const options& asked);

} // namespace sluice::shm::inspect
