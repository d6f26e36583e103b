// Ranks selectors by how specific they are.
#include "actors/domain/selection.hpp"

#include <algorithm>
#include <tuple>

namespace sluice {

namespace {

struct rank {
  int exact_parts = 0;
  std::ptrdiff_t literal_characters = 0;
};

void add_part(rank& to, std::string_view pattern) noexcept {
  const auto wildcards = std::count_if(pattern.begin(), pattern.end(), [](char c) {
    return c == '*' || c == '?';
  });
  to.exact_parts += wildcards == 0 ? 1 : 0;
  to.literal_characters += static_cast<std::ptrdiff_t>(pattern.size()) - wildcards;
}

rank rank_of(const selector& x) noexcept {
  rank result;
  add_part(result, x.gateway);
  add_part(result, x.volume);
  add_part(result, x.client);
  return result;
}

bool more_specific(const agreement& a, const agreement& b) noexcept {
  const auto x = rank_of(a.streams);
  const auto y = rank_of(b.streams);
  // The name is compared the other way round: of two equals the one that sorts first wins.
  return std::tie(x.exact_parts, x.literal_characters, b.name) > std::tie(y.exact_parts, y.literal_characters, a.name);
}

const agreement* most_specific(std::span<const agreement> agreements, const stream_id& stream,
                               bool suspended) noexcept {
  const agreement* best = nullptr;
  for (const auto& x : agreements)
    if (x.suspended == suspended && matches(x.streams, stream) && (best == nullptr || more_specific(x, *best)))
      best = &x;
  return best;
}

} // namespace

const agreement* agreement_for(std::span<const agreement> agreements, const stream_id& stream) noexcept {
  return most_specific(agreements, stream, false);
}

const agreement* owner_of(std::span<const agreement> agreements, const stream_id& stream) noexcept {
  const auto* found = agreement_for(agreements, stream);
  return found != nullptr ? found : most_specific(agreements, stream, true);
}

} // namespace sluice
