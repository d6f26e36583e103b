// The tables that grow: how they are partitioned, how long their rows are kept, and the report of one round of making
// and dropping partitions.
#pragma once

#include "actors/database_manager/store/calendar.hpp"
#include "actors/database_manager/store/outcome.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace sluice::store {

/// A table partitioned by UTC spans, with a default partition `NAME_default`.
struct partitioned_table {
  const char* name;
  const char* column;
  const char* stored; ///< when a row was stored; the column itself where that is not known
  span_length length;
};

/// Which of the tables below.
enum class growing_table : std::uint8_t {
  samples,
  late_samples,
  minutes,
  hours,
  findings,
  verdicts,
  compliance_hours,
  decisions,
  events,
  audit,
};

inline constexpr std::size_t table_count = 10;

/// In the order of growing_table. A day where 10,000 streams fill more than a few gigabytes a month, else a month.
inline constexpr std::array<partitioned_table, table_count> partitioned_tables{{
    {"samples", "second", "stored", span_length::day},
    {"late_samples", "second", "stored", span_length::month},
    {"minutes", "since", "since", span_length::day},
    {"hours", "since", "since", span_length::month},
    {"findings", "since", "stored", span_length::month},
    {"verdicts", "since", "stored", span_length::month},
    {"compliance_hours", "since", "since", span_length::month},
    {"decisions", "at", "stored", span_length::month},
    {"events", "at", "stored", span_length::month},
    {"audit", "at", "stored", span_length::month},
}};

/// How long the rows of each table are kept [days].
struct retention {
  std::array<std::int64_t, table_count> days{30, 30, 90, 800, 400, 400, 400, 400, 400, 400};

  [[nodiscard]] std::int64_t& operator[](growing_table x) noexcept {
    return days[static_cast<std::size_t>(x)];
  }
  [[nodiscard]] std::int64_t operator[](growing_table x) const noexcept {
    return days[static_cast<std::size_t>(x)];
  }
};

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
