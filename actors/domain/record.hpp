// What is kept as evidence besides rows and findings: final verdicts, decisions, exclusions, audit entries. Facts only;
// how they are judged, chained and stored is elsewhere.
#pragma once

#include "actors/domain/throttle.hpp"
#include "actors/domain/verdict.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

/// What a verdict rests on.
enum class verdict_basis : std::uint8_t {
  rows,    ///< the stored seconds
  finding, ///< the rows are missing; what the SLA core found as it happened
};

[[nodiscard]] std::string_view to_string(verdict_basis x) noexcept;

/// The verdict that counts: made once, when its interval is closed, and never changed.
struct final_verdict {
  verdict what;
  std::uint64_t requests = 0;         ///< that the promise covered
  std::uint32_t measured_seconds = 0; ///< of the interval, of which there are rows
  verdict_basis basis = verdict_basis::rows;
  friend auto operator<=>(const final_verdict&, const final_verdict&) = default;
};

/// The rule or the beneficiary of a stream's throttle changed.
struct decision {
  wall_time at;
  throttle what; ///< as decided; rule `none` = it ended
  friend auto operator<=>(const decision&, const decision&) = default;
};

/// A time that counts neither way. Entries are never changed; one is taken back by another.
struct exclusion {
  std::int64_t id = 0;    ///< order of entry; given by the database manager, 0 = not stored yet
  std::string agreements; ///< pattern: * stands for any characters, ? for one
  wall_time starts;       ///< of the first one, if it recurs
  duration length{0};     ///< of each
  std::string recurrence; ///< RRULE of RFC 5545; empty = once
  std::string time_zone;  ///< in which recurrences are counted, as in the tz database
  std::string author;
  std::string reason;
  bool correction = false;    ///< entered after the end of a period that it touches
  std::int64_t withdraws = 0; ///< the entry that this one takes back; 0 = none
  wall_time entered;
  friend auto operator<=>(const exclusion&, const exclusion&) = default;
};

/// Somebody changed or exported something over the interface.
struct audit_entry {
  wall_time at;
  std::string who;     ///< name of the token
  std::string action;  ///< for example create-agreement
  std::string subject; ///< name of what was changed
  std::string detail;  ///< one sentence
  friend auto operator<=>(const audit_entry&, const audit_entry&) = default;
};

} // namespace sluice
