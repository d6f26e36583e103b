// One table for each set of exact parts.
#include "actors/domain/agreement_index.hpp"

#include <algorithm>
#include <bit>

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

/// The exact parts one after another; a slash is in no name.
std::string key_of(unsigned mask, std::string_view gateway, std::string_view volume, std::string_view client) {
  std::string result;
  const std::string_view parts[] = {gateway, volume, client};
  for (unsigned i = 0; i < 3; ++i)
    if ((mask >> i & 1) != 0)
      result.append(parts[i]).push_back('/');
  return result;
}

} // namespace

bool agreement_index::candidate::before(const candidate& other) const noexcept {
  if (literal_characters != other.literal_characters)
    return literal_characters > other.literal_characters;
  return what->name < other.what->name;
}

agreement_index::agreement_index(std::span<const agreement> agreements) {
  for (const auto& x : agreements) {
    const auto& s = x.streams;
    const auto mask = (exact(s.gateway) ? 1u : 0u) | (exact(s.volume) ? 2u : 0u) | (exact(s.client) ? 4u : 0u);
    tables_[mask][key_of(mask, s.gateway, s.volume, s.client)].push_back(
        {&x, literal_characters(s.gateway) + literal_characters(s.volume) + literal_characters(s.client)});
  }
  for (auto& of_mask : tables_)
    for (auto& [key, candidates] : of_mask)
      std::sort(candidates.begin(), candidates.end(), [](const candidate& a, const candidate& b) {
        return a.before(b);
      });
}

const agreement_index::candidate* agreement_index::best_of(unsigned mask, const stream_id& stream) const {
  if (tables_[mask].empty())
    return nullptr;
  const auto at = tables_[mask].find(key_of(mask, stream.gateway, stream.volume, stream.client));
  if (at == tables_[mask].end())
    return nullptr;
  const auto first = std::find_if(at->second.begin(), at->second.end(), [&](const candidate& x) {
    return matches(x.what->streams, stream);
  });
  return first != at->second.end() ? &*first : nullptr;
}

const agreement* agreement_index::find(const stream_id& stream) const {
  for (auto exact_parts = 3; exact_parts >= 0; --exact_parts) {
    const candidate* best = nullptr;
    for (unsigned mask = 0; mask < mask_count; ++mask) {
      if (std::popcount(mask) != exact_parts)
        continue;
      const auto* its = best_of(mask, stream);
      if (its != nullptr && (best == nullptr || its->before(*best)))
        best = its;
    }
    if (best != nullptr)
      return best->what;
  }
  return nullptr;
}

} // namespace sluice
