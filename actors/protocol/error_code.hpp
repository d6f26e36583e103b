// Why a request between actors failed. One sentence per code; the error's context may add the figures.
#pragma once

#include <caf/error.hpp>
#include <caf/message.hpp>

#include <cstdint>
#include <string>

namespace sluice {

enum class ec : std::uint8_t {
  none,
  /// What was named does not exist.
  not_found,
  /// An agreement of this name exists already.
  already_exists,
  /// The request's contents break a rule; the context says which field and what was expected.
  invalid,
  /// PostgreSQL cannot be reached; nothing was stored.
  database_away,
  /// A bounded buffer is full; nothing was taken.
  buffer_full,
  /// The process that would answer is not running.
  peer_absent,
  /// The gateway was refused; the context says why.
  gateway_refused,
  /// The database refused the statement; the context holds its message.
  database_failed,
  /// Too many questions wait already; the context says how many.
  busy,
  /// The question took too long and was given up; a shorter period may be answered.
  query_ended,
  /// The export was given up; its file must be begun anew.
  export_gone,
};

std::string to_string(ec x);

} // namespace sluice

CAF_ERROR_CODE_ENUM(sluice::ec, "sluice")
