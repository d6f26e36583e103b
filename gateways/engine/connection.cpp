// A connection's life and its answers.
#include "gateways/engine/connection.hpp"

#include "gateways/engine/shard.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace sluice::gateway {

namespace {

/// Answers gathered into one system call. Two parts each; far below IOV_MAX. Chosen.
constexpr std::size_t max_gathered = 64;

} // namespace

connection::connection(int fd, std::string client, std::string peer, instant now)
    : fd_(fd),
      client_(std::move(client)),
      peer_(std::move(peer)),
      since_(now),
      input_(std::make_unique_for_overwrite<std::byte[]>(input_bytes)) {}

connection::~connection() {
  if (fd_ >= 0)
    ::close(fd_);
}

void connection::join(shard& to) {
  shard_ = &to;
  epoll_event event{};
  watched_ = EPOLLIN;
  event.events = watched_;
  event.data.ptr = static_cast<event_source*>(this);
  if (::epoll_ctl(to.epoll_descriptor(), EPOLL_CTL_ADD, fd_, &event) != 0)
    return drop("no more descriptors can be watched");
  if (stream_ != nullptr)
    return enter_service();
  directory_ = to.core().streams->volumes();
  handshake_ = std::make_unique<nbd::handshake>(*directory_, to.core().config.tls_mode);
  nbd::handshake::greet(greeting_);
  send_greeting();
}

void connection::on_event(std::uint32_t events) {
  if (state_ == state::gone)
    return;
  if ((events & EPOLLERR) != 0 || ((events & EPOLLHUP) != 0 && (events & EPOLLIN) == 0))
    return drop("the client closed the connection");
  if ((events & EPOLLOUT) != 0)
    handshaking() ? go_on_greeting() : flush();
  if (state_ != state::gone && (events & EPOLLIN) != 0 && (watched_ & EPOLLIN) != 0)
    read_socket();
}

/// Between the acknowledgement of STARTTLS and TLS nothing is read: what comes in clear then is nobody's.
bool connection::may_read() const {
  return (state_ == state::handshaking || state_ == state::serving) && !blocked_ && !leaving && window_open()
         && greeting_.size() < max_greeting_bytes && (!securing_ || tls_ != nullptr);
}

void connection::watch() {
  if (state_ == state::gone)
    return;
  const auto reading = may_read();
  // Answers that were not tried yet are no reason: the shard sends them before it waits.
  const auto writing =
      (!answers_.empty() && !to_flush) || !greeting_.empty() || (tls_ != nullptr && tls_->output_waiting());
  const auto wanted = (reading ? std::uint32_t{EPOLLIN} : 0) | (writing ? std::uint32_t{EPOLLOUT} : 0);
  if (wanted == watched_)
    return;
  epoll_event event{};
  event.events = watched_ = wanted;
  event.data.ptr = static_cast<event_source*>(this);
  if (::epoll_ctl(shard_->epoll_descriptor(), EPOLL_CTL_MOD, fd_, &event) != 0)
    drop("epoll refused the socket");
}

void connection::done(pending_request& x) {
  if (state_ == state::gone)
    return release(x);
  const auto how = outcome_of(x);
  x.header_bytes = nbd::write_reply_header(x.header.data(), x.wire, how, agreed_);
  answers_.append(x);
  shard_->flush_later(*this);
}

nbd::outcome connection::outcome_of(pending_request& x) const {
  nbd::outcome how;
  how.result = nbd::answer_to(x.wire, x.error);
  x.payload_bytes = 0;
  if (how.result != nbd::error::none) {
    static_assert(io_request::unknown_place == nbd::outcome::unknown_place);
    how.failed_at = x.failed_at;
  } else if (x.wire.what() == nbd::command::read) {
    x.payload_bytes = x.wire.length;
  } else if (x.wire.what() == nbd::command::block_status) {
    how.extents = x.extent_count;
    x.payload_bytes = nbd::descriptor_bytes * x.extent_count;
    static_assert(sizeof(extent) == nbd::descriptor_bytes); // each takes the place of its extent
    auto* to = x.memory.data;
    for (std::uint32_t i = 0; i < x.extent_count; ++i) {
      const auto one = x.extents[i];
      to = nbd::store_descriptor(to, one.length, one.hole, one.zero);
    }
  }
  return how;
}

std::size_t connection::gather(iovec* parts) const {
  std::size_t n = 0;
  auto skip = answer_sent_;
  const auto add = [&](std::byte* data, std::size_t size) {
    const auto skipped = std::min(skip, size);
    skip -= skipped;
    if (size > skipped)
      parts[n++] = {data + skipped, size - skipped};
  };
  std::size_t answers = 0;
  for (auto* x = answers_.first(); x != nullptr && answers < max_gathered; x = x->next_in_line, ++answers) {
    add(x->header.data(), x->header_bytes);
    add(x->memory.data, x->payload_bytes);
  }
  return n;
}

void connection::flush() {
  if (state_ == state::gone || !push_out())
    return;
  std::size_t sealed = 0;
  while (state_ != state::gone && !answers_.empty() && sealed < max_sealed_bytes) {
    iovec parts[2 * max_gathered];
    const auto n = transmit(parts, gather(parts));
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      break;
    if (n < 0)
      return lost();
    sent(static_cast<std::size_t>(n));
    if (tls_ != nullptr)
      sealed += static_cast<std::size_t>(n);
  }
  if (state_ == state::gone)
    return;
  finish_if_idle();
  if ((blocked_ || (tls_ != nullptr && state_ == state::serving && tls_->input_waiting())) && window_open())
    shard_->resume_later(*this);
  watch();
}

void connection::sent(std::size_t bytes) {
  bytes += answer_sent_;
  while (!answers_.empty()) {
    auto& x = *answers_.first();
    const auto size = x.header_bytes + x.payload_bytes;
    if (bytes < size)
      break;
    bytes -= size;
    release(answers_.remove_first());
  }
  answer_sent_ = bytes;
}

void connection::release(pending_request& x) {
  --outstanding_;
  outstanding_bytes_ -= x.window_bytes;
  stream_->flow.give_back_memory(x.window_bytes);
  shard_->release(x);
  if (over())
    shard_->bury_later();
}

void connection::finish(const char* why) {
  if (state_ == state::handshaking)
    return drop(why);
  if (state_ != state::serving)
    return;
  state_ = state::finishing;
  why_gone_ = why;
  if (filling_ != nullptr) {
    auto* const x = std::exchange(filling_, nullptr);
    release(*x);
  }
  finish_if_idle();
  watch();
}

void connection::finish_if_idle() {
  if (state_ != state::finishing || outstanding_ != 0)
    return;
  if (tls_ != nullptr) {
    tls_->say_goodbye();
    if (tls_->output_waiting())
      return; // the socket is full; flush() comes by again
  }
  drop(why_gone_.c_str());
}

void connection::lost() {
  drop(tls_ != nullptr && !tls_->why().empty() ? tls_->why().c_str() : "the client closed the connection");
}

void connection::drop(const char* why) {
  if (state_ == state::gone)
    return;
  if (why_gone_.empty())
    why_gone_ = why;
  const auto in_service = state_ != state::handshaking;
  state_ = state::gone;
  if (tls_ != nullptr)
    tls_->say_goodbye();
  ::close(std::exchange(fd_, -1));
  while (!answers_.empty())
    release(answers_.remove_first());
  if (filling_ != nullptr)
    release(*std::exchange(filling_, nullptr));
  if (in_service)
    stream_->flow.forget(*this, shard_->now(), [this](pending_request& x) {
      release(x);
    });
  if (over())
    shard_->bury_later();
}

void connection::resume() {
  if (state_ == state::serving && std::exchange(blocked_, false))
    take_input();
  read_on();
}

} // namespace sluice::gateway
