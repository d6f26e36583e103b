// Roots and paths of RFC 6962: the left subtree holds the largest power of two that is smaller than the whole.
#include "actors/evidence/merkle.hpp"

#include "actors/evidence/line.hpp"

#include <bit>
#include <utility>

namespace sluice::evidence {

digest hash_of(const leaf& x) {
  std::string text(1, '\0');
  append_escaped(text, x.chain);
  text += '\t' + std::to_string(x.position) + '\t' + to_hex(x.hash) + '\n';
  return sha256_of(text);
}

digest join(const digest& left, const digest& right) noexcept {
  sha256 hash;
  hash.add(std::string_view{"\1", 1});
  hash.add(left);
  hash.add(right);
  return hash.finish();
}

void merkle_root::add(const digest& leaf_hash) {
  full_.push_back(leaf_hash);
  // As many subtrees are completed as carries happen when one is added to the binary number.
  for (auto carries = std::countr_one(size_); carries > 0; --carries) {
    const auto right = full_.back();
    full_.pop_back();
    full_.back() = join(full_.back(), right);
  }
  ++size_;
}

digest merkle_root::root() const {
  if (full_.empty())
    return sha256_of({});
  auto result = full_.back();
  for (auto i = full_.size() - 1; i > 0; --i)
    result = join(full_[i - 1], result);
  return result;
}

merkle_tree::merkle_tree(std::vector<digest> leaf_hashes) {
  levels_.push_back(std::move(leaf_hashes));
  while (levels_.back().size() > 1) {
    const auto& below = levels_.back();
    std::vector<digest> above;
    above.reserve((below.size() + 1) / 2);
    for (std::size_t i = 0; i + 1 < below.size(); i += 2)
      above.push_back(join(below[i], below[i + 1]));
    if (below.size() % 2 == 1)
      above.push_back(below.back()); // it has no sibling on this level and rises as it is
    levels_.push_back(std::move(above));
  }
}

digest merkle_tree::root() const {
  return levels_.back().empty() ? sha256_of({}) : levels_.back().front();
}

std::vector<digest> merkle_tree::path(std::uint64_t index) const {
  std::vector<digest> siblings;
  for (const auto& level : levels_) {
    const auto sibling = index ^ 1;
    if (sibling < level.size())
      siblings.push_back(level[sibling]);
    index /= 2;
  }
  return siblings;
}

std::optional<digest> root_by_path(const digest& leaf_hash, std::uint64_t index, std::uint64_t size,
                                   std::span<const digest> path) noexcept {
  if (index >= size)
    return std::nullopt;
  // RFC 9162, section 2.1.3.2: `last` is the last leaf's number on the level of `index`.
  auto last = size - 1;
  auto result = leaf_hash;
  for (const auto& sibling : path) {
    if (last == 0)
      return std::nullopt;
    if (index % 2 == 1 || index == last) {
      result = join(sibling, result);
      while (index % 2 == 0 && index != 0) {
        index /= 2;
        last /= 2;
      }
    } else {
      result = join(result, sibling);
    }
    index /= 2;
    last /= 2;
  }
  if (last != 0)
    return std::nullopt;
  return result;
}

} // namespace sluice::evidence
