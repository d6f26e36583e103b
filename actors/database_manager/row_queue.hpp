// The bounded buffer in which rows wait until they are committed, with whom to tell. Pure; knows no database.
#pragma once

#include "actors/database_manager/store/packed_row.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace sluice {

/// First come, first stored. A batch leaves only when it is answered, so that nothing is lost when storing fails in
/// between (invariant 4). `Ticket` is what is needed to answer the sender of a batch.
template<class Ticket>
class row_queue {
public:
  using batch_ptr = std::shared_ptr<const store::packed_batch>;

  /// @param bound how many lines may wait
  explicit row_queue(std::size_t bound) : bound_(bound) {}

  /// Takes a batch. False, and nothing taken, if more than the bound would wait.
  [[nodiscard]] bool push(batch_ptr batch, Ticket ticket) {
    const auto size = batch->size();
    if (size > bound_ || lines_ > bound_ - size)
      return false;
    lines_ += size;
    waiting_.emplace_back(std::move(batch), std::move(ticket));
    return true;
  }

  /// The oldest batches of together at most `lines` lines, at least one batch unless none waits. They stay.
  [[nodiscard]] std::vector<batch_ptr> oldest(std::size_t lines) const {
    std::vector<batch_ptr> group;
    std::size_t taken = 0;
    for (const auto& [batch, ticket] : waiting_) {
      taken += batch->size();
      if (!group.empty() && taken > lines)
        break;
      group.push_back(batch);
    }
    return group;
  }

  /// Removes the oldest batch. @pre !empty()
  [[nodiscard]] std::pair<batch_ptr, Ticket> pop() {
    auto oldest = std::move(waiting_.front());
    waiting_.pop_front();
    lines_ -= oldest.first->size();
    return oldest;
  }

  /// The oldest batch's ticket. @pre !empty()
  [[nodiscard]] const Ticket& front() const noexcept {
    return waiting_.front().second;
  }

  [[nodiscard]] bool empty() const noexcept {
    return waiting_.empty();
  }
  [[nodiscard]] std::size_t lines() const noexcept {
    return lines_;
  }
  [[nodiscard]] std::size_t bound() const noexcept {
    return bound_;
  }

private:
  std::size_t bound_;
  std::size_t lines_ = 0;
  std::deque<std::pair<batch_ptr, Ticket>> waiting_;
};

} // namespace sluice
