// Whether a text is a recurrence rule, before a library reads it that is lenient with wrong ones. Knows no times.
#pragma once

#include <string>
#include <string_view>

namespace sluice::calendar {

/// Empty if it has the form of an RRULE of RFC 5545, 3.3.10, that recurs at most once a day; else one sentence.
[[nodiscard]] std::string problem_with_rule(std::string_view rule);

} // namespace sluice::calendar
