// Submission and completion through liburing.
#include "gateways/backend/io_ring.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <liburing.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <system_error>
#include <unistd.h>

namespace sluice::gateway {

namespace {

/// What the ring is asked to do.
constexpr std::array needed_operations{IORING_OP_READ, IORING_OP_WRITE, IORING_OP_FSYNC};

/// A ring that is used by one thread, and completes in that thread's own system calls rather than by interrupting it
/// (kernel 6.0 and later); a plain one on older kernels (5.10 and later). Not IORING_SETUP_DEFER_TASKRUN, which does
/// not wake who watches the ring's descriptor. 0, or a negative errno value.
int make_ring(io_uring& to, unsigned batch, unsigned bound) {
  io_uring_params wanted{};
  wanted.flags = IORING_SETUP_R_DISABLED | IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER
                 | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG;
  wanted.cq_entries = bound;
  auto params = wanted;
  auto result = io_uring_queue_init_params(batch, &to, &params);
  if (result == -EINVAL) {
    params = wanted;
    params.flags = IORING_SETUP_R_DISABLED | IORING_SETUP_CQSIZE;
    result = io_uring_queue_init_params(batch, &to, &params);
  }
  return result;
}

/// From here on the calling thread is the one that submits. liburing 2.3 declares a function for it, but does not have
/// it. 0, or a negative errno value.
int enable(const io_uring& ring) {
  return ::syscall(__NR_io_uring_register, ring.ring_fd, IORING_REGISTER_ENABLE_RINGS, nullptr, 0) < 0 ? -errno : 0;
}

std::string refusal(const char* what, int error) {
  return std::string{"the kernel refuses io_uring ("} + what + ": " + std::strerror(error) + ')';
}

/// One operation that does nothing, there and back: some profiles allow the set-up alone.
int round_trip(io_uring& ring) {
  io_uring_prep_nop(io_uring_get_sqe(&ring));
  if (const auto n = io_uring_submit_and_wait(&ring, 1); n < 0)
    return n;
  io_uring_cqe* done = nullptr;
  return io_uring_wait_cqe(&ring, &done);
}

} // namespace

std::string io_ring::probe() {
  io_uring ring{};
  if (const auto result = make_ring(ring, 4, 8); result != 0)
    return refusal("io_uring_setup", -result);
  std::string problem;
  if (auto* const known = io_uring_get_probe_ring(&ring); known == nullptr) {
    problem = "the kernel's io_uring does not tell its operations";
  } else {
    for (const auto x : needed_operations)
      if (io_uring_opcode_supported(known, x) == 0)
        problem = "the kernel's io_uring lacks an operation (number " + std::to_string(x) + ')';
    io_uring_free_probe(known);
  }
  if (problem.empty())
    if (const auto result = enable(ring); result < 0)
      problem = refusal("io_uring_register", -result);
  if (problem.empty())
    if (const auto result = round_trip(ring); result < 0)
      problem = refusal("io_uring_enter", -result);
  io_uring_queue_exit(&ring);
  return problem;
}

io_ring::io_ring(io_pool& pool, unsigned bound) : pool_(pool), bound_(bound), ring_(std::make_unique<::io_uring>()) {
  if (const auto result = make_ring(*ring_, std::min(bound, max_batch), bound); result != 0)
    throw std::system_error(-result, std::generic_category(), "io_uring_setup");
}

io_ring::~io_ring() {
  io_uring_queue_exit(ring_.get());
}

bool io_ring::begin() noexcept {
  begun_ = enable(*ring_) == 0;
  return begun_;
}

int io_ring::descriptor() const noexcept {
  return ring_->ring_fd;
}

bool io_ring::unsubmitted() const noexcept {
  return io_uring_sq_ready(ring_.get()) > 0;
}

bool io_ring::start(int file, blocking_work& who, io_request& x) noexcept {
  if (!begun_ || in_flight_ == bound_)
    return false;
  x.worker = &who;
  x.file = file;
  x.transferred = 0;
  if (!queue(x))
    return false;
  ++in_flight_;
  return true;
}

bool io_ring::queue(io_request& x) noexcept {
  auto* entry = io_uring_get_sqe(ring_.get());
  if (entry == nullptr) {
    submit();
    entry = io_uring_get_sqe(ring_.get());
    if (entry == nullptr)
      return false;
  }
  if (x.operation == io_operation::flush) {
    io_uring_prep_fsync(entry, x.file, IORING_FSYNC_DATASYNC);
  } else {
    auto* const at = x.buffer + x.transferred;
    const auto rest = x.length - x.transferred;
    if (x.operation == io_operation::write)
      io_uring_prep_write(entry, x.file, at, rest, x.offset + x.transferred);
    else
      io_uring_prep_read(entry, x.file, at, rest, x.offset + x.transferred);
    entry->rw_flags = x.operation == io_operation::write && x.durable ? RWF_DSYNC : 0;
  }
  io_uring_sqe_set_data(entry, &x);
  return true;
}

void io_ring::submit() noexcept {
  while (unsubmitted())
    if (const auto n = io_uring_submit(ring_.get()); n <= 0 && n != -EINTR)
      return; // no memory now: unsubmitted() says so
}

io_request* io_ring::take_done() noexcept {
  io_request* first = nullptr;
  io_request** last = &first;
  std::array<io_uring_cqe*, 64> batch;
  for (unsigned taken = 0; in_flight_ > 0 && taken < bound_;) {
    const auto n = io_uring_peek_batch_cqe(ring_.get(), batch.data(), static_cast<unsigned>(batch.size()));
    if (n == 0)
      break;
    for (unsigned i = 0; i < n; ++i) {
      auto& x = *static_cast<io_request*>(io_uring_cqe_get_data(batch[i]));
      if (!completed(x, batch[i]->res))
        continue;
      --in_flight_;
      x.next = nullptr;
      *last = &x;
      last = &x.next;
    }
    io_uring_cq_advance(ring_.get(), n);
    taken += n;
  }
  return first;
}

/// True if the request is answered; false if it goes on, here or in the pool.
bool io_ring::completed(io_request& x, int result) noexcept {
  if (result == -EINTR || result == -EAGAIN || result == -ECANCELED) {
    hand_over(x);
    return false;
  }
  if (x.operation == io_operation::flush) {
    x.error = result < 0 ? -result : 0;
    return true;
  }
  if (result <= 0) {
    // Nothing at all: the file was cut short behind our back; so it was where the rest is not aligned any more.
    x.error = result == 0 || (result == -EINVAL && x.transferred > 0) ? EIO : -result;
    x.failed_at = x.transferred;
    return true;
  }
  x.transferred += static_cast<std::uint32_t>(result);
  if (x.transferred >= x.length) {
    x.error = 0;
    return true;
  }
  if (!queue(x))
    hand_over(x);
  return false;
}

void io_ring::hand_over(io_request& x) noexcept {
  --in_flight_;
  pool_.submit(*x.worker, x);
}

void io_ring::drain() noexcept {
  while (in_flight_ > 0) {
    io_uring_submit_and_wait(ring_.get(), 1); // an error is the same as a wake-up: look, and come again
    for (auto* x = take_done(); x != nullptr;) {
      auto* const next = x->next;
      x->answer_to->push(*x);
      x = next;
    }
  }
}

} // namespace sluice::gateway
