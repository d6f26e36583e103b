// Finds the agreement of a stream among very many: exact parts of selectors are looked up, only what has wildcards is
// tried one by one. Same answer as agreement_for().
#pragma once

#include "actors/domain/agreement.hpp"

#include <array>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice {

class agreement_index {
public:
  agreement_index() = default;
  /// @param agreements must live, and stay where they are, as long as the index is asked
  explicit agreement_index(std::span<const agreement> agreements);

  /// The agreement a stream falls under (selection.hpp); null = none. At most seven look-ups, and as many comparisons
  /// as there are selectors with the same exact parts.
  [[nodiscard]] const agreement* find(const stream_id& stream) const;

private:
  /// Which parts of a selector have no wildcard: bit 0 gateway, bit 1 volume, bit 2 client.
  static constexpr unsigned mask_count = 8;
  struct candidate {
    const agreement* what = nullptr;
    std::size_t literal_characters = 0;
    [[nodiscard]] bool before(const candidate& other) const noexcept;
  };
  /// By the exact parts; of each the most specific first.
  using table = std::unordered_map<std::string, std::vector<candidate>>;

  [[nodiscard]] const candidate* best_of(unsigned mask, const stream_id& stream) const;

  std::array<table, mask_count> tables_;
};

} // namespace sluice
