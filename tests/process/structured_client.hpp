// Structured replies for the raw client: chunks and extents, read byte by byte without the product's own code.
#pragma once

#include "tests/process/engine_fixture.hpp"

#include <vector>

namespace engine_test {

/// A chunk of a structured reply.
struct chunk {
  std::uint64_t flags = 0;
  std::uint64_t type = 0;
  std::uint64_t cookie = 0;
  bytes payload;
};

inline chunk receive_chunk(const raw_client& from) {
  const auto x = from.receive(20);
  REQUIRE(x.size() == 20);
  REQUIRE(raw_client::number(x, 0, 4) == 0x668e33ef);
  const auto size = raw_client::number(x, 16, 4);
  chunk result{raw_client::number(x, 4, 2), raw_client::number(x, 6, 2), raw_client::number(x, 8, 8),
               from.receive(size)};
  REQUIRE(result.payload.size() == size);
  return result;
}

/// An extent with its bits of base:allocation.
struct seen_extent {
  std::uint64_t length = 0;
  std::uint64_t state = 0;
  friend bool operator==(const seen_extent&, const seen_extent&) = default;
};
using seen_extents = std::vector<seen_extent>;

inline constexpr std::uint64_t data = 0, hole = 3; ///< a hole reads as zeroes

/// Through the handshake with base:allocation selected for the volume.
inline void go_with_contexts(const raw_client& c, std::string_view name) {
  bytes x, context;
  nbd_bytes::put(x, 3, 4);
  nbd_bytes::put(x, nbd_bytes::option_message(8));
  nbd_bytes::put(x, nbd_bytes::option_message(10, nbd_bytes::context_query(name, {"base:allocation"})));
  nbd_bytes::put(x, nbd_bytes::option_message(7, nbd_bytes::export_query(name)));
  REQUIRE(c.send(x));
  const auto size = 18u + 20u + (20u + 4u + 15u) + 20u + 32u + 20u;
  REQUIRE(c.receive(size).size() == size);
}

inline seen_extents extents_of(const chunk& x) {
  CHECK(x.flags == 1);
  REQUIRE(x.type == 5);
  REQUIRE(x.payload.size() >= 12);
  REQUIRE(x.payload.size() % 8 == 4);
  CHECK(raw_client::number(x.payload, 0, 4) == 1); // the context's number
  seen_extents result;
  for (std::size_t at = 4; at < x.payload.size(); at += 8)
    result.push_back({raw_client::number(x.payload, at, 4), raw_client::number(x.payload, at + 4, 4)});
  return result;
}

/// The answer to a BLOCK_STATUS that succeeds.
inline seen_extents status(const raw_client& c, std::uint64_t offset, std::uint32_t length, std::uint16_t flags = 0) {
  REQUIRE(c.send(nbd_bytes::request_message(7, 11, offset, length, flags)));
  const auto x = receive_chunk(c);
  CHECK(x.cookie == 11);
  return extents_of(x);
}

/// Sends a request that fails and takes the error from its chunk. `place` is where it happened, if the chunk says so.
inline std::uint64_t failure(const raw_client& c, std::uint16_t type, std::uint64_t offset, std::uint32_t length,
                             std::uint16_t flags = 0, std::uint64_t* place = nullptr) {
  REQUIRE(c.send(nbd_bytes::request_message(type, 12, offset, length, flags)));
  const auto x = receive_chunk(c);
  CHECK(x.flags == 1);
  CHECK(x.cookie == 12);
  REQUIRE(x.type == (place != nullptr ? 0x8002 : 0x8001));
  REQUIRE(x.payload.size() == (place != nullptr ? 14 : 6));
  CHECK(raw_client::number(x.payload, 4, 2) == 0); // no text
  if (place != nullptr)
    *place = raw_client::number(x.payload, 6, 8);
  return raw_client::number(x.payload, 0, 4);
}

} // namespace engine_test
