// One table for each set of exact parts.
#include "actors/domain/agreement_index.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <string_view>

namespace sluice {

namespace {

bool wild(char c) noexcept {
  return c == '*' || c == '?';
}

bool exact(std::string_view pattern) noexcept {
  return std::none_of(pattern.begin(), pattern.end(), wild);
}

std::size_t literal_characters(std::string_view pattern) noexcept {
  return pattern.size() - static_cast<std::size_t>(std::count_if(pattern.begin(), pattern.end(), wild));
}

std::size_t literal_characters(const kept_agreement& x) noexcept {
  return literal_characters(x.gateway) + literal_characters(x.volume) + literal_characters(x.client);
}

/// The exact parts; the others are empty, which no name is.
using parts = std::array<std::string_view, 3>;

/// @param x an agreement, for its selector, or a stream
template<class T>
parts parts_of(unsigned mask, const T& x) noexcept {
  const auto part = [mask](unsigned i, std::string_view name) {
    return (mask >> i & 1) != 0 ? name : std::string_view{};
  };
  return {part(0, x.gateway), part(1, x.volume), part(2, x.client)};
}

std::size_t hash_of(const parts& x) noexcept {
  std::uint64_t hash = 0;
  for (const auto part : x)
    hash = (hash ^ std::hash<std::string_view>{}(part)) * 0x9e3779b97f4a7c15ull;
  return static_cast<std::size_t>(hash >> 16);
}

bool more_specific(const kept_agreement& a, const kept_agreement& b) noexcept {
  const auto x = literal_characters(a);
  const auto y = literal_characters(b);
  return x != y ? x > y : a.name < b.name;
}

bool covers(const kept_agreement& x, const stream_id& stream) noexcept {
  return matches(x.gateway, stream.gateway) && matches(x.volume, stream.volume) && matches(x.client, stream.client);
}

} // namespace

void agreement_index::table::fill(unsigned mask, std::vector<const kept_agreement*>&& all) {
  all_ = std::move(all);
  all_.shrink_to_fit();
  std::sort(all_.begin(), all_.end(), [mask](const kept_agreement* a, const kept_agreement* b) {
    const auto order = parts_of(mask, *a) <=> parts_of(mask, *b);
    return order != 0 ? order < 0 : more_specific(*a, *b);
  });
  if (all_.empty())
    return;
  cells_.assign(std::bit_ceil(all_.size() + all_.size() / 2 + 1), 0);
  for (std::size_t i = 0; i < all_.size(); ++i) {
    const auto its = parts_of(mask, *all_[i]);
    if (i > 0 && parts_of(mask, *all_[i - 1]) == its)
      continue;
    auto at = hash_of(its) % cells_.size();
    while (cells_[at] != 0)
      at = (at + 1) % cells_.size();
    cells_[at] = static_cast<std::uint32_t>(i + 1);
  }
}

const kept_agreement* agreement_index::table::best_for(unsigned mask, const stream_id& stream) const {
  if (all_.empty())
    return nullptr;
  const auto its = parts_of(mask, stream);
  auto at = hash_of(its) % cells_.size();
  while (cells_[at] != 0 && parts_of(mask, *all_[cells_[at] - 1]) != its)
    at = (at + 1) % cells_.size();
  if (cells_[at] == 0)
    return nullptr;
  for (std::size_t i = cells_[at] - 1; i < all_.size() && parts_of(mask, *all_[i]) == its; ++i)
    if (covers(*all_[i], stream))
      return all_[i];
  return nullptr;
}

agreement_index::agreement_index(std::span<const kept_agreement> agreements) {
  std::array<std::vector<const kept_agreement*>, mask_count> by_mask;
  for (const auto& x : agreements) {
    const auto& s = x;
    const auto mask = (exact(s.gateway) ? 1u : 0u) | (exact(s.volume) ? 2u : 0u) | (exact(s.client) ? 4u : 0u);
    by_mask[mask].push_back(&x);
  }
  for (unsigned mask = 0; mask < mask_count; ++mask)
    tables_[mask].fill(mask, std::move(by_mask[mask]));
}

const kept_agreement* agreement_index::find(const stream_id& stream) const {
  for (auto exact_parts = 3; exact_parts >= 0; --exact_parts) {
    const kept_agreement* best = nullptr;
    for (unsigned mask = 0; mask < mask_count; ++mask) {
      if (std::popcount(mask) != exact_parts)
        continue;
      const auto* its = tables_[mask].best_for(mask, stream);
      if (its != nullptr && (best == nullptr || more_specific(*its, *best)))
        best = its;
    }
    if (best != nullptr)
      return best;
  }
  return nullptr;
}

} // namespace sluice
