// Writes and reads records.
#include "actors/database_manager/spool/record.hpp"

#include <cstring>

#include <sodium/crypto_generichash.h>

namespace sluice::spool {

namespace {

constexpr std::size_t sum_bytes = 16;
constexpr std::size_t summed_header_bytes = header_bytes - sum_bytes;

void put(char* to, std::uint64_t x, std::size_t bytes) noexcept {
  for (std::size_t i = 0; i < bytes; ++i)
    to[i] = static_cast<char>(x >> (8 * i));
}

std::uint64_t get(const char* from, std::size_t bytes) noexcept {
  std::uint64_t x = 0;
  for (std::size_t i = 0; i < bytes; ++i)
    x |= std::uint64_t{static_cast<unsigned char>(from[i])} << (8 * i);
  return x;
}

void sum(unsigned char* to, std::string_view head, std::string_view payload) noexcept {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, sum_bytes);
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(head.data()), head.size());
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(payload.data()), payload.size());
  crypto_generichash_final(&state, to, sum_bytes);
}

} // namespace

void append(std::string& to, const record& x) {
  char head[summed_header_bytes];
  put(head, x.payload.size(), 4);
  put(head + 4, x.lines, 4);
  put(head + 8, x.number, 8);
  unsigned char check[sum_bytes];
  sum(check, {head, sizeof head}, x.payload);
  to.append(head, sizeof head);
  to.append(reinterpret_cast<const char*>(check), sizeof check);
  to.append(x.payload);
}

std::optional<record> read(std::string_view bytes) noexcept {
  if (bytes.size() < header_bytes)
    return std::nullopt;
  const auto length = get(bytes.data(), 4);
  if (length > max_payload_bytes || bytes.size() - header_bytes < length)
    return std::nullopt;
  record x;
  x.lines = static_cast<std::uint32_t>(get(bytes.data() + 4, 4));
  x.number = get(bytes.data() + 8, 8);
  x.payload = bytes.substr(header_bytes, length);
  unsigned char check[sum_bytes];
  sum(check, bytes.substr(0, summed_header_bytes), x.payload);
  if (std::memcmp(check, bytes.data() + summed_header_bytes, sum_bytes) != 0)
    return std::nullopt;
  return x;
}

} // namespace sluice::spool
