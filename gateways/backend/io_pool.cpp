// The pool's threads.
#include "gateways/backend/io_pool.hpp"

#include <cerrno>

namespace sluice::gateway {

io_pool::io_pool(unsigned threads) {
  threads_.reserve(threads);
  for (unsigned i = 0; i < threads; ++i)
    threads_.emplace_back([this] {
      run();
    });
}

io_pool::~io_pool() {
  // One wake-up per thread without a request behind it means: end.
  ready_.release(static_cast<std::ptrdiff_t>(threads_.size()));
  for (auto& thread : threads_)
    thread.join();
}

void io_pool::submit(blocking_work& who, io_request& x) noexcept {
  x.worker = &who;
  if (ring_.push(&x)) {
    ready_.release();
    return;
  }
  x.error = ENOMEM;
  x.answer_to->push(x);
}

void io_pool::run() noexcept {
  for (;;) {
    ready_.acquire();
    auto* const x = ring_.take();
    if (x == nullptr)
      return;
    x->worker->perform(*x);
    x->answer_to->push(*x);
  }
}

} // namespace sluice::gateway
