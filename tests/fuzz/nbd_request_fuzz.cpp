// Fuzz target: a request that is accepted lies in its export, and every answer fits where it is written.
// The first eight bytes make the export, the rest are requests.
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
  for (std::size_t at = 8; at + request_bytes <= size; at += request_bytes) {
    request x;
    if (!read_request(bytes + at, x))
      return 0;
    const auto result = judge(x, e, structured);
    if (result == error::none && x.what() != command::flush
        && (x.offset > e.size_bytes || x.length > e.size_bytes - x.offset || x.offset % e.min_block != 0))
      std::abort();
    if (result == error::none && x.what() == command::write && x.length > e.max_block)
      std::abort();
    auto* const header = new std::byte[max_reply_header_bytes]; // on the heap, so that one byte too many is noticed
    const auto written = write_reply_header(header, x, result, structured);
    delete[] header;
    if (written > max_reply_header_bytes)
      std::abort();
  }
  return 0;
}
