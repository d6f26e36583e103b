// The slots of an entity's streams: very many entities have one or two, and those take no memory of their own.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

namespace sluice {

/// Names a stream in the stream table for as long as it is there.
using stream_slot = std::uint32_t;

/// A vector of at most 2^32 - 1 slots; the first two are kept inside. Grows to what is asked for, not beyond: it
/// changes rarely. Moved from, it is empty.
class slot_list {
public:
  slot_list() noexcept = default;
  slot_list(const slot_list& other) {
    append(other.begin(), other.end());
  }
  slot_list(slot_list&& other) noexcept {
    swap(other);
  }
  slot_list& operator=(const slot_list& other) {
    slot_list{other}.swap(*this);
    return *this;
  }
  slot_list& operator=(slot_list&& other) noexcept {
    slot_list{std::move(other)}.swap(*this);
    return *this;
  }
  ~slot_list() {
    if (capacity_ > inside)
      delete[] place_.outside;
  }
  void swap(slot_list& other) noexcept {
    std::swap(place_, other.place_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  [[nodiscard]] stream_slot* begin() noexcept {
    return capacity_ > inside ? place_.outside : place_.inside;
  }
  [[nodiscard]] const stream_slot* begin() const noexcept {
    return capacity_ > inside ? place_.outside : place_.inside;
  }
  [[nodiscard]] stream_slot* end() noexcept {
    return begin() + size_;
  }
  [[nodiscard]] const stream_slot* end() const noexcept {
    return begin() + size_;
  }
  [[nodiscard]] std::size_t size() const noexcept {
    return size_;
  }
  [[nodiscard]] bool empty() const noexcept {
    return size_ == 0;
  }
  [[nodiscard]] stream_slot operator[](std::size_t i) const noexcept {
    return begin()[i];
  }

  /// Appends the slots from `from` to `to`, which are not of this list.
  template<class Iterator>
  void append(Iterator from, Iterator to) {
    const auto count = static_cast<std::size_t>(std::distance(from, to));
    make_room(size_ + count);
    std::copy(from, to, end());
    size_ += static_cast<std::uint32_t>(count);
  }
  void push_back(stream_slot x) {
    append(&x, &x + 1);
  }
  /// Longer: the new ones are 0.
  void resize(std::size_t size) {
    make_room(size);
    if (size > size_)
      std::fill(end(), begin() + size, 0);
    size_ = static_cast<std::uint32_t>(size);
  }
  /// Removes those for which `gone` says so, and keeps the order.
  template<class Predicate>
  void remove_if(Predicate gone) {
    size_ = static_cast<std::uint32_t>(std::remove_if(begin(), end(), gone) - begin());
  }

private:
  static constexpr std::uint32_t inside = 2;
  void make_room(std::size_t size) {
    if (size <= capacity_)
      return;
    auto* memory = new stream_slot[size];
    std::copy(begin(), end(), memory);
    if (capacity_ > inside)
      delete[] place_.outside;
    place_.outside = memory;
    capacity_ = static_cast<std::uint32_t>(size);
  }

  union place {
    stream_slot inside[slot_list::inside];
    stream_slot* outside;
  };
  place place_{{0, 0}};
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = inside;
};

} // namespace sluice
