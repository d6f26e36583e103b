// A binary heap of pointers in which each member knows its place, so that it can move and leave. Knows no time and no
// turn: the order is its user's. Pure.
#pragma once

#include <cstddef>
#include <vector>

namespace sluice::gateway {

/// Base of what can be in a movable_heap; in one at a time.
class heap_member {
public:
  [[nodiscard]] bool in_heap() const {
    return place_ != nowhere;
  }

private:
  template<class Member, class Before>
  friend class movable_heap;
  static constexpr std::size_t nowhere = ~std::size_t{0};
  std::size_t place_ = nowhere;
};

/// The least of `Member`s by `Before`, a stateless strict weak order. Every change is O(log n). Bounded by the number
/// of members, each of which is in it at most once; memory is kept until the heap's end. Thread safety: none.
template<class Member, class Before>
class movable_heap {
public:
  /// Puts `x` in. @pre it is in no heap
  void insert(Member& x) {
    members_.push_back(&x);
    x.place_ = members_.size() - 1;
    sift_up(x.place_);
  }

  /// Takes `x` out. @pre it is in this heap
  void remove(Member& x) {
    const auto place = x.place_;
    x.place_ = heap_member::nowhere;
    auto* const last = members_.back();
    members_.pop_back();
    if (last == &x)
      return;
    put(place, *last);
    moved(*last);
  }

  /// The order of `x` among the others changed. @pre it is in this heap
  void moved(Member& x) {
    sift_up(x.place_);
    sift_down(x.place_);
  }

  /// The least; nullptr if nobody is in it.
  [[nodiscard]] Member* first() const {
    return members_.empty() ? nullptr : members_.front();
  }

  [[nodiscard]] bool empty() const {
    return members_.empty();
  }

  /// Calls `change` for every member, which may change their order in any way. O(n).
  template<class Change>
  void change_all(Change change) {
    for (auto* const x : members_)
      change(*x);
    for (auto place = members_.size() / 2; place-- > 0;)
      sift_down(place);
  }

private:
  void put(std::size_t place, Member& x) {
    members_[place] = &x;
    x.place_ = place;
  }

  void sift_up(std::size_t place) {
    auto& x = *members_[place];
    for (; place > 0 && Before{}(x, *members_[(place - 1) / 2]); place = (place - 1) / 2)
      put(place, *members_[(place - 1) / 2]);
    put(place, x);
  }

  void sift_down(std::size_t place) {
    auto& x = *members_[place];
    for (;;) {
      auto child = 2 * place + 1;
      if (child >= members_.size())
        break;
      if (child + 1 < members_.size() && Before{}(*members_[child + 1], *members_[child]))
        ++child;
      if (!Before{}(*members_[child], x))
        break;
      put(place, *members_[child]);
      place = child;
    }
    put(place, x);
  }

  std::vector<Member*> members_;
};

} // namespace sluice::gateway
