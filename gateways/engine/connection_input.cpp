// A connection's input: bytes to requests.
#include "gateways/engine/connection.hpp"
#include "gateways/engine/shard.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <sys/socket.h>
#include <utility>

namespace sluice::gateway {

namespace {

/// System calls per event, so that one connection with much payload does not starve the others. Chosen.
constexpr int max_reads = 16;

/// How long requests that are answered at once may keep the shard before other connections have their turn. Chosen: a
/// fifth of a millisecond is little beside any device, and a hundred small requests.
constexpr duration max_turn = std::chrono::microseconds{200};

/// What an accepted request reads into, is written from or is answered with.
std::size_t buffer_bytes_of(const nbd::request& x) {
  switch (x.what()) {
  case nbd::command::read:
  case nbd::command::write:
    return x.length;
  case nbd::command::block_status:
    return connection::max_extents * sizeof(extent);
  default:
    return 0;
  }
}

} // namespace

bool connection::window_open() const {
  return outstanding_ < max_outstanding && outstanding_bytes_ <= max_outstanding_bytes - max_request_bytes;
}

void connection::read_socket() {
  if (securing_)
    return tls_ != nullptr ? shake_hands() : watch();
  for (int i = 0; i < max_reads && (state_ == state::handshaking || state_ == state::serving) && !blocked_ && !leaving
                  && !securing_;
       ++i) {
    if (input_begin_ == input_end_)
      input_begin_ = input_end_ = 0;
    else if (input_end_ == input_bytes) {
      std::memmove(input_.get(), input_.get() + input_begin_, input_end_ - input_begin_);
      input_end_ -= std::exchange(input_begin_, 0);
    }
    // The rest of a payload goes straight to where it belongs, what follows it into the buffer.
    iovec parts[2];
    int n_parts = 0;
    const auto missing = filling_ != nullptr ? filling_->wire.length - filled_ : 0;
    if (missing > 0)
      parts[n_parts++] = {filling_->memory.data + filled_, missing};
    if (input_end_ < input_bytes)
      parts[n_parts++] = {input_.get() + input_end_, input_bytes - input_end_};
    if (n_parts == 0)
      break; // full of what cannot be taken yet
    const auto n = receive(parts, n_parts);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      break;
    if (n < 0)
      return lost();
    if (n == 0) {
      finish("the client closed the connection");
      return;
    }
    const auto got = static_cast<std::size_t>(n);
    const auto to_payload = std::min(got, missing);
    filled_ += to_payload;
    input_end_ += got - to_payload;
    take_input();
    if (tls_ == nullptr && (got < missing || (missing == 0 && input_end_ < input_bytes && filling_ == nullptr)))
      break; // the socket is empty
  }
  if (tls_ != nullptr && tls_->input_waiting() && may_read())
    shard_->resume_later(*this);
  watch();
}

void connection::take_input() {
  if (state_ == state::handshaking)
    take_handshake();
  if (state_ != state::serving || leaving)
    return;
  const auto began = shard_->now();
  while (state_ == state::serving && take_one())
    if (shard_->now() - began > max_turn) {
      blocked_ = true;
      return shard_->resume_later(*this);
    }
}

bool connection::take_one() {
  const auto available = input_end_ - input_begin_;
  if (skip_bytes_ > 0) {
    const auto n = std::min<std::uint64_t>(skip_bytes_, available);
    skip_bytes_ -= n;
    input_begin_ += n;
    return n > 0;
  }
  if (filling_ != nullptr) {
    continue_payload();
    return filling_ == nullptr;
  }
  if (available < nbd::request_bytes)
    return false;
  nbd::request x;
  if (!nbd::read_request(input_.get() + input_begin_, x)) {
    drop("a request without its magic number");
    return false;
  }
  if (x.what() == nbd::command::disc) {
    finish("the client disconnected");
    return false;
  }
  if (!window_open()) {
    blocked_ = true;
    return false;
  }
  if (!begin_request(x))
    return false;
  return true;
}

bool connection::begin_request(const nbd::request& x) {
  const auto alone = outstanding_ == 0; // then it always may
  auto* const p = alone || !stream_->flow.holds_its_share() ? shard_->acquire_request(alone) : nullptr;
  if (p == nullptr) {
    blocked_ = true;
    shard_->starved_until_release(*this);
    return false;
  }
  const auto problem = nbd::judge(x, export_, agreed_);
  const auto buffer_bytes = problem == nbd::error::none ? buffer_bytes_of(x) : 0;
  if (buffer_bytes > 0) {
    p->memory = shard_->acquire_buffer(buffer_bytes, alone);
    if (p->memory.data == nullptr) {
      shard_->release(*p);
      blocked_ = true;
      shard_->starved_until_release(*this);
      return false;
    }
  }
  input_begin_ += nbd::request_bytes;
  p->wire = x;
  p->owner = this;
  p->received = shard_->received();
  p->failed_at = io_request::unknown_place;
  ++outstanding_;
  stream_->flow.hold_memory(buffer_bytes);
  if (problem != nbd::error::none) {
    skip_bytes_ = x.payload_bytes();
    p->window_bytes = 0;
    p->error = static_cast<int>(problem); // the protocol's numbers are Linux's
    stream_->flow.refused(*p, shard_->now());
    done(*p);
    return true;
  }
  p->window_bytes = buffer_bytes;
  outstanding_bytes_ += p->window_bytes;
  if (x.what() == nbd::command::block_status) {
    p->extents = new (p->memory.data) extent[max_extents];
    p->max_extents = (x.flags & nbd::command_req_one) != 0 ? 1 : max_extents;
  }
  if (x.payload_bytes() > 0) {
    filling_ = p;
    filled_ = 0;
  } else {
    received(*p);
  }
  return true;
}

void connection::continue_payload() {
  auto& x = *filling_;
  const auto n = std::min<std::size_t>(x.wire.length - filled_, input_end_ - input_begin_);
  std::memcpy(x.memory.data + filled_, input_.get() + input_begin_, n);
  filled_ += n;
  input_begin_ += n;
  if (filled_ == x.wire.length)
    received(*std::exchange(filling_, nullptr));
}

void connection::received(pending_request& x) {
  shard_->set_now(stream_->flow.arrive(x, shard_->now()));
}

} // namespace sluice::gateway
