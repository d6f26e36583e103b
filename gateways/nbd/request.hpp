// Requests and replies of the transmission phase: reads, judges and writes them. Owns no buffer and no socket.
#pragma once

#include "gateways/nbd/export_info.hpp"

#include <cstddef>
#include <cstdint>

namespace sluice::nbd {

/// A request as it came.
struct request {
  std::uint16_t flags = 0;
  std::uint16_t type = 0; ///< a `command`, if it is a known one
  std::uint64_t cookie = 0;
  std::uint64_t offset = 0;
  std::uint32_t length = 0;

  [[nodiscard]] command what() const noexcept {
    return static_cast<command>(type);
  }
  /// How many bytes follow the request on the wire, also if it is refused.
  [[nodiscard]] std::uint32_t payload_bytes() const noexcept {
    return what() == command::write ? length : 0;
  }
  friend bool operator==(const request&, const request&) = default;
};

/// Reads a request. False if its magic number is wrong: then nothing that follows can be understood.
/// @pre from has request_bytes
[[nodiscard]] bool read_request(const std::byte* from, request& to) noexcept;

/// `none` if the export can be asked for this; otherwise the error to answer with. DISC is not judged here.
[[nodiscard]] error judge(const request& x, const export_info& e, const negotiated& with) noexcept;

/// The error to answer an accepted request with, from a backend's errno value. ENOTSUP is for those that ask for a fast
/// zero alone, EOVERFLOW for none.
[[nodiscard]] error answer_to(const request& x, int errno_value) noexcept;

/// How a request ended.
struct outcome {
  static constexpr std::uint32_t unknown_place = 0xffffffff;

  error result = error::none;
  std::uint32_t failed_at = unknown_place; ///< with an error: how far behind the request's offset it happened [bytes]
  std::uint32_t extents = 0;               ///< of a successful BLOCK_STATUS, at least 1
};

/// Writes what comes before the payload; returns its size. The payload is the bytes of a successful READ, the
/// descriptors of a successful BLOCK_STATUS, and otherwise nothing.
/// @pre to has room for max_reply_header_bytes
[[nodiscard]] std::size_t write_reply_header(std::byte* to, const request& x, const outcome& how,
                                             const negotiated& with) noexcept;

/// Writes an extent of the answer to a BLOCK_STATUS and returns what is behind it.
/// @pre to has room for descriptor_bytes
std::byte* store_descriptor(std::byte* to, std::uint32_t length_bytes, bool hole, bool zero) noexcept;

} // namespace sluice::nbd
