// The signed root of a UTC day: one hash that commits to the heads of all chains. Made and checked here, kept
// elsewhere.
#pragma once

#include "actors/evidence/merkle.hpp"
#include "actors/evidence/signing_key.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::evidence {

struct signed_root {
  wall_time day; ///< its beginning
  digest root{};
  public_key key{};
  signature sign{};
  friend auto operator<=>(const signed_root&, const signed_root&) = default;
};

/// Where one leaf is in a tree.
struct tree_place {
  std::uint64_t index = 0;
  std::uint64_t size = 0;
  std::vector<digest> path; ///< from the leaf up
  friend auto operator<=>(const tree_place&, const tree_place&) = default;
};

/// `ledger/entries` and `decisions/entries`: a leaf whose hash is the root of a tree over the entries that came since
/// the root before, and whose position is that of the last. It shows one entry without the others, which are other
/// customers'.
[[nodiscard]] std::string entries_leaf(std::string_view chain);

/// Brings leaves into the order of a root: by the bytes of their names.
void sort_leaves(std::vector<leaf>& leaves);

/// The root over leaves in their order, signed.
[[nodiscard]] signed_root make_root(wall_time day, const std::vector<leaf>& leaves, const signing_key& key);

/// What is signed: `sluice-root tab DAY tab ROOT line-feed`.
[[nodiscard]] std::string message_of(const signed_root& x);

[[nodiscard]] bool verifies(const signed_root& x);

/// `root`, day, root, public key, signature: an entry of the ledger, and a line of an export.
[[nodiscard]] std::string line_of(const signed_root& x);

/// Reads exactly what line_of() writes.
[[nodiscard]] std::optional<signed_root> parse_root(std::string_view line);

} // namespace sluice::evidence
