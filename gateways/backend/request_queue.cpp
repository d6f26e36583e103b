// The queue of requests towards one thread.
#include "gateways/backend/io_request.hpp"

#include <cerrno>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

namespace sluice::gateway {

request_queue::request_queue() : wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (wake_fd_ < 0)
    throw std::system_error(errno, std::generic_category(), "eventfd");
}

request_queue::~request_queue() {
  ::close(wake_fd_);
}

void request_queue::push(io_request& x) noexcept {
  auto* head = head_.load(std::memory_order_relaxed);
  do {
    x.next = head;
  } while (!head_.compare_exchange_weak(head, &x, std::memory_order_release, std::memory_order_relaxed));
  if (head == nullptr)
    wake();
}

void request_queue::wake() noexcept {
  const std::uint64_t one = 1;
  // It can only fail by overflow, and then the receiver is awake anyway.
  [[maybe_unused]] const auto n = ::write(wake_fd_, &one, sizeof one);
}

void request_queue::clear_wake() noexcept {
  std::uint64_t count;
  [[maybe_unused]] const auto n = ::read(wake_fd_, &count, sizeof count);
}

io_request* request_queue::take_all() noexcept {
  auto* x = head_.exchange(nullptr, std::memory_order_acquire);
  io_request* oldest = nullptr;
  while (x != nullptr) {
    auto* const next = x->next;
    x->next = oldest;
    oldest = x;
    x = next;
  }
  return oldest;
}

} // namespace sluice::gateway
