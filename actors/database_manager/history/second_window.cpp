// Keeps rows by second.
#include "actors/database_manager/history/second_window.hpp"

#include <algorithm>
#include <tuple>

namespace sluice::history {

namespace {

/// Within a stream and life of its gateway the row that begins first and holds most comes first.
bool before(const open_row& a, const open_row& b) noexcept {
  const auto key = [](const open_row& x) {
    return std::make_tuple(x.stream, x.row->incarnation, x.row->first_sequence);
  };
  return std::make_pair(key(a), b.row->last_sequence) < std::make_pair(key(b), a.row->last_sequence);
}

/// @pre a comes before b
bool holds(const open_row& a, const open_row& b) noexcept {
  return a.stream == b.stream && a.row->incarnation == b.row->incarnation
         && a.row->last_sequence >= b.row->last_sequence;
}

} // namespace

void second_window::add(open_row x) {
  ++rows_;
  seconds_[x.row->second].push_back(std::move(x));
}

void second_window::drop_from(std::int64_t second) noexcept {
  const auto first = seconds_.lower_bound(second);
  for (auto at = first; at != seconds_.end(); ++at)
    rows_ -= at->second.size();
  seconds_.erase(first, seconds_.end());
}

std::vector<open_row> second_window::close(std::int64_t second) {
  auto found = seconds_.extract(second);
  if (!found)
    return {};
  auto rows = std::move(found.mapped());
  rows_ -= rows.size();
  std::sort(rows.begin(), rows.end(), before);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (kept > 0 && holds(rows[kept - 1], rows[i]))
      continue;
    if (kept != i)
      rows[kept] = std::move(rows[i]);
    ++kept;
  }
  rows.resize(kept);
  return rows;
}

} // namespace sluice::history
