// One record in a spool's file: its header, its checksum, and how it is told from a torn one. Pure; opens no file.
//
//   length (4) · lines (4) · number (8) · BLAKE2b over these and the payload (16) · payload        all little endian
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::spool {

inline constexpr std::size_t header_bytes = 32;

/// Longest payload. Chosen: eight times the largest batch that the application server sends.
inline constexpr std::size_t max_payload_bytes = 16 * 1024 * 1024;

struct record {
  std::uint64_t number = 0; ///< rises from record to record
  std::uint32_t lines = 0;  ///< how many lines the payload holds, for counting what is dropped
  std::string_view payload;
};

/// Appends a record. @pre payload.size() <= max_payload_bytes
void append(std::string& to, const record& x);

/// The record that `bytes` begins with; nothing if it is torn or damaged, or `bytes` is too short.
[[nodiscard]] std::optional<record> read(std::string_view bytes) noexcept;

[[nodiscard]] constexpr std::size_t size_of(const record& x) noexcept {
  return header_bytes + x.payload.size();
}

} // namespace sluice::spool
