// Writes an export, line by line, and signs it at its end. Asks nobody for what is in it; README.md says what each line
// is, verifier.hpp reads it.
#pragma once

#include "actors/evidence/root.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::evidence {

/// The first line of each export.
inline constexpr std::string_view export_title = "sluice-evidence 1";

/// Whose verdicts, and of which time.
struct export_scope {
  std::string agreement;
  wall_time from;
  wall_time to;   ///< first moment after it
  wall_time made; ///< when it was exported
  friend auto operator<=>(const export_scope&, const export_scope&) = default;
};

/// An entry of the ledger or of the decisions, out of its chain: it shows that it is one by its place in the tree of
/// its day.
struct lone_entry {
  head before;
  std::string line;
  std::optional<wall_time> day; ///< of the first root after it; nothing if there is none yet
  tree_place place;             ///< in the tree of that day's entries
};

/// Verdicts of one version and point.
struct outcome_counts {
  std::uint64_t met = 0;
  std::uint64_t violated = 0;
  std::uint64_t exempt = 0;
  std::uint64_t no_data = 0;
  friend auto operator<=>(const outcome_counts&, const outcome_counts&) = default;
};

/// By version and point.
using counts_by_point = std::map<std::pair<std::uint32_t, std::uint32_t>, outcome_counts>;

/// Adds one; false if there is no such outcome.
bool add_outcome(outcome_counts& to, std::string_view outcome) noexcept;

/// Call in the order of the functions; each may be called any number of times but begin(), start() and finish(). Text
/// is taken whenever it is enough for a page.
class export_writer {
public:
  void begin(const export_scope& x);
  void root(const signed_root& x);
  /// A leaf of that day's root.
  void root_leaf(wall_time day, const leaf& x, const tree_place& place);
  void ledger_entry(const lone_entry& x);
  /// The head before the first verdict.
  void start(const head& x);
  /// The next verdict of the chain: where the chain is after it, and its line.
  void verdict(const head& after, std::string_view line);
  void counts(const counts_by_point& x);
  void decision(const lone_entry& x);
  void finish(const signing_key& key);

  /// What was written and not taken yet [bytes].
  [[nodiscard]] std::size_t pending() const noexcept {
    return text_.size();
  }
  [[nodiscard]] std::string take();

private:
  void line(std::string_view x);
  void lone(std::string_view kind, const lone_entry& x);

  std::string text_;
  sha256 hash_;
};

/// What is signed: `sluice-evidence tab DIGEST line-feed`, with the SHA-256 of all bytes before the last line.
[[nodiscard]] std::string export_message(const digest& x);

/// Digests with commas between them.
[[nodiscard]] std::string path_text(const std::vector<digest>& path);

} // namespace sluice::evidence
