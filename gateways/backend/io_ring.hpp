// A thread's own io_uring: reads, writes and flushes of files without another thread. Opens no file and waits for none.
#pragma once

#include "gateways/backend/io_pool.hpp"

#include <cstddef>
#include <memory>
#include <string>

struct io_uring;

namespace sluice::gateway {

///   start() ─▶ submission queue ── submit(), once per round ─▶ kernel ─▶ completion queue ── take_done() ─▶ answered
///      └ full ─▶ false: the pool does it            short ◀──────────────────────┤
///                                                   the rest is queued again      └ EINTR, EAGAIN ─▶ the pool
///
/// The kernel reads and writes the requests' buffers until they are answered: whoever owns them calls drain() before
/// they go.
/// Thread safety: one thread, from begin() on. Constructor, probe() and destructor from any.
class io_ring {
public:
  /// Requests at the kernel at once. Chosen: sixteen clients at QD64; beyond it the pool has them.
  static constexpr unsigned max_in_flight = 1024;

  /// Requests that one system call submits at most. Chosen: more than a round of a shard starts, usually.
  static constexpr unsigned max_batch = 256;

  /// Whether the kernel gives rings to this process, with what is needed here. Empty, or the sentence that says what
  /// it refuses.
  [[nodiscard]] static std::string probe();

  /// @param pool does what the ring cannot finish; must live until the ring is drained
  /// @param bound of requests at the kernel
  /// @throws std::system_error at start-up, if the kernel refuses
  explicit io_ring(io_pool& pool, unsigned bound = max_in_flight);

  /// @pre drained
  ~io_ring();

  io_ring(const io_ring&) = delete;
  io_ring& operator=(const io_ring&) = delete;

  /// The calling thread is the one that uses it, and may watch the descriptor from now on. If the kernel refuses this,
  /// false, and so is start() for ever.
  [[nodiscard]] bool begin() noexcept;

  /// Queues a read, a write or a flush on `file`, which stays open until the request is answered. False if there is no
  /// room: nothing happened. With an error that is worth another attempt the pool calls `who` to do all of it.
  [[nodiscard]] bool start(int file, blocking_work& who, io_request& x) noexcept;

  /// Tells the kernel what was started.
  void submit() noexcept;

  /// True if the kernel had no memory for all of it: submit() wants to be called again soon.
  [[nodiscard]] bool unsubmitted() const noexcept;

  /// What is done, linked by `next`, or nullptr. No system call when there is nothing. What came back short is started
  /// again.
  [[nodiscard]] io_request* take_done() noexcept;

  /// Waits until the kernel has nothing left, and pushes it all to `answer_to`.
  void drain() noexcept;

  [[nodiscard]] unsigned in_flight() const noexcept {
    return in_flight_;
  }

  /// Readable when there is something to take.
  [[nodiscard]] int descriptor() const noexcept;

private:
  [[nodiscard]] bool queue(io_request& x) noexcept;
  [[nodiscard]] bool completed(io_request& x, int result) noexcept;
  void hand_over(io_request& x) noexcept;

  io_pool& pool_;
  unsigned bound_;
  unsigned in_flight_ = 0;
  bool begun_ = false;
  std::unique_ptr<io_uring> ring_;
};

} // namespace sluice::gateway
