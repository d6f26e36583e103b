// Sums claims up from below, divides the amount from above.
#include "actors/domain/hierarchy.hpp"

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

double sane(double x) noexcept {
  return std::isnan(x) || x < 0 ? 0 : x;
}

} // namespace

void hierarchical_filling::shape(std::span<const claim_group> groups, std::span<const std::uint32_t> group_of) {
  const auto count = std::max<std::size_t>(groups.size(), 1);
  claims_ = group_of.size();
  own_weights_.assign(count, 0);
  above_.assign(count, 0);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    own_weights_[g] = sane(groups[g].weight);
    above_[g] = groups[g].above < g ? groups[g].above : 0;
  }
  const auto home_of = [&](std::size_t member) -> std::size_t {
    if (member >= claims_)
      return above_[member - claims_];
    return group_of[member] < count ? group_of[member] : 0;
  };
  // A counting sort of all members but the first group, which is in none.
  first_.assign(count + 1, 0);
  members_.resize(claims_ + count - 1);
  for (std::size_t i = 0; i < claims_ + count; ++i)
    if (i != claims_)
      ++first_[home_of(i)];
  for (std::size_t g = 1; g <= count; ++g)
    first_[g] += first_[g - 1];
  for (auto i = claims_ + count; i-- > 0;)
    if (i != claims_)
      members_[--first_[home_of(i)]] = static_cast<std::uint32_t>(i);
}

std::span<const std::uint32_t> hierarchical_filling::members_of(std::size_t group) const noexcept {
  return std::span{members_}.subspan(first_[group], first_[group + 1] - first_[group]);
}

void hierarchical_filling::sum_up(std::span<const claim> claims) {
  sums_.assign(own_weights_.size(), claim{0, 0, 0});
  weights_.assign(own_weights_.size(), 0);
  for (auto g = sums_.size(); g-- > 0;) {
    auto& sum = sums_[g];
    for (const auto member : members_of(g)) {
      const auto& x = member < claims_ ? claims[member] : sums_[member - claims_];
      const auto floor = sane(x.floor);
      sum.floor += floor;
      // Without a weight one never leaves its floor.
      sum.ceiling += x.weight > 0 ? std::max(sane(x.ceiling), floor) : floor;
      sum.weight = std::max(sum.weight, sane(x.weight));
    }
    if (own_weights_[g] > 0)
      sum.weight = own_weights_[g];
    weights_[g] = sum.weight;
  }
}

void hierarchical_filling::fill(std::span<const claim> claims, double amount) {
  parts_.assign(claims.size(), 0);
  group_parts_.assign(own_weights_.size(), 0);
  levels_.assign(own_weights_.size(), 0);
  if (claims.size() != claims_ || own_weights_.empty())
    return;
  sum_up(claims);
  group_parts_[0] = sane(amount);
  for (std::size_t g = 0; g < group_parts_.size(); ++g) {
    const auto members = members_of(g);
    wanted_.clear();
    for (const auto member : members)
      wanted_.push_back(member < claims_ ? claims[member] : sums_[member - claims_]);
    given_.resize(wanted_.size());
    levels_[g] = water_fill(wanted_, group_parts_[g], given_, scratch_);
    double given = 0;
    for (std::size_t i = 0; i < members.size(); ++i) {
      (members[i] < claims_ ? parts_[members[i]] : group_parts_[members[i] - claims_]) = given_[i];
      given += given_[i];
    }
    group_parts_[g] = given;
  }
}

} // namespace sluice
