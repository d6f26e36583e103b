// The last thing that happens to an answer: its tag, 304 where the client has it already, and the form in which it
// travels. Pure; what is answered is decided before.
#pragma once

#include "actors/application_server/http/message.hpp"

#include <cstddef>
#include <string>

namespace sluice::http {

/// Larger bodies go out as they are, since compressing them would hold up everybody else. Chosen; measured: 1 MiB of
/// JSON (a list of streams, figures by chance) takes 5 ms of the one thread that serves all connections and becomes 0.2
/// MiB (effort::always, zlib 1.2.13, an AMD EPYC).
inline constexpr std::size_t most_to_compress = 1024 * 1024;

/// What a request says of the form of its answer.
struct wishes {
  bool reads = false; ///< GET or HEAD
  std::string if_none_match;
  std::string accept_encoding;
};

[[nodiscard]] wishes wishes_of(const request& x);

/// Gives a 200 of JSON a weak tag of its text, makes it a 304 if the client has what has this tag, and compresses text
/// of more than a KiB for who takes gzip. What has a strong tag, the version of its terms, is never compressed: two
/// forms of it would have one tag. Leaves alone what has these headers already, and streams of events.
void dress(const wishes& wanted, response& x);

} // namespace sluice::http
