// The partitions of the tables that grow: made ahead of time, dropped when they are too old.
#pragma once

#include "actors/database_manager/store/maintenance.hpp"
#include "actors/database_manager/store/session.hpp"

#include <map>
#include <string>

namespace sluice::store {

/// Knows which partitions there are, and makes and drops them. Thread safety: as its session.
class partitions {
public:
  /// Reads which there are. To be called after each connecting.
  outcome<done> load(session& connection);

  /// Makes the partition of `table` that holds `day`, unless it is there (another connection may have made it), and
  /// moves rows of that span out of the default partition. Does nothing when `report` already holds a problem.
  void make(session& connection, const partitioned_table& table, std::int64_t day, maintenance_report& report);

  /// Drops the partitions of `table` that end before `keep_from` (a day), and deletes from the default partition what
  /// was stored before it.
  void drop(session& connection, const partitioned_table& table, std::int64_t keep_from, maintenance_report& report);

  [[nodiscard]] bool has(const partitioned_table& table, std::int64_t day) const;

private:
  std::map<std::string, calendar_span> present_; ///< by the partition's name
};

} // namespace sluice::store
