// Merkle trees by the rules of RFC 6962, section 2.1, over entries (chain, position, hash): the root commits to all of
// them, and a path of few hashes shows that one of them is in it.
#pragma once

#include "actors/evidence/chain.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sluice::evidence {

/// An entry of a chain: what a tree is made of.
struct leaf {
  std::string chain;
  std::uint64_t position = 0;
  digest hash{};
  friend auto operator<=>(const leaf&, const leaf&) = default;
};

/// SHA-256 over a zero byte and `CHAIN tab POSITION tab HASH line-feed`, the name escaped.
[[nodiscard]] digest hash_of(const leaf& x);

/// SHA-256 over a one byte and both: an inner node can never pass for a leaf.
[[nodiscard]] digest join(const digest& left, const digest& right) noexcept;

/// The root over hashes of leaves as they come, in memory that grows with the logarithm of their number.
class merkle_root {
public:
  void add(const digest& leaf_hash);
  [[nodiscard]] std::uint64_t size() const noexcept {
    return size_;
  }
  /// Of what was added so far; SHA-256 of nothing if that is nothing.
  [[nodiscard]] digest root() const;

private:
  std::uint64_t size_ = 0;
  std::vector<digest> full_; ///< roots of the complete subtrees, the largest first: one per bit that is set in size_
};

/// A whole tree in memory, for many paths: 64 bytes per leaf.
class merkle_tree {
public:
  explicit merkle_tree(std::vector<digest> leaf_hashes);
  [[nodiscard]] std::uint64_t size() const noexcept {
    return levels_.front().size();
  }
  [[nodiscard]] digest root() const;
  /// The siblings from the leaf up to the root. @pre index < size()
  [[nodiscard]] std::vector<digest> path(std::uint64_t index) const;

private:
  std::vector<std::vector<digest>> levels_; ///< the leaves first, the root last; never empty
};

/// The root that a path leads to; nothing if it cannot be the path of leaf `index` among `size`.
[[nodiscard]] std::optional<digest> root_by_path(const digest& leaf_hash, std::uint64_t index, std::uint64_t size,
                                                 std::span<const digest> path) noexcept;

} // namespace sluice::evidence
