// The table: pages of states, and an index of their names.
#include "actors/domain/stream_table.hpp"

namespace sluice {

namespace {

constexpr std::size_t least_cells = 64;

/// Spread evenly over 32 bits, the same on every machine (FNV-1a).
std::uint32_t phase_of(const stream_id& id) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (const std::string_view part :
       {std::string_view{id.gateway}, std::string_view{id.volume}, std::string_view{id.client}})
    for (const auto c : part)
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  return static_cast<std::uint32_t>((hash * 0x9e3779b97f4a7c15ull) >> 32);
}

/// Only the places in the table depend on it, and no outcome on those.
std::uint32_t hash_of(std::string_view gateway, std::string_view volume, std::string_view client) noexcept {
  const std::hash<std::string_view> part;
  const auto x = static_cast<std::uint64_t>((part(gateway) * 31 + part(volume)) * 31 + part(client));
  return static_cast<std::uint32_t>((x * 0x9e3779b97f4a7c15ull) >> 32);
}

std::uint32_t hash_of(const stream_id& id) noexcept {
  return hash_of(id.gateway, id.volume, id.client);
}

} // namespace

/// The cell that holds the stream, or the empty one where it would be. @pre there are cells
std::size_t stream_table::cell_of(const stream_id& id, std::uint32_t hash) const noexcept {
  const auto mask = cells_.size() - 1;
  for (auto i = hash & mask;; i = (i + 1) & mask) {
    const auto& x = cells_[i];
    if (x.slot == no_stream || (x.hash == hash && (*this)[x.slot].id.names(id)))
      return i;
  }
}

stream_slot stream_table::find(const stream_id& id) const noexcept {
  return cells_.empty() ? no_stream : cells_[cell_of(id, hash_of(id))].slot;
}

stream_slot stream_table::add(const stream_id& id) {
  if (size_ >= max_table_streams)
    return no_stream;
  if (4 * (size_ + 1) > 3 * cells_.size())
    grow();
  stream_slot slot = end_;
  if (!free_.empty()) {
    slot = free_.back();
    free_.pop_back();
  } else {
    if (end_ / page_size == pages_.size())
      pages_.push_back(std::make_unique<stream_state[]>(page_size));
    ++end_;
  }
  auto& x = (*this)[slot];
  x.id = stream_name{id};
  x.living = true;
  x.standing.phase = phase_of(id);
  ++size_;
  const auto hash = hash_of(id);
  cells_[cell_of(id, hash)] = {hash, slot};
  return slot;
}

void stream_table::remove(stream_slot slot) {
  auto& x = (*this)[slot];
  const auto mask = cells_.size() - 1;
  auto hole = hash_of(x.id.gateway(), x.id.volume(), x.id.client()) & mask;
  while (cells_[hole].slot != slot)
    hole = (hole + 1) & mask;
  cells_[hole] = {};
  // Those behind the hole that would no longer be found are moved into it.
  for (auto i = (hole + 1) & mask; cells_[i].slot != no_stream; i = (i + 1) & mask) {
    const auto home = cells_[i].hash & mask;
    if (((i - home) & mask) < ((i - hole) & mask))
      continue;
    cells_[hole] = cells_[i];
    cells_[i] = {};
    hole = i;
  }
  x = stream_state{};
  free_.push_back(slot);
  --size_;
}

void stream_table::grow() {
  std::vector<cell> before(cells_.empty() ? least_cells : 2 * cells_.size());
  before.swap(cells_);
  const auto mask = cells_.size() - 1;
  for (const auto& x : before) {
    if (x.slot == no_stream)
      continue;
    auto i = x.hash & mask;
    while (cells_[i].slot != no_stream)
      i = (i + 1) & mask;
    cells_[i] = x;
  }
}

} // namespace sluice
