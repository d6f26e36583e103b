// What the engine needs of a storage: its traits, and asynchronous requests. No shaping and no NBD wire format.
#pragma once

#include "gateways/backend/io_request.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace sluice::gateway {

/// The largest request that a client may send [bytes]. Source: the NBD protocol's default for clients that ask nothing.
inline constexpr std::uint32_t max_request_bytes = 32u << 20;

/// What a storage can do; known once it is open.
struct backend_traits {
  std::uint64_t size_bytes = 0;
  std::uint32_t min_block = 1; ///< requests must be aligned to it [bytes]
  std::uint32_t preferred_block = 4096;
  std::uint32_t max_block = max_request_bytes; ///< longest read or write [bytes]
  bool read_only = false;
  bool can_flush = true;
  bool can_fua = true;
  bool can_trim = true;
  bool can_zero = true;
  bool can_fast_zero = true; ///< fails at once what would not be fast
  bool can_cache = true;
  bool tells_holes = true;    ///< block_status says more than that everything is data
  bool can_multi_conn = true; ///< a flush covers writes of all connections
  bool rotational = false;
};

/// Told when an upstream server is lost (false, with the reason) or back (true).
using reachability_observer = std::function<void(bool reachable, std::string_view why)>;

/// Thread safety: submit() from any thread, a request with a ring from the ring's thread alone; open() and close() from
/// one.
class backend {
public:
  virtual ~backend() = default;

  /// Opens it. Empty, or the sentence that says what is missing.
  [[nodiscard]] virtual std::string open() = 0;

  /// Answers what is in flight, with EIO where it must, and frees the storage. No submit() after it.
  /// @pre the rings have answered what they had for it: their threads' work, for close() cannot reach into them
  virtual void close() = 0;

  /// @pre open() succeeded
  [[nodiscard]] virtual const backend_traits& traits() const = 0;

  /// Starts a request. True: it is answered already, see `error`. False: it will be pushed to `answer_to`. Never
  /// blocks.
  /// @pre in range, aligned, of a kind that the traits allow; the request lives until it is answered
  [[nodiscard]] virtual bool submit(io_request& x) = 0;

  [[nodiscard]] virtual bool reachable() const {
    return true;
  }
};

} // namespace sluice::gateway
