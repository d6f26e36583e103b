// Words readiness.
#include "actors/application_server/http/standing.hpp"

#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/wall_clock_text.hpp"

#include <string>

namespace sluice::http {

namespace {

std::string database_words(const standing& x) {
  if (!x.database_manager || !x.database_known)
    return "unknown";
  if (!x.postgresql)
    return x.away_since.unix_us > 0 ? "away since " + rfc3339(x.away_since) : "away";
  return x.schema_migrated ? "up" : "schema not migrated";
}

} // namespace

response readiness(const standing& x) {
  const auto up = [](bool is) {
    return is ? "up" : "down";
  };
  const bool complete = x.complete();
  const bool ready_once = x.was_ready || complete;
  const auto* status = complete ? "ready" : ready_once ? "degraded" : "starting";
  const json body = {{"status", status},
                     {"components",
                      {{"database-manager", up(x.database_manager)},
                       {"postgresql", database_words(x)},
                       {"sla-core", up(x.sla_core)},
                       {"performance-monitor", up(x.performance_monitor)},
                       {"agreements", x.agreements_loaded ? "loaded" : "not loaded"},
                       {"rows_waiting", x.rows_waiting},
                       {"rows_late", x.rows_late},
                       {"spool_bytes", x.spool_bytes},
                       {"spool_dropped", x.spool_dropped}}}};
  auto out = answer(ready_once ? 200 : 503, body);
  out.retry_after_s = ready_once ? 0 : 1;
  return out;
}

} // namespace sluice::http
