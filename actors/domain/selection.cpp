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

template<class Counts>
const agreement* most_specific(std::span<const agreement> agreements, const stream_id& stream, Counts counts) noexcept {
  const agreement* best = nullptr;
  for (const auto& x : agreements)
    if (counts(x) && matches(x.streams, stream) && (best == nullptr || more_specific(x, *best)))
      best = &x;
  return best;
}

bool is_plain(std::string_view pattern) noexcept {
  return pattern.find_first_of("*?") == std::string_view::npos;
}

bool within(std::string_view inner, std::string_view outer) noexcept {
  return outer == "*" || inner == outer || (is_plain(inner) && matches(outer, inner));
}

bool may_overlap(std::string_view a, std::string_view b) noexcept {
  if (is_plain(a))
    return matches(b, a);
  return !is_plain(b) || matches(a, b);
}

} // namespace

const agreement* agreement_for(std::span<const agreement> agreements, const stream_id& stream) noexcept {
  return most_specific(agreements, stream, [](const agreement& x) {
    return !x.suspended;
  });
}

const agreement* owner_of(std::span<const agreement> agreements, const stream_id& stream) noexcept {
  return most_specific(agreements, stream, [](const agreement&) {
    return true;
  });
}

bool within(const selector& inner, const selector& outer) noexcept {
  return within(inner.gateway, outer.gateway) && within(inner.volume, outer.volume)
         && within(inner.client, outer.client);
}

bool may_overlap(const selector& a, const selector& b) noexcept {
  return may_overlap(a.gateway, b.gateway) && may_overlap(a.volume, b.volume) && may_overlap(a.client, b.client);
}

} // namespace sluice
