// Answers taken apart: a header, and what was compressed.
#pragma once

#include "actors/application_server/http/message.hpp"

#include <doctest/doctest.h>

#include <string>
#include <zlib.h>

namespace sluice::test {

/// The first of that name; empty if there is none.
inline std::string header(const http::response& x, const std::string& name) {
  for (const auto& [key, value] : x.headers)
    if (key == name)
      return value;
  return {};
}

/// @param x gzip, of at most 16 MiB
inline std::string unpacked(const std::string& x) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string out(16 * 1024 * 1024, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(x.data()));
  stream.avail_in = static_cast<uInt>(x.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

} // namespace sluice::test
