// What leaves the server as a file, page by page, and what comes back: a question, a page, how a check of the evidence
// stands. Plain values; who reads and writes them is elsewhere.
#pragma once

#include "actors/domain/record.hpp"
#include "actors/domain/stream.hpp"
#include "actors/domain/units.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

enum class export_kind : std::uint8_t {
  evidence, ///< of one agreement and period, as actors/evidence writes it
  verdicts, ///< of one agreement, as CSV
  samples,  ///< of one stream, as CSV
  key,      ///< which key signs
  check,    ///< how the check of the evidence in the database stands
};

[[nodiscard]] std::string_view to_string(export_kind x) noexcept;

/// A page has so many bytes at most, and one line. Chosen: a two-hundredth of what a message may hold; 1,000 verdicts of
/// an export, 500 rows.
inline constexpr std::size_t max_export_page_bytes = 256 * 1024;
/// Verdicts of one import. Chosen: a body of 64 KiB holds 700.
inline constexpr std::size_t max_imported_verdicts = 5'000;
inline constexpr std::size_t max_cursor_size = 128;

struct export_question {
  export_kind what = export_kind::key;
  std::string agreement; ///< evidence, verdicts
  stream_id stream;      ///< samples
  std::string period; ///< evidence, verdicts: as in actors/calendar, in the agreement's time zone; empty = from .. to
  wall_time from;
  wall_time to;
  bool imported = false; ///< verdicts: those that were imported
  bool begin = false;    ///< check: begin one, unless one is running
  std::string cursor;    ///< export_page.next of the page before; empty = the first page
  friend auto operator<=>(const export_question&, const export_question&) = default;
};

/// Empty if it can be asked; else one sentence that says what is wrong. The period is not looked at.
[[nodiscard]] std::string problem_with(const export_question& x);

/// How the check of the evidence in the database stands: the one that runs, and the last one that ended.
struct evidence_check {
  bool running = false;
  wall_time since;        ///< when the one that runs was begun
  std::uint64_t seen = 0; ///< entries that it has verified so far
  wall_time ended;        ///< when the last one ended; zero = none has since the start
  std::string problem;    ///< why it could not be completed; empty = it was
  std::uint64_t chains = 0;
  std::uint64_t entries = 0;
  std::uint64_t roots = 0;
  std::uint64_t unproved = 0; ///< at the beginnings of chains, after what retention dropped
  std::string broken_chain;   ///< of the first broken place
  std::uint64_t broken_position = 0;
  std::string broken; ///< what is wrong there, one sentence; empty = all is as it was written
  friend auto operator<=>(const evidence_check&, const evidence_check&) = default;
};

/// A part of a file, or what is known of key or check.
struct export_page {
  std::string text;
  std::string next; ///< asks for the page after it; empty = that was all
  wall_time from;   ///< what the file is about: stays the same for all its pages
  wall_time to;
  std::string public_key;  ///< key: 64 hexadecimal digits; empty = nothing is signed here
  std::string fingerprint; ///< key
  evidence_check check;    ///< check
  friend auto operator<=>(const export_page&, const export_page&) = default;
};

/// Verdicts from elsewhere: kept apart from what was judged here.
struct verdict_import {
  std::vector<final_verdict> verdicts;
  std::string author;
  friend auto operator<=>(const verdict_import&, const verdict_import&) = default;
};

} // namespace sluice
