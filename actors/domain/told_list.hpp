// What a tick tells streams, noted by their slots: the messages with all their texts are made only for whoever reads
// them. Keeps no throttle of its own.
#pragma once

#include "actors/domain/event.hpp"
#include "actors/domain/recycled_list.hpp"
#include "actors/domain/stream_table.hpp"
#include "actors/domain/throttle.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

namespace sluice {

/// Walks over a list whose elements are made when they are asked for.
template<class List>
class made_iterator {
public:
  using iterator_category = std::input_iterator_tag;
  using value_type = typename List::value_type;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  using reference = value_type;

  made_iterator() = default;
  made_iterator(const List& list, std::size_t at) noexcept : list_(&list), at_(at) {}
  [[nodiscard]] value_type operator*() const {
    return (*list_)[at_];
  }
  made_iterator& operator++() noexcept {
    ++at_;
    return *this;
  }
  made_iterator operator++(int) noexcept {
    return {*list_, at_++};
  }
  friend bool operator==(const made_iterator& a, const made_iterator& b) noexcept {
    return a.at_ == b.at_;
  }

private:
  const List* list_ = nullptr;
  std::size_t at_ = 0;
};

/// A throttle that stands for a stream since this tick.
struct told_throttle {
  stream_slot slot = no_stream;
  duration lease{0};
};

/// A renewal of the lease.
struct told_renewal {
  stream_slot slot = no_stream;
  std::uint64_t generation = 0;
};

/// Makes the message; allocates nothing where the strings of `to` have been as long.
void word(throttle& to, const stream_table& streams, const told_throttle& x);
void word(renewal& to, const stream_table& streams, const told_renewal& x);

/// Messages to streams. Its elements may be read until the next tick, from the table that they were noted with.
template<class Message, class Note>
class told_list {
public:
  using value_type = Message;

  /// @param streams must live, and stay where it is, until the list is cleared
  void add(const stream_table& streams, const Note& x) {
    streams_ = &streams;
    notes_.add() = x;
  }
  void clear() {
    notes_.clear();
  }
  [[nodiscard]] std::size_t size() const noexcept {
    return notes_.size();
  }
  [[nodiscard]] bool empty() const noexcept {
    return notes_.empty();
  }
  /// Makes `to` the message at `i`. @pre i < size()
  void read(std::size_t i, Message& to) const {
    word(to, *streams_, notes_[i]);
  }
  [[nodiscard]] Message operator[](std::size_t i) const {
    Message result;
    read(i, result);
    return result;
  }
  [[nodiscard]] Message front() const {
    return (*this)[0];
  }
  [[nodiscard]] Message back() const {
    return (*this)[size() - 1];
  }
  [[nodiscard]] made_iterator<told_list> begin() const noexcept {
    return {*this, 0};
  }
  [[nodiscard]] made_iterator<told_list> end() const noexcept {
    return {*this, size()};
  }

private:
  recycled_list<Note> notes_;
  const stream_table* streams_ = nullptr;
};

using throttle_list = told_list<throttle, told_throttle>;
using renewal_list = told_list<renewal, told_renewal>;

/// Events in the order in which they came about. Those that say what a throttle of the same tick says are worded from
/// that.
class event_list {
public:
  using value_type = event;
  static constexpr std::size_t no_throttle = static_cast<std::size_t>(-1);

  /// An event with its own words, which the caller sets.
  event& add() {
    notes_.add() = {{}, {}, no_throttle, words_.size(), {}};
    return words_.add();
  }
  /// What a throttle means that was just told. @param which it is among the tick's throttles
  /// @param streams must live, and stay where it is, until the list is cleared
  void add(wall_time at, event_kind kind, const stream_table& streams, const told_throttle& x, std::size_t which) {
    streams_ = &streams;
    notes_.add() = {at, kind, which, 0, x};
  }
  void clear() {
    notes_.clear();
    words_.clear();
  }
  [[nodiscard]] std::size_t size() const noexcept {
    return notes_.size();
  }
  [[nodiscard]] bool empty() const noexcept {
    return notes_.empty();
  }
  /// Which of the tick's throttles it is about, or `no_throttle`.
  [[nodiscard]] std::size_t throttle_of(std::size_t i) const noexcept {
    return notes_[i].which;
  }
  [[nodiscard]] event operator[](std::size_t i) const;
  [[nodiscard]] event front() const {
    return (*this)[0];
  }
  [[nodiscard]] event back() const {
    return (*this)[size() - 1];
  }
  [[nodiscard]] made_iterator<event_list> begin() const noexcept {
    return {*this, 0};
  }
  [[nodiscard]] made_iterator<event_list> end() const noexcept {
    return {*this, size()};
  }

private:
  struct note {
    wall_time at;
    event_kind kind = event_kind::stream_throttled;
    std::size_t which = no_throttle;
    std::size_t words = 0; ///< position among those with words of their own
    told_throttle what;
  };
  recycled_list<note> notes_;
  recycled_list<event> words_;
  const stream_table* streams_ = nullptr;
};

} // namespace sluice
