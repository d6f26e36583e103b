// The handles that the last message needed: the next one of a burst mostly needs the same. Saves two shared tables'
// locks.
#pragma once

#include <caf/actor_control_block.hpp>

#include <cstdint>

namespace sluice::shm {

/// Kept only while messages follow each other: the receiver clears it before it waits, and when a remote actor or a
/// process ends, so it keeps no actor alive for long. Thread safety: none, the receiver's thread owns it.
class burst_cache {
public:
  /// The local actor `id`: remembered, or what `find()` brings.
  template<class Find>
  [[nodiscard]] const caf::strong_actor_ptr& local(caf::actor_id id, Find find) {
    if (!local_ || local_id_ != id) {
      local_ = find();
      local_id_ = id;
    }
    return local_;
  }

  /// The proxy of actor `id` in the life `incarnation` of a process: remembered, or what `find()` brings.
  template<class Find>
  [[nodiscard]] const caf::strong_actor_ptr& remote(std::uint64_t incarnation, caf::actor_id id, Find find) {
    if (!remote_ || remote_id_ != id || remote_incarnation_ != incarnation) {
      remote_ = find();
      remote_id_ = id;
      remote_incarnation_ = incarnation;
    }
    return remote_;
  }

  void clear() {
    local_ = nullptr;
    remote_ = nullptr;
  }

private:
  caf::strong_actor_ptr local_;
  caf::strong_actor_ptr remote_;
  caf::actor_id local_id_ = 0;
  caf::actor_id remote_id_ = 0;
  std::uint64_t remote_incarnation_ = 0;
};

} // namespace sluice::shm
