// The sentences of the error codes.
#include "actors/protocol/error_code.hpp"

namespace sluice {

std::string to_string(ec x) {
  switch (x) {
  case ec::none:
    return "no error";
  case ec::not_found:
    return "there is no such thing";
  case ec::already_exists:
    return "it exists already";
  case ec::invalid:
    return "the request breaks a rule";
  case ec::database_away:
    return "PostgreSQL cannot be reached";
  case ec::buffer_full:
    return "a buffer is full";
  case ec::peer_absent:
    return "the process that would answer is not running";
  case ec::gateway_refused:
    return "the gateway was refused";
  case ec::database_failed:
    return "the database refused the statement";
  case ec::busy:
    return "too many questions wait";
  case ec::query_ended:
    return "the question took too long";
  case ec::export_gone:
    return "this export was given up: begin it anew";
  }
  return "unknown error";
}

} // namespace sluice
