// A client's request on its way through a shard: from the wire to the backend and back. A plain object from a pool.
#pragma once

#include "gateways/backend/io_request.hpp"
#include "gateways/engine/buffer_pool.hpp"
#include "gateways/nbd/request.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace sluice::gateway {

struct pending_request;

/// Who is told that a request is done.
class request_owner {
public:
  virtual ~request_owner() = default;
  /// The request's `error` is set; from here on it belongs to the owner again.
  virtual void done(pending_request& x) = 0;
};

struct pending_request : io_request {
  nbd::request wire;
  request_owner* owner = nullptr;
  class stream* stream = nullptr;
  class stream_group* under = nullptr;     ///< the group that it was booked on
  pending_request* next_in_line = nullptr; ///< in its stream's queue, its connection's replies, or the pool
  std::uint64_t arrival = 0;               ///< among its stream's requests
  instant received{0};
  instant submitted{0};
  pooled_buffer memory;
  std::array<std::byte, nbd::max_reply_header_bytes> header{};
  std::size_t header_bytes = 0;
  std::size_t payload_bytes = 0; ///< of the reply
  std::size_t window_bytes = 0;  ///< of its connection's window
};

/// A queue of requests through `next_in_line`.
class request_line {
public:
  [[nodiscard]] bool empty() const {
    return first_ == nullptr;
  }
  [[nodiscard]] pending_request* first() const {
    return first_;
  }
  void append(pending_request& x) {
    x.next_in_line = nullptr;
    (last_ != nullptr ? last_->next_in_line : first_) = &x;
    last_ = &x;
  }
  void prepend(pending_request& x) {
    x.next_in_line = first_;
    first_ = &x;
    if (last_ == nullptr)
      last_ = &x;
  }
  /// @pre not empty
  pending_request& remove_first() {
    auto& x = *first_;
    first_ = x.next_in_line;
    if (first_ == nullptr)
      last_ = nullptr;
    return x;
  }

private:
  pending_request* first_ = nullptr;
  pending_request* last_ = nullptr;
};

/// The request objects of one shard. Grows by slabs up to the bound, and one for each connection that has no other, and
/// never shrinks, hence no allocation per request.
class request_pool {
public:
  /// Chosen: sixteen connections that use their whole window; then connections are not read until some are answered.
  static constexpr std::size_t max_requests = 8192;
  static constexpr std::size_t slab = 256;

  /// nullptr at the bound.
  /// @param beyond_bound for a connection that has nothing else outstanding: it must be able to go on
  [[nodiscard]] pending_request* acquire(bool beyond_bound) {
    if (used_ >= max_requests && !beyond_bound)
      return nullptr;
    ++used_;
    if (free_.empty()) {
      slabs_.push_back(std::make_unique<pending_request[]>(slab));
      for (std::size_t i = 0; i < slab; ++i)
        free_.append(slabs_.back()[slab - 1 - i]);
    }
    return &free_.remove_first();
  }

  void release(pending_request& x) {
    --used_;
    free_.prepend(x);
  }

private:
  std::vector<std::unique_ptr<pending_request[]>> slabs_;
  request_line free_;
  std::size_t used_ = 0;
};

} // namespace sluice::gateway
