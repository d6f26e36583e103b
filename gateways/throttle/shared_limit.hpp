// One limit over several streams, or over limits that are over several streams: a gate, and a fair queue before it.
// Decides who goes next and when; sends nothing. Pure.
#pragma once

#include "gateways/throttle/fair_queue.hpp"
#include "gateways/throttle/gate.hpp"

#include <vector>

namespace sluice::gateway {

///     streams ─▶ fair queue ─▶ gate ─┐
///     streams ─▶ fair queue ─▶ gate ─┴▶ fair queue ─▶ gate (the root) ─▶ backend
///
/// A limit below another one is one contender there, with a weight of its own: dividing traffic over more streams gains
/// nothing above. A limit whose gate is closed steps out of the queue above it until it opens (it is *parked*), so it
/// keeps nobody else back.
///
/// How to use a tree: a stream with something to send asks free_way() at its own limit; if that is granted it sends and
/// calls book(). If not it calls enter(). Whenever something changed, root().next() says who goes, until it says
/// nobody; then due() says when to ask again. Who is told to go sends one request, calls book(), and withdraws if it
/// has no more.
///
/// Thread safety: none. A tree belongs to one shard.
class shared_limit final : public fair_share {
public:
  /// @param above the limit that also holds for all contenders here; nullptr for a root. It must outlive this one.
  explicit shared_limit(shared_limit* above = nullptr) : fair_share(this), above_(above) {}

  /// Puts limits in force; debt and credit are kept in tokens.
  void set(const io_limits& x, instant now);

  /// A request may go now without anybody being passed over: nobody contends here or above, and all gates are open.
  [[nodiscard]] bool free_way(instant now);

  /// `x` has something to send. @pre it does not contend already
  void enter(fair_share& x);

  /// `x` has nothing to send, or may not for its own reasons.
  void withdraw(fair_share& x);

  /// Whose turn it is; nullptr: nobody's before due(). At a root.
  [[nodiscard]] fair_share* next(instant now);

  /// After next() said nobody: when to ask again. instant::max(): after the next enter(), left() or set().
  [[nodiscard]] instant due() const {
    return due_;
  }

  /// A request of `x` goes to the backend: it is paid here and above.
  void book(fair_share& x, const io_demand& what, instant now);

  /// A request of a contender here came back from the backend.
  void left();

  /// Why whoever contends here is held now: the first reason on the way up; none: it waits for its turn alone.
  [[nodiscard]] hold held(instant now);

  [[nodiscard]] shared_limit& root() {
    return above_ == nullptr ? *this : above_->root();
  }
  [[nodiscard]] const io_limits& limits() const {
    return gate_.limits();
  }
  [[nodiscard]] std::uint32_t in_flight() const {
    return gate_.in_flight();
  }

private:
  [[nodiscard]] bool wanted() const {
    return !queue_.empty() || !parked_.empty();
  }
  void take_back(instant now);
  void park(shared_limit& below);
  void unpark(shared_limit& below);
  void step_out();
  void reconsider();

  shared_limit* above_;
  gate gate_;
  fair_queue queue_;
  std::vector<shared_limit*> parked_; ///< contenders whose own gates are closed; bounded by the number of limits below
  bool is_parked_ = false;
  instant due_ = instant::max();
  instant retry_ = instant::max(); ///< when the first of the parked may go on
};

} // namespace sluice::gateway
