// Threads for file I/O that would block a shard. Knows the request, not the file.
#pragma once

#include "gateways/backend/work_ring.hpp"

#include <semaphore>
#include <thread>
#include <vector>

namespace sluice::gateway {

/// Does one request where it may block, and fills `error`.
class blocking_work {
public:
  virtual ~blocking_work() = default;
  virtual void perform(io_request& x) noexcept = 0;
};

/// Thread safety: submit() from any thread; the rest from one.
class io_pool {
public:
  /// More requests than exist cannot wait. Chosen: eight shards of 8,192 requests each.
  static constexpr std::size_t capacity = 65'536;

  explicit io_pool(unsigned threads);

  /// Performs what is queued, then ends the threads.
  ~io_pool();

  io_pool(const io_pool&) = delete;
  io_pool& operator=(const io_pool&) = delete;

  /// Queues a request; it is pushed to its `answer_to` when done. At the capacity it is answered with ENOMEM.
  void submit(blocking_work& who, io_request& x) noexcept;

private:
  void run() noexcept;

  work_ring ring_{capacity};
  std::counting_semaphore<> ready_{0};
  std::vector<std::thread> threads_;
};

} // namespace sluice::gateway
