// Two windows of 64 numbers.
#include "actors/domain/sequence_filter.hpp"

namespace sluice {

sequence_filter::verdict sequence_filter::window::take(std::uint64_t sequence) noexcept {
  if (sequence > last) {
    const auto step = sequence - last;
    seen = step > reordering_window ? 1 : (seen << step) | 1;
    last = sequence;
    return verdict::newest;
  }
  const auto behind = last - sequence;
  if (behind > reordering_window || ((seen >> behind) & 1) != 0)
    return verdict::refused;
  seen |= std::uint64_t{1} << behind;
  return verdict::late;
}

sequence_filter::verdict sequence_filter::take(std::uint64_t incarnation, std::uint64_t sequence) noexcept {
  if (current_.seen == 0) {
    current_ = {incarnation, sequence, 1};
    young_ = heard_ = true;
    return verdict::newest;
  }
  // Only what is accepted counts as heard: a tick in which all was refused is not closed.
  if (incarnation == current_.incarnation) {
    const auto kind = current_.take(sequence);
    heard_ = heard_ || kind != verdict::refused;
    return kind;
  }
  if (former_.seen != 0 && incarnation == former_.incarnation) {
    if (!both_ || former_.take(sequence) == verdict::refused)
      return verdict::refused;
    former_heard_ = true;
    return verdict::late;
  }
  if (both_ && former_heard_)
    return verdict::refused;
  both_ = true;
  if (young_ && incarnation < current_.incarnation) {
    former_ = {incarnation, sequence, 1};
    former_heard_ = true;
    return verdict::late;
  }
  former_ = current_;
  former_heard_ = heard_;
  current_ = {incarnation, sequence, 1};
  young_ = heard_ = true;
  return verdict::newest;
}

} // namespace sluice
