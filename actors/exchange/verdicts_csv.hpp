// Final verdicts as comma separated values, both ways. Pure; proves nothing (actors/evidence does).
#pragma once

#include "actors/domain/record.hpp"
#include "actors/exchange/csv_text.hpp"

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice::exchange {

/// A header and one line per verdict.
[[nodiscard]] std::string write_verdicts(std::span<const final_verdict> rows);

/// The parts of it, for a text that is written page by page.
[[nodiscard]] std::string verdicts_header();
void append_verdict(std::string& to, const final_verdict& x);

/// The verdicts that write_verdicts() wrote, exactly; or the first line that is wrong. At most `max_csv_rows`.
[[nodiscard]] std::variant<std::vector<final_verdict>, csv_mistake> read_verdicts(std::string_view text);

} // namespace sluice::exchange
