// Writes NBD messages byte by byte for tests, without the product's own code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace nbd_bytes {

using bytes = std::vector<std::byte>;

/// Appends the `size` low bytes of `value`, most significant first.
inline bytes& put(bytes& to, std::uint64_t value, int size) {
  for (int i = size - 1; i >= 0; --i)
    to.push_back(static_cast<std::byte>(value >> (8 * i)));
  return to;
}

inline bytes& put(bytes& to, std::string_view text) {
  for (const char c : text)
    to.push_back(static_cast<std::byte>(c));
  return to;
}

inline bytes& put(bytes& to, const bytes& more) {
  to.insert(to.end(), more.begin(), more.end());
  return to;
}

/// An option with its body.
inline bytes option_message(std::uint32_t code, const bytes& body = {}) {
  bytes x;
  put(x, "IHAVEOPT");
  put(x, code, 4);
  put(x, body.size(), 4);
  return put(x, body);
}

/// The body of INFO and GO.
inline bytes export_query(std::string_view name, const std::vector<std::uint16_t>& infos = {}) {
  bytes x;
  put(x, name.size(), 4);
  put(x, name);
  put(x, infos.size(), 2);
  for (const auto info : infos)
    put(x, info, 2);
  return x;
}

/// The body of LIST_META_CONTEXT and SET_META_CONTEXT.
inline bytes context_query(std::string_view name, const std::vector<std::string_view>& queries) {
  bytes x;
  put(x, name.size(), 4);
  put(x, name);
  put(x, queries.size(), 4);
  for (const auto query : queries) {
    put(x, query.size(), 4);
    put(x, query);
  }
  return x;
}

inline bytes reply_message(std::uint32_t code, std::uint32_t type, const bytes& body = {}) {
  bytes x;
  put(x, 0x0003e889045565a9, 8);
  put(x, code, 4);
  put(x, type, 4);
  put(x, body.size(), 4);
  return put(x, body);
}

inline bytes request_message(std::uint16_t type, std::uint64_t cookie, std::uint64_t offset, std::uint32_t length,
                             std::uint16_t flags = 0) {
  bytes x;
  put(x, 0x25609513, 4);
  put(x, flags, 2);
  put(x, type, 2);
  put(x, cookie, 8);
  put(x, offset, 8);
  return put(x, length, 4);
}

} // namespace nbd_bytes
