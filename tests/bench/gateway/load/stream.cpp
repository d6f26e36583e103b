// One request after the other: no thread, no allocation while it runs, two system calls per batch of answers.
#include "tests/bench/gateway/load/stream.hpp"

#include "gateways/nbd/wire.hpp"
#include "tests/bench/gateway/load/pattern.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <endian.h>
#include <stdexcept>
#include <time.h>

#include <sys/socket.h>
#include <unistd.h>

namespace sluice::bench {

namespace {

constexpr std::size_t in_bytes = 512 * 1024;
constexpr std::size_t large_bytes = 128 * 1024;  // from here on a payload is received in place
constexpr std::size_t remembered_writes = 16;    // read back at the end; chosen: does not cost a slow limit a second
constexpr std::size_t expected_answers = 400000; // room from the start, so that the vector does not move meanwhile
constexpr std::size_t whole_every = 256;         // answers whose every word is compared

template<class T>
void put(std::byte* to, T x) {
  std::memcpy(to, &x, sizeof x);
}

template<class T>
T get(const std::byte* from) {
  T x{};
  std::memcpy(&x, from, sizeof x);
  return x;
}

} // namespace

std::int64_t now_ns() noexcept {
  timespec x{};
  ::clock_gettime(CLOCK_MONOTONIC, &x);
  return std::int64_t{x.tv_sec} * 1'000'000'000 + x.tv_nsec;
}

load_stream::load_stream(const stream_plan& plan, std::uint32_t writer, std::uint64_t seed)
    : plan_(plan),
      link_(connect_to(plan.where)),
      writer_(writer),
      random_(seed),
      places_(link_.size_bytes / plan.request_bytes),
      slots_(plan.depth),
      in_(in_bytes),
      sink_(plan.request_bytes) {
  if (places_ == 0)
    throw std::runtime_error{"the export '" + plan.where.volume + "' is too small"};
  for (std::size_t i = plan.depth; i-- > 0;)
    free_.push_back(i);
  if (plan.writes)
    for (auto& x : slots_) {
      x.payload.resize(plan.request_bytes);
      make_blocks(x.payload, 0, writer_);
    }
  out_.reserve(2 * plan.depth);
  completions_.reserve(expected_answers);
}

load_stream::~load_stream() {
  std::byte goodbye[nbd::request_bytes]{}; // nbdkit 1.32 may abort when a client just goes
  put(goodbye, htobe32(nbd::request_magic));
  put(goodbye + 6, htobe16(static_cast<std::uint16_t>(nbd::command::disc)));
  static_cast<void>(::send(link_.socket, goodbye, sizeof goodbye, MSG_NOSIGNAL | MSG_DONTWAIT));
  ::close(link_.socket);
}

void load_stream::advance(bool may_begin) {
  const auto now = now_ns();
  reading_ = !plan_.writes;
  if (plan_.pace == 0) {
    while (may_begin && !free_.empty())
      begin(now, random_() % places_ * plan_.request_bytes, plan_.writes);
  } else if (may_begin && now >= due_ns_ && !free_.empty()) {
    begin(now, random_() % places_ * plan_.request_bytes, plan_.writes);
    const auto step = static_cast<std::int64_t>(1'000'000'000 / plan_.pace);
    due_ns_ = std::max(due_ns_ + step, now); // what was not begun in time is not made good
  }
  flush();
}

void load_stream::begin(std::int64_t now, std::uint64_t offset_bytes, bool writes) {
  const auto index = free_.back();
  free_.pop_back();
  auto& x = slots_[index];
  x.offset_bytes = offset_bytes;
  x.begun_ns = now;
  ++x.turn;
  const auto kind = writes ? nbd::command::write : nbd::command::read;
  put(x.header, htobe32(nbd::request_magic));
  put(x.header + 4, std::uint16_t{0});
  put(x.header + 6, htobe16(static_cast<std::uint16_t>(kind)));
  put(x.header + 8, std::uint64_t{x.turn} << 32 | index);
  put(x.header + 16, htobe64(offset_bytes));
  put(x.header + 24, htobe32(static_cast<std::uint32_t>(plan_.request_bytes)));
  out_.push_back({x.header, sizeof x.header});
  if (!writes)
    return;
  stamp_blocks(x.payload, (plan_.base_bytes + offset_bytes) / block_bytes, writer_);
  out_.push_back({x.payload.data(), x.payload.size()});
}

void load_stream::flush() {
  while (!sent_all()) {
    msghdr message{};
    message.msg_iov = out_.data() + out_at_;
    message.msg_iovlen = out_.size() - out_at_;
    const auto n = ::sendmsg(link_.socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    if (n < 0)
      throw std::runtime_error{std::string{"the server takes no more requests: "} + std::strerror(errno)};
    auto left = static_cast<std::size_t>(n);
    while (left > 0) {
      auto& first = out_[out_at_];
      const auto used = std::min(left, first.iov_len);
      first.iov_base = static_cast<std::byte*>(first.iov_base) + used;
      first.iov_len -= used;
      left -= used;
      if (first.iov_len == 0)
        ++out_at_;
    }
  }
  out_.clear();
  out_at_ = 0;
}

std::size_t load_stream::take(std::byte* to, std::size_t room, bool wait) {
  const auto n = ::recv(link_.socket, to, room, wait ? 0 : MSG_DONTWAIT);
  if (n > 0)
    return static_cast<std::size_t>(n);
  if (n < 0 && errno == EINTR)
    return 0;
  if (n < 0 && errno == EAGAIN) {
    if (wait)
      throw std::runtime_error{"the server did not answer for 10 s"};
    return 0;
  }
  throw std::runtime_error{"the server closed the connection"};
}

void load_stream::receive(bool wait) {
  if (sinking_) {
    sink_used_ += take(sink_.data() + sink_used_, sink_.size() - sink_used_, wait);
    if (sink_used_ == sink_.size()) {
      sinking_ = false;
      finish(sink_slot_, sink_.data(), now_ns());
    }
    return;
  }
  in_end_ += take(in_.data() + in_end_, in_.size() - in_end_, wait);
  parse(now_ns());
}

/// The slot whose answer begins there.
std::size_t load_stream::answered(const std::byte* header) {
  if (be32toh(get<std::uint32_t>(header)) != nbd::simple_reply_magic)
    throw std::runtime_error{"what came is no answer"};
  if (const auto error = be32toh(get<std::uint32_t>(header + 4)); error != 0)
    throw std::runtime_error{"the server answered with error " + std::to_string(error)};
  const auto cookie = get<std::uint64_t>(header + 8);
  const auto index = static_cast<std::size_t>(cookie & 0xffffffff);
  if (index >= slots_.size() || slots_[index].turn != cookie >> 32 || slots_[index].begun_ns == 0)
    throw std::runtime_error{"an answer to what was not asked"};
  return index;
}

void load_stream::parse(std::int64_t now) {
  const auto payload_bytes = reading_ ? plan_.request_bytes : 0;
  const auto whole = nbd::simple_reply_bytes + payload_bytes;
  while (in_end_ - in_begin_ >= nbd::simple_reply_bytes) {
    const auto* header = in_.data() + in_begin_;
    const auto there = in_end_ - in_begin_;
    if (there < whole && payload_bytes < large_bytes)
      break;
    const auto index = answered(header);
    if (there < whole) {
      sink_used_ = there - nbd::simple_reply_bytes;
      std::copy_n(header + nbd::simple_reply_bytes, sink_used_, sink_.data());
      sink_slot_ = index;
      sinking_ = true;
      in_begin_ = in_end_;
      break;
    }
    finish(index, header + nbd::simple_reply_bytes, now);
    in_begin_ += whole;
  }
  if (in_begin_ == in_end_) {
    in_begin_ = in_end_ = 0;
  } else if (in_.size() - in_end_ < in_bytes / 2) {
    std::copy(in_.begin() + static_cast<std::ptrdiff_t>(in_begin_), in_.begin() + static_cast<std::ptrdiff_t>(in_end_),
              in_.begin());
    in_end_ -= in_begin_;
    in_begin_ = 0;
  }
}

void load_stream::finish(std::size_t index, const std::byte* payload, std::int64_t now) {
  auto& x = slots_[index];
  completions_.push_back({now, static_cast<std::uint32_t>(std::min<std::int64_t>(now - x.begun_ns, UINT32_MAX))});
  x.begun_ns = 0;
  free_.push_back(index);
  const auto block = (plan_.base_bytes + x.offset_bytes) / block_bytes;
  if (reading_) {
    const bool whole = wanted_writer_ != 0 || completions_.size() % whole_every == 0;
    // Of a large answer the ends are looked at, of every 256th all: the client must not be what is measured.
    const auto looked_at = whole ? plan_.request_bytes : block_bytes;
    auto problem = problem_with({payload, looked_at}, block, wanted_writer_, whole);
    if (problem.empty() && !whole)
      problem = problem_with({payload + plan_.request_bytes - block_bytes, block_bytes},
                             block + plan_.request_bytes / block_bytes - 1, wanted_writer_, false);
    if (!problem.empty())
      throw std::runtime_error{problem};
    return;
  }
  if (last_writes_.size() < remembered_writes)
    last_writes_.push_back(x.offset_bytes);
  else
    last_writes_[completions_.size() % remembered_writes] = x.offset_bytes;
}

void load_stream::verify_writes() {
  const auto measured = completions_.size();
  reading_ = true;
  wanted_writer_ = writer_;
  for (const auto offset : last_writes_) {
    begin(now_ns(), offset, false);
    while (!idle()) {
      flush();
      receive(true);
    }
  }
  completions_.resize(measured);
}

} // namespace sluice::bench
