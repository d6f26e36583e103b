// A YAML text as a tree that remembers its lines. Knows no scenario.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::sim {

/// A file may hold so much. Chosen: the largest scenario has 4 kB, 300 nodes and 6 levels.
inline constexpr std::size_t max_file_bytes = 1024 * 1024;
inline constexpr std::size_t max_tree_nodes = 100'000;
inline constexpr std::size_t max_tree_depth = 32;

struct tree {
  enum class sort : std::uint8_t { nothing, scalar, list, map };

  sort what = sort::nothing;
  std::size_t line = 0; ///< from 1
  std::string text;     ///< scalar
  bool quoted = false;  ///< scalar: text whatever it looks like
  std::vector<tree> items;
  std::vector<std::pair<std::string, tree>> members; ///< in the order of the file

  /// Nothing if there is no such member.
  [[nodiscard]] const tree* find(std::string_view key) const noexcept;
};

/// What is wrong in a file.
struct complaint {
  std::size_t line = 0; ///< 0 = the file as a whole
  std::string key;      ///< such as `clients.db.phases[0].depth`; empty = none
  std::string what;     ///< such as `must be a whole number from 1 to 100000`
};

/// `FILE:LINE: KEY WHAT`.
[[nodiscard]] std::string to_string(const complaint& x, const std::string& file);

/// Refuses what is no YAML, several documents, tags, aliases, merge keys, a key given twice, and what exceeds a bound.
/// On success `problems` is untouched.
[[nodiscard]] tree read_tree(std::string_view text, std::vector<complaint>& problems);

} // namespace sluice::sim
