// All streams of the core in one table: found by name, named by a slot. Decides nothing.
#pragma once

#include "actors/domain/command.hpp"
#include "actors/domain/entity_ledger.hpp"
#include "actors/domain/inheritance.hpp"
#include "actors/domain/signal.hpp"
#include "actors/domain/stream_name.hpp"

#include <limits>
#include <memory>
#include <vector>

namespace sluice {

struct kept_agreement;
struct active_override;
struct backend_state;

/// Most streams of one core; samples of further ones are refused and counted. Chosen: ten times the largest benchmark.
inline constexpr std::size_t max_table_streams = 1'000'000;

inline constexpr stream_slot no_stream = std::numeric_limits<stream_slot>::max();

struct stream_state {
  stream_name id;
  stream_signal signal;
  standing_command standing;
  std::unique_ptr<standing_command> observed; ///< what would stand, while its backend is only observed
  inheritance inherited;
  backend_state* backend = nullptr;       ///< that it is planned with; null = not yet with any
  backend_state* claimed = nullptr;       ///< that its newest sample names
  const kept_agreement* terms = nullptr;  ///< that it falls under; null = none
  const active_override* order = nullptr; ///< of an operator; may have ended
  std::uint32_t entity = 0;               ///< position among those of its backend
  bool living = false;                    ///< the slot is in use
  double credit = -1;                     ///< for bursts, held by its gateway [I/O]; negative = not begun
  instant held_until{0};                  ///< by the depth
  instant limited_until{0};               ///< by its own limit
};

/// A stream keeps its slot and its address while it is in the table. Not thread safe.
class stream_table {
public:
  /// The slot of a stream, or `no_stream`. Allocates nothing.
  [[nodiscard]] stream_slot find(const stream_id& id) const noexcept;

  /// Adds a stream. `no_stream` if there are `max_table_streams`. @pre it is not there
  [[nodiscard]] stream_slot add(const stream_id& id);

  /// Frees the slot; its state is dropped.
  void remove(stream_slot slot);

  [[nodiscard]] stream_state& operator[](stream_slot slot) noexcept {
    return pages_[slot / page_size][slot % page_size];
  }
  [[nodiscard]] const stream_state& operator[](stream_slot slot) const noexcept {
    return pages_[slot / page_size][slot % page_size];
  }

  /// How many streams there are.
  [[nodiscard]] std::size_t size() const noexcept {
    return size_;
  }
  /// Slots below this one may be `living`; for walks over all.
  [[nodiscard]] stream_slot end() const noexcept {
    return end_;
  }

private:
  static constexpr std::size_t page_size = 256;
  struct cell {
    std::uint32_t hash = 0;
    stream_slot slot = no_stream; ///< none = empty
  };
  [[nodiscard]] std::size_t cell_of(const stream_id& id, std::uint32_t hash) const noexcept;
  void grow();

  std::vector<std::unique_ptr<stream_state[]>> pages_;
  std::vector<stream_slot> free_;
  std::vector<cell> cells_; ///< open addressing, linear probing, a power of two, at most three quarters full
  std::size_t size_ = 0;
  stream_slot end_ = 0;
};

} // namespace sluice
