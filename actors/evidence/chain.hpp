// What is proved, as canonical lines of text, and the chain of hashes over them. Knows no database and no file.
#pragma once

#include "actors/domain/agreement.hpp"
#include "actors/domain/policy_document.hpp"
#include "actors/domain/record.hpp"
#include "actors/evidence/digest.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::evidence {

/// Where a chain ends: before the first entry position 0 and 32 zero bytes.
struct head {
  std::uint64_t position = 0; ///< of the last entry, from 1
  digest hash{};              ///< of the last entry
  friend auto operator<=>(const head&, const head&) = default;
};

/// The head after `line` was appended: SHA-256 over the hash before in hexadecimal digits, a line feed, the line, and a
/// line feed, as `printf '%s\n%s\n' HASH LINE | sha256sum` gives it. @pre `line` holds no line feed
[[nodiscard]] head next(const head& before, std::string_view line) noexcept;

/// Names of chains, as in chain_heads.chain.
inline constexpr std::string_view decisions_chain = "decisions";
inline constexpr std::string_view ledger_chain = "ledger";
/// `verdicts/` and the agreement's name. No agreement's name makes one of the other two.
[[nodiscard]] std::string verdicts_chain(std::string_view agreement);

/// The canonical lines; README.md lists their fields. A figure is a decimal number, a time RFC 3339 in UTC with
/// microseconds, a text is escaped by append_escaped().
[[nodiscard]] std::string line_of(const final_verdict& x);
[[nodiscard]] std::string line_of(const decision& x);
/// Of a version as it was stored: its number and its time are part of the line.
[[nodiscard]] std::string line_of(const agreement& x);
[[nodiscard]] std::string line_of(const exclusion& x);
[[nodiscard]] std::string line_of(const policy_document& x);

/// The version that was in force was ended and nothing follows it. (A version that another one replaces ends when that
/// one begins; it has no line of its own.)
struct agreement_end {
  std::string name;
  std::uint32_t version = 0;
  wall_time at;
  friend auto operator<=>(const agreement_end&, const agreement_end&) = default;
};
[[nodiscard]] std::string line_of(const agreement_end& x);

/// An entry of the ledger is the time of its entry, a tab, and the line of what was entered.
[[nodiscard]] std::string ledger_line(wall_time entered, std::string_view line);

/// What a line of the ledger is about, read back.
struct ledger_subject {
  wall_time entered;
  std::string kind;    ///< agreement, agreement-end, exclusion, policy or root
  std::string subject; ///< the agreement's name, the exclusion's pattern, the root's day, or `policy`
  friend auto operator<=>(const ledger_subject&, const ledger_subject&) = default;
};

/// Nothing if it is no line of the ledger.
[[nodiscard]] std::optional<ledger_subject> subject_of(std::string_view line_of_ledger);

} // namespace sluice::evidence
