// An exclusion as a sentence for events and the audit. Pure; the document that clients get is in http/.
#pragma once

#include "actors/domain/record.hpp"

#include <string>

namespace sluice {

/// What was entered or taken back, by whom and why. @param x as it was stored
[[nodiscard]] std::string sentence_of(const exclusion& x);

} // namespace sluice
