// Weighted max-min fairness through a hierarchy of groups: an amount is divided from the top down. Knows nothing of
// tenants or streams.
#pragma once

#include "actors/domain/water_filling.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sluice {

/// A group of claims and of other groups, which competes in the group above it as one.
struct claim_group {
  std::uint32_t above = 0; ///< position of the group above, which comes before it; the first group is the whole
  double weight = 0;       ///< 0 = as much as its heaviest member
  friend bool operator==(const claim_group&, const claim_group&) = default;
};

/// A group's floor and ceiling are the sums of its members'; what it gets is divided among them as water_fill() does.
/// Hence to divide one claim into many within a group gains the group nothing. With one group this is water_fill().
/// Keeps its memory from call to call and allocates only where it was never as large. Thread safety: none.
class hierarchical_filling {
public:
  /// Which claims there will be: their groups by position. A position that is none, and a group above that does not
  /// come before, count as the first group.
  void shape(std::span<const claim_group> groups, std::span<const std::uint32_t> group_of);

  /// Divides the amount. @pre claims.size() == size of group_of at the last shape(); else nothing is handed out
  void fill(std::span<const claim> claims, double amount);

  /// What each claim got, in the order of the claims; sums up to min(max(amount, floors), ceilings).
  [[nodiscard]] std::span<const double> parts() const noexcept {
    return parts_;
  }
  /// What each group got.
  [[nodiscard]] std::span<const double> group_parts() const noexcept {
    return group_parts_;
  }
  /// The level inside each group.
  [[nodiscard]] std::span<const double> levels() const noexcept {
    return levels_;
  }
  /// The weight with which each group competed in the one above.
  [[nodiscard]] std::span<const double> weights() const noexcept {
    return weights_;
  }
  /// The group above each group.
  [[nodiscard]] std::span<const std::uint32_t> above() const noexcept {
    return above_;
  }

private:
  void sum_up(std::span<const claim> claims);
  [[nodiscard]] std::span<const std::uint32_t> members_of(std::size_t group) const noexcept;

  std::size_t claims_ = 0;
  std::vector<double> own_weights_; ///< of the groups, as given
  std::vector<std::uint32_t> above_;
  std::vector<std::uint32_t> first_;   ///< of each group: where its members begin in members_; one more at the end
  std::vector<std::uint32_t> members_; ///< claims by position, groups by position + number of claims
  std::vector<claim> sums_;            ///< of each group
  std::vector<double> weights_;
  std::vector<double> parts_;
  std::vector<double> group_parts_;
  std::vector<double> levels_;
  std::vector<claim> wanted_;
  std::vector<double> given_;
  filling_scratch scratch_;
};

} // namespace sluice
