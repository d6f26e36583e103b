// Whose turn it is among those that contend for one limit: start-time fair queueing. Says nothing about when. Pure.
#pragma once

#include "gateways/throttle/movable_heap.hpp"

#include <cstdint>

namespace sluice::gateway {

class shared_limit;

/// One contender's place in a fair queue. Lives as long as its queue may refer to it.
class fair_share : public heap_member {
public:
  explicit fair_share(shared_limit* below = nullptr) : below_(below) {}
  fair_share(const fair_share&) = delete;
  fair_share& operator=(const fair_share&) = delete;

  /// 1 to max_weight; from the next service on. Default 1.
  void set_weight(std::uint32_t x) {
    weight_ = x < 1 ? 1 : x > max_weight ? max_weight : x;
  }
  [[nodiscard]] std::uint32_t weight() const {
    return weight_;
  }

  /// What it was given before counts no more: it goes to another queue, whose virtual time has nothing to do with this
  /// one's. @pre it does not contend
  void start_afresh() {
    finish_ = 0;
  }

  /// It waits for its turn.
  [[nodiscard]] bool contending() const {
    return in_heap();
  }

  /// The limit whose contenders this one stands for; nullptr if it stands for itself.
  [[nodiscard]] shared_limit* below() const {
    return below_;
  }

  static constexpr std::uint32_t max_weight = 1000; ///< as the domain's objectives

private:
  friend class fair_queue;
  __extension__ using virtual_time = unsigned __int128;

  shared_limit* below_;
  std::uint32_t weight_ = 1;
  std::uint32_t era_ = 0;   ///< finish_ is of this era of the queue
  virtual_time start_ = 0;  ///< while contending
  virtual_time finish_ = 0; ///< of what it was given last
  std::uint64_t turn_ = 0;  ///< who came first goes first among equals
};

/// Start-time fair queueing (Goyal, Vin, Cheng: "Start-time Fair Queueing", SIGCOMM 1996). Each service of cost c moves
/// its contender's virtual start on by c / weight; the smallest start is served next, and virtual time is the start of
/// what was served last. Who comes back after a pause starts at the present virtual time: it gets its turn at once, and
/// nothing for the time that it did not ask.
///
/// Invariants: while two contend, the service they got, each divided by its weight, differs by at most one request of
/// each; nobody that contends waits for ever; as long as somebody contends there is a first. Bounded by the number of
/// contenders, each of which is in it at most once. Thread safety: none.
class fair_queue {
public:
  /// `x` has something to send. @pre it does not contend already
  void enter(fair_share& x);

  /// `x` has nothing to send, or may not for its own reasons. Nothing happens if it does not contend.
  void leave(fair_share& x);

  /// Whose turn it is; nullptr if nobody contends.
  [[nodiscard]] fair_share* first() const {
    return heap_.first();
  }

  /// `x` was served, contending or not; if it does it goes on contending. @param cost at most cost_curve::max_cost
  void served(fair_share& x, std::uint64_t cost);

  /// Costs have another unit from now on: what everybody got before counts no more.
  void begin_era();

  [[nodiscard]] bool empty() const {
    return heap_.empty();
  }

private:
  /// Virtual time per unit of cost at weight 1: at the largest weight a cost of 1000 is exact to 0.002 %.
  static constexpr std::uint64_t scale = 1u << 16;

  [[nodiscard]] fair_share::virtual_time beginning_of(const fair_share& x) const {
    return x.era_ == era_ && x.finish_ > now_ ? x.finish_ : now_;
  }
  struct before {
    bool operator()(const fair_share& a, const fair_share& b) const {
      return a.start_ != b.start_ ? a.start_ < b.start_ : a.turn_ < b.turn_;
    }
  };

  movable_heap<fair_share, before> heap_;
  fair_share::virtual_time now_ = 0;
  std::uint64_t turns_ = 0;
  std::uint32_t era_ = 0;
};

} // namespace sluice::gateway
