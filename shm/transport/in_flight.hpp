// The requests that a peer still owes us a result for. CAF keeps no such table; without it they would wait for ever.
#pragma once

#include <caf/actor_control_block.hpp>
#include <caf/message_id.hpp>

#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sluice::shm {

/// Requests to one peer that may be unanswered at the same time. Chosen: far above what a working peer leaves waiting
/// (some 100 bytes each); beyond it a request fails as `overloaded`.
inline constexpr std::size_t max_in_flight = 262'144;

/// Thread safe. Once it has grown to what is usually in flight it allocates nothing.
class in_flight_requests {
public:
  /// @returns false when max_in_flight are waiting: nothing was added.
  [[nodiscard]] bool add(const caf::strong_actor_ptr& sender, caf::message_id response) {
    return add(sender->id(), response, caf::actor_cast<caf::weak_actor_ptr>(sender));
  }
  [[nodiscard]] bool add(caf::actor_id sender, caf::message_id response, caf::weak_actor_ptr who);

  /// Takes a request out: exactly one caller gets it. Its requester may have ended.
  std::optional<caf::weak_actor_ptr> take(caf::actor_id sender, caf::message_id response);

  /// @returns whether it was there.
  bool remove(caf::actor_id sender, caf::message_id response) {
    return take(sender, response).has_value();
  }

  /// Forgets requests whose requester has ended: nobody waits for the answer. Looks at `most` entries a call and goes
  /// on behind them in the next.
  void forget_ended(std::size_t most);

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock{mutex_};
    return table_.size();
  }

  /// Empties the table and answers every request in it with `why`.
  void fail_all(const caf::error& why);

private:
  using key = std::pair<caf::actor_id, std::uint64_t>;
  struct key_hash {
    std::size_t operator()(const key& x) const noexcept {
      return static_cast<std::size_t>(x.first * 0x9e37'79b9'7f4a'7c15 ^ x.second);
    }
  };
  using entries = std::unordered_map<key, caf::weak_actor_ptr, key_hash>;

  /// Nodes kept for later entries. Chosen: what a busy peer has in flight; more go back to the allocator.
  static constexpr std::size_t max_spare = 4096;
  void keep(entries::node_type node);

  mutable std::mutex mutex_;
  entries table_; // weak: a requester may end without its answer
  std::vector<entries::node_type> spare_;
  std::size_t next_bucket_ = 0; // where forget_ended() goes on
};

} // namespace sluice::shm
