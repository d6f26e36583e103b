// One request to a backend, and the queue it comes back through. Owned by whoever submits it; backends only borrow it.
#pragma once

#include "actors/domain/units.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace sluice::gateway {

enum class io_operation : std::uint8_t { read, write, flush, trim, write_zeroes, cache, block_status };

/// Does it leave the storage as it is, whatever happens? A flush does not: it writes what was written before.
[[nodiscard]] constexpr bool only_reads(io_operation x) noexcept {
  return x == io_operation::read || x == io_operation::cache || x == io_operation::block_status;
}

/// A stretch of storage in the answer to a block_status.
struct extent {
  std::uint32_t length = 0; ///< [bytes], never 0
  bool hole = false;        ///< nothing is allocated
  bool zero = false;        ///< it reads as zeroes
  friend bool operator==(const extent&, const extent&) = default;
};

class blocking_work;
class io_ring;
class request_queue;

struct io_request {
  static constexpr std::uint32_t unknown_place = 0xffffffff;

  io_operation operation = io_operation::read;
  bool durable = false;        ///< FUA: on stable storage before it is answered
  bool keep_allocated = false; ///< write_zeroes: leave no hole
  bool only_if_fast = false;   ///< write_zeroes: fail with EOPNOTSUPP where it is no faster than a write
  std::uint32_t length = 0;    ///< [bytes]
  std::uint64_t offset = 0;    ///< in the backend [bytes]
  std::byte* buffer = nullptr; ///< read and write: `length` bytes
  int error = 0;               ///< the answer: 0 or an errno value
  /// With an error of read, write and write_zeroes: how far behind `offset` it happened [bytes], where that is known.
  std::uint32_t failed_at = unknown_place;
  std::uint32_t max_extents = 0;  ///< block_status: room in `extents`, at least 1
  std::uint32_t extent_count = 0; ///< block_status: the answer, at least 1; from `offset` on, without a gap
  extent* extents = nullptr;

  request_queue* answer_to = nullptr; ///< where it goes when it was not answered at once
  io_request* next = nullptr;         ///< for the queue it is in
  /// The ring of the thread that submits it: on submit() the request may be put there and nowhere else. nullptr: none.
  io_ring* ring = nullptr;
  blocking_work* worker = nullptr; ///< for the pool and the ring: who performs it
  int file = -1;                   ///< for the ring: what it is about
  std::uint32_t transferred = 0;   ///< for whoever performs it in parts: how much is done [bytes]
  instant give_up{0};              ///< for a backend that waits for something
  std::size_t place = 0;           ///< for a backend's own table
};

/// Requests from any thread to one thread, in order. Lock-free; wakes the receiver by an eventfd.
///
/// | operation | order | pairs with |
/// |---|---|---|
/// | push: compare-and-swap of head | release | the acquire in take_all: the request's fields are visible |
/// | take_all: exchange of head | acquire | the release in push |
///
/// The eventfd is written when the queue was empty before; the receiver clears it first and takes afterwards, so a
/// request that was pushed in between is either taken or wakes it again. Bounded by the number of request objects.
class request_queue {
public:
  /// @throws std::system_error at start-up, if there is no descriptor left
  request_queue();
  ~request_queue();
  request_queue(const request_queue&) = delete;
  request_queue& operator=(const request_queue&) = delete;

  /// Any thread.
  void push(io_request& x) noexcept;

  /// Wakes the receiver without a request. Any thread.
  void wake() noexcept;

  /// The receiver: resets the wake-up.
  void clear_wake() noexcept;

  /// The receiver: everything pushed so far, oldest first, linked by `next`; nullptr if there is nothing.
  [[nodiscard]] io_request* take_all() noexcept;

  /// Readable when there is something to take.
  [[nodiscard]] int descriptor() const noexcept {
    return wake_fd_;
  }

private:
  std::atomic<io_request*> head_{nullptr};
  int wake_fd_;
};

} // namespace sluice::gateway
