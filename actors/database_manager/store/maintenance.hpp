// What is kept ready and how long rows are kept, and the report of one round of making and dropping partitions.
#pragma once

#include "actors/database_manager/store/calendar.hpp"
#include "actors/database_manager/store/outcome.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace sluice::store {

/// The tables that grow: samples, verdicts, events.
inline constexpr std::size_t table_count = 3;

/// How long the rows of each table are kept: samples, verdicts, events [days].
using retention = std::array<std::int64_t, table_count>;

/// Partitions are kept ready for today and so many days after it: a manager that is away over midnight, or whose
/// database is, finds the next day's partition made.
inline constexpr std::int64_t days_ahead = 2;

/// One partition that was made or dropped.
struct partition_change {
  std::string table;
  std::string span; ///< as the partition's name ends, for example `20261122`
  bool made = false;
};

struct maintenance_report {
  std::vector<partition_change> changes;
  std::optional<failure> problem; ///< why the round ended early; what is left is done in the next one
};

} // namespace sluice::store
