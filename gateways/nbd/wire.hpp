// The numbers and layouts of the NBD protocol as far as they are spoken here. No state and no I/O.
// Source: doc/proto.md of the NBD project. All integers are big-endian on the wire.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace sluice::nbd {

// --- handshake ------------------------------------------------------------------------------------------------------
inline constexpr std::uint64_t greeting_magic = 0x4e42444d41474943; ///< "NBDMAGIC"
inline constexpr std::uint64_t option_magic = 0x49484156454f5054;   ///< "IHAVEOPT"
inline constexpr std::uint64_t option_reply_magic = 0x0003e889045565a9;

inline constexpr std::uint16_t flag_fixed_newstyle = 1;
inline constexpr std::uint16_t flag_no_zeroes = 2;

enum class option : std::uint32_t {
  export_name = 1,
  abort = 2,
  list = 3,
  starttls = 5,
  info = 6,
  go = 7,
  structured_reply = 8,
  list_meta_context = 9,
  set_meta_context = 10,
};

enum class option_reply : std::uint32_t {
  ack = 1,
  server = 2,
  info = 3,
  meta_context = 4,
  err_unsup = 0x80000001,
  err_policy = 0x80000002,
  err_invalid = 0x80000003,
  err_tls_reqd = 0x80000005,
  err_unknown = 0x80000006,
  err_too_big = 0x80000009,
};

enum class info_type : std::uint16_t { export_ = 0, name = 1, description = 2, block_size = 3 };

inline constexpr std::size_t greeting_bytes = 18;
inline constexpr std::size_t client_flags_bytes = 4;
inline constexpr std::size_t option_header_bytes = 16;
inline constexpr std::size_t export_name_padding_bytes = 124;

/// The longest string of the protocol [bytes]. Source: doc/proto.md, "Values".
inline constexpr std::size_t max_string_bytes = 4096;

/// The one metadata context, and its number towards clients (any would do).
inline constexpr std::string_view allocation_context = "base:allocation";
inline constexpr std::uint32_t allocation_context_id = 1;

// --- transmission ---------------------------------------------------------------------------------------------------
inline constexpr std::uint32_t request_magic = 0x25609513;
inline constexpr std::uint32_t simple_reply_magic = 0x67446698;
inline constexpr std::uint32_t structured_reply_magic = 0x668e33ef;

inline constexpr std::uint16_t has_flags = 1;
inline constexpr std::uint16_t read_only = 2;
inline constexpr std::uint16_t send_flush = 4;
inline constexpr std::uint16_t send_fua = 8;
inline constexpr std::uint16_t rotational = 16;
inline constexpr std::uint16_t send_trim = 32;
inline constexpr std::uint16_t send_write_zeroes = 64;
inline constexpr std::uint16_t send_df = 128;
inline constexpr std::uint16_t can_multi_conn = 256;
inline constexpr std::uint16_t send_cache = 1024;
inline constexpr std::uint16_t send_fast_zero = 2048;

enum class command : std::uint16_t {
  read = 0,
  write = 1,
  disc = 2,
  flush = 3,
  trim = 4,
  cache = 5,
  write_zeroes = 6,
  block_status = 7,
};

inline constexpr std::uint16_t command_fua = 1;
inline constexpr std::uint16_t command_no_hole = 2;
inline constexpr std::uint16_t command_df = 4;
inline constexpr std::uint16_t command_req_one = 8;
inline constexpr std::uint16_t command_fast_zero = 16;

enum class error : std::uint32_t {
  none = 0,
  eperm = 1,
  eio = 5,
  enomem = 12,
  einval = 22,
  enospc = 28,
  eoverflow = 75,
  enotsup = 95,
  eshutdown = 108,
};

/// The protocol's error for an errno value; EIO for those it does not have.
[[nodiscard]] error to_error(int errno_value) noexcept;

inline constexpr std::uint16_t reply_flag_done = 1;
enum class chunk : std::uint16_t { none = 0, offset_data = 1, block_status = 5, error = 32769, error_offset = 32770 };

inline constexpr std::size_t request_bytes = 28;
inline constexpr std::size_t simple_reply_bytes = 16;
inline constexpr std::size_t chunk_header_bytes = 20;
/// The longest thing that comes before the payload of a reply: a chunk header, an error, the length of no text, an
/// offset.
inline constexpr std::size_t max_reply_header_bytes = chunk_header_bytes + 4 + 2 + 8;

/// An extent in the answer to a BLOCK_STATUS: its length and the bits of base:allocation.
inline constexpr std::size_t descriptor_bytes = 8;
inline constexpr std::uint32_t state_hole = 1;
inline constexpr std::uint32_t state_zero = 2;

// --- integers -------------------------------------------------------------------------------------------------------
/// Reads a big-endian integer. @pre from has sizeof(T) bytes
template<class T>
[[nodiscard]] constexpr T load(const std::byte* from) noexcept {
  T result = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    result = static_cast<T>((static_cast<std::uint64_t>(result) << 8) | std::to_integer<std::uint64_t>(from[i]));
  return result;
}

/// Writes a big-endian integer and returns what is behind it. @pre to has room for sizeof(T) bytes
template<class T>
constexpr std::byte* store(std::byte* to, T value) noexcept {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    to[i] = static_cast<std::byte>((static_cast<std::uint64_t>(value) >> (8 * (sizeof(T) - 1 - i))) & 0xff);
  return to + sizeof(T);
}

/// Appends a big-endian integer.
template<class T>
void append(std::vector<std::byte>& to, T value) {
  std::byte bytes[sizeof(T)];
  store(bytes, value);
  to.insert(to.end(), bytes, bytes + sizeof(T));
}

// --- strings --------------------------------------------------------------------------------------------------------
[[nodiscard]] inline std::string_view text_of(std::span<const std::byte> x) {
  return {reinterpret_cast<const char*>(x.data()), x.size()};
}

inline void append_text(std::vector<std::byte>& to, std::string_view text) {
  const auto* const from = reinterpret_cast<const std::byte*>(text.data());
  to.insert(to.end(), from, from + text.size());
}

} // namespace sluice::nbd
