// The checks of an export, one per kind of line, in the order of the file. Part of verifier.hpp; reads no file.
#pragma once

#include "actors/evidence/verifier.hpp"

#include <algorithm>

namespace sluice::evidence {

/// The kinds in the order in which they may come.
enum class export_section : std::uint8_t {
  title,
  agreement,
  period,
  root,
  leaf,
  ledger,
  start,
  chain,
  count,
  decision,
  end
};

/// What is said of a line whose fields cannot be read.
inline constexpr const char* malformed = "is not written as such a line is";

/// Is told the lines of a file. One use.
class export_checker {
public:
  /// `trusted` outlives it. Empty: any key will do.
  explicit export_checker(const std::vector<public_key>& trusted) : trusted_(trusted), covered_(terms_) {}

  /// The next line, without its line feed. Empty, or what is wrong with the line.
  std::string take(std::string_view line);
  [[nodiscard]] bool ended() const noexcept {
    return now_ == export_section::end;
  }
  /// What it says, after the last line. Once.
  verified_export finish() {
    found_.day_roots = std::move(roots_);
    return std::move(found_);
  }

private:
  std::string enter(export_section next, bool once);
  std::string check(export_section what, std::string_view line);
  std::string agreement(std::string_view line);
  std::string period(std::string_view line);
  std::string root(std::string_view line);
  std::string leaf_of_root(std::string_view line);
  std::string entry(std::string_view line, std::string_view chain, std::string_view& content);
  std::string in_its_tree(const leaf& x, const std::vector<std::string_view>& place);
  std::string ledger(std::string_view line);
  std::string start(std::string_view line);
  std::string verdict(std::string_view line);
  std::string meets_signed_head();
  std::string judged(const std::vector<std::string_view>& f);
  std::string count(std::string_view line);
  std::string decision(std::string_view line);
  std::string end(std::string_view line);
  [[nodiscard]] bool trusts(const public_key& x) const {
    return trusted_.empty() || std::find(trusted_.begin(), trusted_.end(), x) != trusted_.end();
  }

  const std::vector<public_key>& trusted_;
  export_section now_ = export_section::title;
  bool begun_ = false;
  sha256 hash_;
  std::map<wall_time, digest> roots_;
  std::map<std::pair<wall_time, std::string>, leaf>
      entry_trees_;                              ///< by day and name: ledger/entries, decisions/entries
  std::map<std::uint64_t, digest> signed_heads_; ///< of this agreement's chain, by position
  std::uint64_t heads_met_ = 0;
  agreement_terms terms_;
  coverage covered_;
  std::map<std::string_view, head> last_lone_; ///< the last entry of ledger and decisions
  head now_at_;
  std::uint64_t told_ = 0; ///< lines of counts
  std::pair<std::uint64_t, std::uint64_t> last_count_;
  verified_export found_;
};

} // namespace sluice::evidence
