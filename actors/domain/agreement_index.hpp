// Finds the agreement of a stream among very many: exact parts of selectors are looked up, only what has wildcards is
// tried one by one. Same answer as agreement_for().
#pragma once

#include "actors/domain/kept_agreement.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace sluice {

class agreement_index {
public:
  agreement_index() = default;
  /// @param agreements must live, and stay where they are, as long as the index is asked
  explicit agreement_index(std::span<const kept_agreement> agreements);

  /// The agreement a stream falls under (selection.hpp); null = none. At most seven look-ups, and as many comparisons
  /// as there are selectors with the same exact parts.
  [[nodiscard]] const kept_agreement* find(const stream_id& stream) const;

private:
  /// Which parts of a selector have no wildcard: bit 0 gateway, bit 1 volume, bit 2 client.
  static constexpr unsigned mask_count = 8;

  /// Those whose selectors have the same parts without wildcards.
  class table {
  public:
    void fill(unsigned mask, std::vector<const kept_agreement*>&& all);
    [[nodiscard]] const kept_agreement* best_for(unsigned mask, const stream_id& stream) const;

  private:
    std::vector<const kept_agreement*>
        all_;                          ///< by the exact parts; of those with the same ones the most specific first
    std::vector<std::uint32_t> cells_; ///< the first of each, by the hash of the parts: open addressing; 0 = empty
  };

  std::array<table, mask_count> tables_;
};

} // namespace sluice
