// Sentences of exclusions.
#include "actors/application_server/exclusion_text.hpp"

#include "actors/application_server/http/wall_clock_text.hpp"
#include "actors/domain/quantity.hpp"

namespace sluice {

std::string sentence_of(const exclusion& x) {
  auto text = "Exclusion " + std::to_string(x.withdraws != 0 ? x.withdraws : x.id) + " of " + x.agreements + ", from "
              + http::rfc3339(x.starts) + " for " + duration_text(x.length);
  if (!x.recurrence.empty())
    text += ", " + x.recurrence + " in " + x.time_zone;
  text += std::string{x.withdraws != 0 ? ", was taken back" : ", was entered"} + " by " + x.author
          + (x.correction ? " as a correction" : "");
  return text + ": " + x.reason;
}

} // namespace sluice
