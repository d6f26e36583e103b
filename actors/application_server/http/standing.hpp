// How the processes around the application server are doing, and what that means for readiness. Pure.
#pragma once

#include "actors/application_server/http/json.hpp"
#include "actors/application_server/http/message.hpp"
#include "actors/domain/units.hpp"

#include <cstdint>

namespace sluice::http {

struct standing {
  bool database_manager = false;
  bool sla_core = false;
  bool performance_monitor = false;
  bool database_known = false; ///< the database manager has said how it is doing
  bool postgresql = false;
  bool schema_migrated = false;
  wall_time away_since; ///< of PostgreSQL
  bool agreements_loaded = false;
  bool was_ready = false; ///< everything was there once
  std::uint64_t rows_waiting = 0;
  std::uint64_t rows_late = 0;     ///< since the database manager was started
  std::uint64_t spool_bytes = 0;   ///< of the database manager, on disk
  std::uint64_t spool_bound = 0;   ///< of these
  std::uint64_t spool_dropped = 0; ///< sample rows, since the database manager was started
  wall_time closed_until;          ///< rows of before come late; zero = not known
  duration database_behind{0};     ///< how long its oldest line waits
  traffic served;

  /// Whether everything that is needed at the start is there.
  [[nodiscard]] bool complete() const noexcept {
    return database_manager && sla_core && performance_monitor && postgresql && schema_migrated && agreements_loaded;
  }
};

/// 503 `starting` until everything was there once; then 200 `ready`, or `degraded` when something is away.
[[nodiscard]] response readiness(const standing& x);

} // namespace sluice::http
