// The requests that a peer still owes us a result for. CAF keeps no such table; without it they would wait for ever.
#pragma once

#include <caf/actor_control_block.hpp>
#include <caf/message_id.hpp>

#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sluice::shm {

/// Thread safe.
class in_flight_requests {
public:
  void add(const caf::strong_actor_ptr& sender, caf::message_id response) {
    const std::lock_guard lock{mutex_};
    table_[{sender->id(), response.integer_value()}] = caf::actor_cast<caf::weak_actor_ptr>(sender);
  }

  /// @returns whether it was there: exactly one caller gets true.
  bool remove(caf::actor_id sender, caf::message_id response) {
    const std::lock_guard lock{mutex_};
    return table_.erase({sender, response.integer_value()}) == 1;
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

  std::mutex mutex_;
  std::unordered_map<key, caf::weak_actor_ptr, key_hash> table_; // weak: a requester may end without its answer
};

} // namespace sluice::shm
