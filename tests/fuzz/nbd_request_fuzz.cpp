// Fuzz target: a request that is accepted lies in its export, and every answer fits where it is written and says how
// long it is. The first eight bytes make the export, the rest are requests.
#include "gateways/nbd/request.hpp"

#include <cstdlib>
#include <cstring>

using namespace sluice::nbd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  if (size < 8)
    return 0;
  const auto* const bytes = reinterpret_cast<const std::byte*>(input);
  export_info e;
  e.size_bytes = load<std::uint32_t>(bytes);
  e.flags = load<std::uint16_t>(bytes + 4);
  e.min_block = 1u << (input[6] % 13);
  const auto structured = input[7] % 2 == 0;
  const negotiated with{structured, structured && (input[7] & 2) != 0};
  for (std::size_t at = 8; at + request_bytes <= size; at += request_bytes) {
    request x;
    if (!read_request(bytes + at, x))
      return 0;
    const auto result = judge(x, e, with);
    if (result == error::none && x.what() != command::flush
        && (x.offset > e.size_bytes || x.length > e.size_bytes - x.offset || x.offset % e.min_block != 0))
      std::abort();
    if (result == error::none && x.what() == command::write && x.length > e.max_block)
      std::abort();
    if (result == error::none && x.what() == command::block_status && (!with.block_status || x.length == 0))
      std::abort();
    outcome how{result, static_cast<std::uint32_t>(x.cookie), 1 + static_cast<std::uint32_t>(x.cookie >> 32) % 512};
    if (result == error::none)
      how.result = answer_to(x, static_cast<int>(x.cookie % 128));
    auto* const header = new std::byte[max_reply_header_bytes]; // on the heap, so that one byte too many is noticed
    const auto written = write_reply_header(header, x, how, with);
    const auto chunk = load<std::uint32_t>(header) == structured_reply_magic;
    const auto announced = chunk ? load<std::uint32_t>(header + 16) : 0;
    delete[] header;
    if (written > max_reply_header_bytes)
      std::abort();
    // A chunk's payload is what the header holds already and what follows it.
    const auto ok = how.result == error::none;
    const auto follows = ok && x.what() == command::read           ? x.length
                         : ok && x.what() == command::block_status ? how.extents * descriptor_bytes
                                                                   : 0;
    if (chunk != (structured && (!ok || follows > 0 || x.what() == command::read)))
      std::abort();
    if (chunk && chunk_header_bytes + announced != written + follows)
      std::abort();
  }
  return 0;
}
