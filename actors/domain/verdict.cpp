// Names of outcomes and causes.
#include "actors/domain/verdict.hpp"

namespace sluice {

std::string_view to_string(verdict_outcome x) noexcept {
  switch (x) {
  case verdict_outcome::met:
    return "met";
  case verdict_outcome::violated:
    return "violated";
  case verdict_outcome::exempt:
    return "exempt";
  case verdict_outcome::no_data:
    return "no-data";
  }
  return "invalid";
}

std::string_view to_string(violation_cause x) noexcept {
  switch (x) {
  case violation_cause::none:
    return "none";
  case violation_cause::stream:
    return "stream";
  case violation_cause::capacity:
    return "capacity";
  case violation_cause::backend:
    return "backend";
  case violation_cause::gateway:
    return "gateway";
  case violation_cause::control:
    return "control";
  }
  return "invalid";
}

} // namespace sluice
