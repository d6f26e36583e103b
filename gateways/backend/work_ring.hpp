// A bounded queue of requests from many threads to many, for the pool. Holds no thread.
#pragma once

#include "gateways/backend/io_request.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace sluice::gateway {

/// A ring of cells, each with a turn number (D. Vyukov's bounded queue). A cell with turn == position is free for the
/// pusher of that position; with turn == position + 1 it is full for the taker of that position.
///
/// | operation | order | pairs with |
/// |---|---|---|
/// | push: store turn = position + 1 | release | taker's acquire load of turn: the request pointer is visible |
/// | take: store turn = position + capacity | release | pusher's acquire load of turn: the cell was read |
/// | compare-and-swap of tail_ and head_ | relaxed | nothing: they only hand out positions |
class work_ring {
public:
  /// @param capacity a power of two
  explicit work_ring(std::size_t capacity) : mask_(capacity - 1), cells_(std::make_unique<cell[]>(capacity)) {
    for (std::size_t i = 0; i < capacity; ++i)
      cells_[i].turn.store(i, std::memory_order_relaxed);
  }

  /// False if it is full.
  [[nodiscard]] bool push(io_request* x) noexcept {
    auto position = tail_.load(std::memory_order_relaxed);
    for (;;) {
      auto& c = cells_[position & mask_];
      const auto turn = c.turn.load(std::memory_order_acquire);
      if (turn == position) {
        if (tail_.compare_exchange_weak(position, position + 1, std::memory_order_relaxed)) {
          c.request = x;
          c.turn.store(position + 1, std::memory_order_release);
          return true;
        }
      } else if (turn < position) {
        return false;
      } else {
        position = tail_.load(std::memory_order_relaxed);
      }
    }
  }

  /// nullptr if it is empty.
  [[nodiscard]] io_request* take() noexcept {
    auto position = head_.load(std::memory_order_relaxed);
    for (;;) {
      auto& c = cells_[position & mask_];
      const auto turn = c.turn.load(std::memory_order_acquire);
      if (turn == position + 1) {
        if (head_.compare_exchange_weak(position, position + 1, std::memory_order_relaxed)) {
          auto* const x = c.request;
          c.turn.store(position + mask_ + 1, std::memory_order_release);
          return x;
        }
      } else if (turn < position + 1) {
        return nullptr;
      } else {
        position = head_.load(std::memory_order_relaxed);
      }
    }
  }

private:
  struct cell {
    std::atomic<std::size_t> turn{0};
    io_request* request = nullptr;
  };
  std::size_t mask_;
  std::unique_ptr<cell[]> cells_;
  alignas(64) std::atomic<std::size_t> tail_{0};
  alignas(64) std::atomic<std::size_t> head_{0};
};

} // namespace sluice::gateway
