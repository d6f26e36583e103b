// The forms in which a body travels, and the tags by which one is known again: pure functions of texts and headers.
// Knows no files, no requests and no sockets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::http {

/// Below this many bytes a compressed answer needs as many packets. Chosen: one TCP segment.
inline constexpr std::size_t least_to_compress = 1'024;

enum class effort {
  once,   ///< the smallest form, for what is compressed once and kept
  always, ///< the quickest, for what is compressed at each answer
};

/// The gzip form; empty if zlib has no memory. Without a time stamp: the same text, the same bytes.
[[nodiscard]] std::string gzip(const std::string& x, effort how);

/// Whether an Accept-Encoding such as `deflate, gzip;q=1.0` takes gzip; `gzip;q=0` refuses it.
[[nodiscard]] bool takes_gzip(std::string_view accept_encoding);

/// A weak entity tag of the text (FNV-1a, 64 bits): tells versions apart, and is no secret.
[[nodiscard]] std::string weak_tag(std::string_view x);

/// Whether an If-None-Match, a list of tags or `*`, names this one: weakly compared (RFC 9110, 8.8.3.2).
[[nodiscard]] bool names_tag(std::string_view if_none_match, std::string_view tag);

} // namespace sluice::http
