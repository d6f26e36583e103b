// The link's thread: connects, sends, answers, reconnects.
#include "gateways/backend/upstream_link.hpp"

#include "gateways/backend/extent_writer.hpp"
#include "gateways/backend/upstream_traits.hpp"

#include <algorithm>
#include <cerrno>
#include <libnbd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <utility>

namespace sluice::gateway {

namespace {

instant clock_now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

std::string last_error() {
  const char* const text = nbd_get_error();
  return text != nullptr ? text : "unknown error";
}

} // namespace

upstream_link::upstream_link(std::string uri, duration patience, reachability_observer observer)
    : uri_(std::move(uri)), patience_(patience), observer_(std::move(observer)), flights_(max_in_flight) {
  for (std::size_t i = 0; i < max_in_flight; ++i) {
    flights_[i].link = this;
    free_places_.push_back(max_in_flight - 1 - i);
  }
}

upstream_link::~upstream_link() {
  stop();
}

std::string upstream_link::start() {
  auto outcome = first_attempt_.get_future();
  thread_ = std::thread([this] {
    run();
  });
  return outcome.get();
}

void upstream_link::stop() {
  if (!thread_.joinable())
    return;
  // RELEASE pairs with the ACQUIRE in run().
  stopping_.store(true, std::memory_order_release);
  incoming_.wake();
  thread_.join();
}

void upstream_link::run() {
  while (!stopping_.load(std::memory_order_acquire)) {
    const auto now = clock_now();
    take_incoming(now);
    step(now);
    wait_for_events(clock_now());
  }
  take_incoming(clock_now());
  if (handle_ != nullptr && up_)
    nbd_aio_disconnect(handle_, 0);
  nbd_close(handle_); // calls no completion; what was in flight is answered here
  handle_ = nullptr;
  for (auto& f : flights_)
    if (auto* const x = std::exchange(f.request, nullptr); x != nullptr)
      answer(*x, EIO);
  while (auto* const x = oldest_waiting_) {
    oldest_waiting_ = x->next;
    answer(*x, EIO);
  }
}

void upstream_link::step(instant now) {
  if (handle_ == nullptr && now >= next_attempt_)
    begin_connecting(now);
  if (handle_ != nullptr && !up_) {
    if (nbd_aio_is_ready(handle_) == 1)
      became_ready();
    else if (nbd_aio_is_dead(handle_) == 1 || nbd_aio_is_closed(handle_) == 1)
      lost(now, last_error());
    else if (now >= connect_deadline_)
      lost(now, "no answer within " + std::to_string(connect_time / std::chrono::seconds{1}) + " s");
  } else if (handle_ != nullptr && (nbd_aio_is_dead(handle_) == 1 || nbd_aio_is_closed(handle_) == 1)) {
    lost(now, "the connection was closed");
  } else if (to_send_again_ != nullptr) {
    lost(now, "the server shuts down");
  }
  if (up_)
    send_waiting();
  else
    expire_waiting(now);
}

void upstream_link::wait_for_events(instant now) {
  // While something waits for a connection, look at the clock every 20 ms; with a connection only events count.
  auto timeout = std::chrono::seconds{1} + duration::zero();
  if (handle_ == nullptr)
    timeout = std::max(next_attempt_ - now, duration::zero());
  if (!up_ && oldest_waiting_ != nullptr)
    timeout = std::min<duration>(timeout, std::chrono::milliseconds{20});
  pollfd events[2] = {{incoming_.descriptor(), POLLIN, 0}, {-1, 0, 0}};
  if (handle_ != nullptr) {
    const auto direction = nbd_aio_get_direction(handle_);
    events[1].fd = nbd_aio_get_fd(handle_);
    events[1].events = static_cast<short>(((direction & LIBNBD_AIO_DIRECTION_READ) != 0 ? POLLIN : 0)
                                          | ((direction & LIBNBD_AIO_DIRECTION_WRITE) != 0 ? POLLOUT : 0));
  }
  const timespec limit{static_cast<time_t>(timeout.count() / 1'000'000'000), timeout.count() % 1'000'000'000};
  if (::ppoll(events, 2, &limit, nullptr) <= 0)
    return;
  if ((events[0].revents & POLLIN) != 0)
    incoming_.clear_wake();
  if (handle_ == nullptr || events[1].revents == 0)
    return;
  const auto direction = nbd_aio_get_direction(handle_);
  if ((direction & LIBNBD_AIO_DIRECTION_READ) != 0 && (events[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
    nbd_aio_notify_read(handle_);
  else if ((direction & LIBNBD_AIO_DIRECTION_WRITE) != 0)
    nbd_aio_notify_write(handle_);
}

void upstream_link::begin_connecting(instant now) {
  connect_deadline_ = now + connect_time;
  handle_ = nbd_create();
  if (handle_ == nullptr)
    return lost(now, last_error());
  nbd_set_uri_allow_local_file(handle_, true);
  nbd_add_meta_context(handle_, LIBNBD_CONTEXT_BASE_ALLOCATION);
  if (nbd_aio_connect_uri(handle_, uri_.c_str()) != 0)
    lost(now, last_error());
}

void upstream_link::became_ready() {
  backend_traits found;
  auto problem = read_traits(handle_, found);
  if (problem.empty() && first_attempt_over_)
    problem = why_worse(traits_, found);
  if (!problem.empty())
    return lost(clock_now(), problem);
  up_ = true;
  tells_holes_ = found.tells_holes;
  watch_silence();
  reachable_.store(true, std::memory_order_relaxed);
  if (!first_attempt_over_) {
    first_attempt_over_ = true;
    traits_ = found;
    first_attempt_.set_value({}); // orders traits_ before start()'s return
  } else if (observer_) {
    observer_(true, {});
  }
}

void upstream_link::watch_silence() {
  // A host that vanished says nothing. Its kernel is asked, so that a server that is merely slow is waited for. No TCP:
  // refused, and not needed.
  const auto s = static_cast<int>(std::clamp<std::int64_t>(patience_ / std::chrono::seconds{1}, 1, 3600));
  const int on = 1, probes = 3, apart_s = std::max(s / probes, 1), unanswered_ms = s * 1000;
  const auto set = [fd = nbd_aio_get_fd(handle_)](int level, int option, int value) {
    ::setsockopt(fd, level, option, &value, sizeof value);
  };
  set(SOL_SOCKET, SO_KEEPALIVE, on);
  set(IPPROTO_TCP, TCP_KEEPIDLE, apart_s);
  set(IPPROTO_TCP, TCP_KEEPINTVL, apart_s);
  set(IPPROTO_TCP, TCP_KEEPCNT, probes);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, unanswered_ms);
}

void upstream_link::lost(instant now, const std::string& why) {
  const auto was_up = std::exchange(up_, false);
  nbd_close(handle_);
  handle_ = nullptr;
  reachable_.store(false, std::memory_order_relaxed);
  // Everything that was in flight goes before what waits. Its order does not matter (see the class comment).
  for (std::size_t place = 0; place < flights_.size(); ++place)
    if (auto* const x = std::exchange(flights_[place].request, nullptr); x != nullptr) {
      free_places_.push_back(place);
      x->next = to_send_again_;
      to_send_again_ = x;
    }
  while (auto* const x = to_send_again_) {
    to_send_again_ = x->next;
    x->next = oldest_waiting_;
    oldest_waiting_ = x;
    if (newest_waiting_ == nullptr)
      newest_waiting_ = x;
  }
  next_attempt_ = now + back_off_;
  back_off_ = std::min(back_off_ * 2, longest_back_off);
  if (!first_attempt_over_) {
    first_attempt_over_ = true;
    first_attempt_.set_value("cannot connect to " + uri_ + ": " + why);
    stopping_.store(true, std::memory_order_release);
  } else if (was_up && observer_) {
    observer_(false, why);
  }
}

void upstream_link::append(io_request& x) {
  x.next = nullptr;
  (newest_waiting_ != nullptr ? newest_waiting_->next : oldest_waiting_) = &x;
  newest_waiting_ = &x;
}

void upstream_link::take_incoming(instant now) {
  for (auto* x = incoming_.take_all(); x != nullptr;) {
    auto* const next = x->next;
    x->give_up = now + patience_;
    append(*x);
    x = next;
  }
}

void upstream_link::send_waiting() {
  while (oldest_waiting_ != nullptr && !free_places_.empty()) {
    auto& x = *oldest_waiting_;
    // The callback may run before the call returns: the request leaves the queue first.
    oldest_waiting_ = x.next;
    if (oldest_waiting_ == nullptr)
      newest_waiting_ = nullptr;
    if (x.operation == io_operation::block_status && !tells_holes_) {
      extent_writer{x}.add(x.length, false, false);
      answer(x, 0);
      continue;
    }
    const auto place = free_places_.back();
    free_places_.pop_back();
    flights_[place].request = &x;
    if (send(x, place))
      continue;
    if (flights_[place].request != &x)
      continue; // the callback had it already
    flights_[place].request = nullptr;
    free_places_.push_back(place);
    if (nbd_aio_is_ready(handle_) == 1 || nbd_aio_is_processing(handle_) == 1) {
      answer(x, nbd_get_errno() != 0 ? nbd_get_errno() : EIO); // refused: this request alone is at fault
      continue;
    }
    x.next = to_send_again_;
    to_send_again_ = &x;
    return; // dead; step() finds out
  }
}

bool upstream_link::send(io_request& x, std::size_t place) {
  const nbd_completion_callback done{&upstream_link::command_done, &flights_[place], nullptr};
  const std::uint32_t fua = x.durable ? LIBNBD_CMD_FLAG_FUA : 0;
  switch (x.operation) {
  case io_operation::read: {
    const nbd_chunk_callback chunks{&upstream_link::chunk_came, &flights_[place], nullptr};
    x.transferred = 0;
    x.failed_at = io_request::unknown_place;
    return nbd_aio_pread_structured(handle_, x.buffer, x.length, x.offset, chunks, done, 0) >= 0;
  }
  case io_operation::write:
    return nbd_aio_pwrite(handle_, x.buffer, x.length, x.offset, done, fua) >= 0;
  case io_operation::flush:
    return nbd_aio_flush(handle_, done, 0) >= 0;
  case io_operation::trim:
    return nbd_aio_trim(handle_, x.length, x.offset, done, fua) >= 0;
  case io_operation::write_zeroes:
    return nbd_aio_zero(handle_, x.length, x.offset, done,
                        fua | (x.keep_allocated ? LIBNBD_CMD_FLAG_NO_HOLE : 0)
                            | (x.only_if_fast ? LIBNBD_CMD_FLAG_FAST_ZERO : 0))
           >= 0;
  case io_operation::cache:
    // As limits price it: advice, and no more of it than a READ could have asked for.
    return nbd_aio_cache(handle_, std::min(x.length, max_request_bytes), x.offset, done, 0) >= 0;
  case io_operation::block_status: {
    const nbd_extent_callback extents{&upstream_link::extents_came, &flights_[place], nullptr};
    x.extent_count = 0;
    return nbd_aio_block_status(handle_, x.length, x.offset, extents, done,
                                x.max_extents == 1 ? LIBNBD_CMD_FLAG_REQ_ONE : 0)
           >= 0;
  }
  }
  return false;
}

int upstream_link::chunk_came(void* user_data, const void*, std::size_t count, std::uint64_t offset, unsigned status,
                              int*) noexcept {
  if (auto* const x = static_cast<flight*>(user_data)->request; x != nullptr) {
    if (status != LIBNBD_READ_ERROR)
      x->transferred += static_cast<std::uint32_t>(std::min<std::size_t>(count, x->length - x->transferred));
    else if (offset >= x->offset && offset - x->offset < x->length)
      x->failed_at = static_cast<std::uint32_t>(offset - x->offset);
  }
  return 0;
}

int upstream_link::extents_came(void* user_data, const char*, std::uint64_t, std::uint32_t* entries,
                                std::size_t entry_count, int*) noexcept {
  // There is one context and one chunk for it; of a server that sends more the last one counts.
  if (auto* const x = static_cast<flight*>(user_data)->request; x != nullptr) {
    extent_writer out{*x};
    for (std::size_t i = 0; i + 1 < entry_count; i += 2) // pairs: length and flags
      if (!out.add(entries[i], (entries[i + 1] & LIBNBD_STATE_HOLE) != 0, (entries[i + 1] & LIBNBD_STATE_ZERO) != 0))
        break;
  }
  return 0;
}

int upstream_link::command_done(void* user_data, int* error) noexcept {
  auto& f = *static_cast<flight*>(user_data);
  auto* const x = std::exchange(f.request, nullptr);
  if (x == nullptr)
    return 1;
  auto& link = *f.link;
  link.free_places_.push_back(static_cast<std::size_t>(&f - link.flights_.data()));
  // libnbd answers ENOTCONN itself when the connection dies, a server that shuts down ESHUTDOWN.
  if (*error == ENOTCONN || *error == ESHUTDOWN) {
    x->next = link.to_send_again_;
    link.to_send_again_ = x;
  } else {
    link.back_off_ = first_back_off; // not before it answers: one that talks nonsense is not asked in a hurry
    // libnbd takes an answer with fewer bytes than were asked for, or none, for a success.
    const auto lacking = (x->operation == io_operation::block_status && x->extent_count == 0)
                         || (x->operation == io_operation::read && x->transferred != x->length);
    link.answer(*x, *error == 0 && lacking ? EIO : *error);
  }
  return 1;
}

void upstream_link::expire_waiting(instant now) {
  auto* x = std::exchange(oldest_waiting_, nullptr);
  newest_waiting_ = nullptr;
  while (x != nullptr) {
    auto* const next = x->next;
    if (x->give_up <= now)
      answer(*x, EIO);
    else
      append(*x);
    x = next;
  }
}

void upstream_link::answer(io_request& x, int error) {
  outstanding_.fetch_sub(1, std::memory_order_relaxed);
  x.error = error;
  x.answer_to->push(x);
}

} // namespace sluice::gateway
