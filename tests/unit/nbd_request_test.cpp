// Requests and replies against golden bytes, and which requests are refused.
#include "gateways/nbd/request.hpp"
#include "tests/unit/nbd_bytes.hpp"

#include <cerrno>
#include <doctest/doctest.h>

using namespace sluice::nbd;

namespace {

export_info writable() {
  export_info e;
  e.size_bytes = 1u << 20;
  e.flags = has_flags | send_flush | send_fua | send_trim | send_write_zeroes | send_cache | send_fast_zero;
  return e;
}

request some(command what, std::uint64_t offset, std::uint32_t length, std::uint16_t flags = 0) {
  return {flags, static_cast<std::uint16_t>(what), 7, offset, length};
}

constexpr negotiated simple{false, false}, structured{true, false}, with_status{true, true};

nbd_bytes::bytes reply(const request& x, const outcome& how, const negotiated& with) {
  nbd_bytes::bytes to(max_reply_header_bytes);
  to.resize(write_reply_header(to.data(), x, how, with));
  return to;
}

/// A chunk that is a whole reply to cookie 7, up to its payload.
nbd_bytes::bytes chunk_header(std::uint16_t type, std::uint32_t payload_bytes) {
  nbd_bytes::bytes x;
  nbd_bytes::put(nbd_bytes::put(nbd_bytes::put(x, 0x668e33ef, 4), 1, 2), type, 2);
  return nbd_bytes::put(nbd_bytes::put(x, 7, 8), payload_bytes, 4);
}

} // namespace

TEST_SUITE_BEGIN("gateways.nbd.request");

TEST_CASE("a request is read as it was written") {
  const auto wire = nbd_bytes::request_message(6, 0x1122334455667788, 0x99, 0x1000, 3);
  request x;
  REQUIRE(read_request(wire.data(), x));
  CHECK(x == request{3, 6, 0x1122334455667788, 0x99, 0x1000});
}

TEST_CASE("a wrong magic number is noticed") {
  auto wire = nbd_bytes::request_message(0, 1, 0, 512);
  wire[0] = std::byte{0};
  request x;
  CHECK_FALSE(read_request(wire.data(), x));
}

TEST_CASE("what fits the export is accepted, up to its last byte") {
  const auto e = writable();
  for (const auto what : {command::read, command::write, command::trim, command::write_zeroes, command::cache}) {
    CHECK(judge(some(what, 0, 1u << 20), e, simple) == error::none);
    CHECK(judge(some(what, (1u << 20) - 1, 1), e, simple) == error::none);
    CHECK(judge(some(what, 1u << 20, 0), e, simple) == error::none);
    CHECK(judge(some(what, 0, 512, command_fua), e, simple) == error::none);
  }
  CHECK(judge(some(command::flush, 0, 0), e, simple) == error::none);
}

TEST_CASE("past the end there is no space to write and nothing to read") {
  const auto e = writable();
  CHECK(judge(some(command::read, 1u << 20, 1), e, simple) == error::einval);
  CHECK(judge(some(command::read, ~std::uint64_t{0}, 2), e, simple) == error::einval);
  CHECK(judge(some(command::write, (1u << 20) - 1, 2), e, simple) == error::enospc);
  CHECK(judge(some(command::write_zeroes, 0, ~std::uint32_t{0}), e, simple) == error::enospc);
  CHECK(judge(some(command::trim, ~std::uint64_t{0}, 1), e, simple) == error::einval);
  CHECK(judge(some(command::cache, 1u << 20, 1), e, simple) == error::einval);
  CHECK(judge(some(command::block_status, 1, 1u << 20), e, with_status) == error::einval);
}

TEST_CASE("unknown commands and flags are invalid") {
  const auto e = writable();
  for (const int type : {2, 7, 8, 99, 0xffff})
    CHECK(judge({0, static_cast<std::uint16_t>(type), 1, 0, 512}, e, simple) == error::einval);
  CHECK(judge(some(command::read, 0, 512, 1u << 5), e, simple) == error::einval);
  CHECK(judge(some(command::read, 0, 512, command_no_hole), e, simple) == error::einval);
  CHECK(judge(some(command::write_zeroes, 0, 512, command_no_hole), e, simple) == error::none);
}

TEST_CASE("DF needs structured replies") {
  const auto e = writable();
  CHECK(judge(some(command::read, 0, 512, command_df), e, simple) == error::einval);
  CHECK(judge(some(command::read, 0, 512, command_df), e, structured) == error::none);
}

TEST_CASE("what was not advertised is invalid") {
  auto e = writable();
  e.flags = has_flags;
  for (const auto what : {command::flush, command::trim, command::write_zeroes, command::cache})
    CHECK(judge(some(what, 0, 0), e, simple) == error::einval);
  CHECK(judge(some(command::write, 0, 512, command_fua), e, simple) == error::einval);
}

TEST_CASE("a read-only export is not changed") {
  auto e = writable();
  e.flags |= read_only;
  for (const auto what : {command::write, command::trim, command::write_zeroes})
    CHECK(judge(some(what, 0, 512), e, simple) == error::eperm);
  CHECK(judge(some(command::read, 0, 512), e, simple) == error::none);
}

TEST_CASE("block sizes are kept to") {
  auto e = writable();
  e.min_block = 512;
  e.max_block = 4096;
  CHECK(judge(some(command::read, 1, 512), e, simple) == error::einval);
  CHECK(judge(some(command::write, 0, 100), e, simple) == error::einval);
  CHECK(judge(some(command::read, 0, 4608), e, simple) == error::einval);
  CHECK(judge(some(command::trim, 0, 8192), e, simple) == error::none); // carries no payload
}

TEST_CASE("BLOCK_STATUS needs the context, and a range; its only flag is REQ_ONE") {
  const auto e = writable();
  CHECK(judge(some(command::block_status, 0, 1u << 20), e, with_status) == error::none);
  CHECK(judge(some(command::block_status, 0, 512, command_req_one), e, with_status) == error::none);
  CHECK(judge(some(command::block_status, 0, 512, command_req_one | command_fua), e, with_status) == error::none);
  CHECK(judge(some(command::block_status, 0, 512), e, structured) == error::einval);
  CHECK(judge(some(command::block_status, 0, 0), e, with_status) == error::einval);
  CHECK(judge(some(command::block_status, 0, 512, command_df), e, with_status) == error::einval);
  CHECK(judge(some(command::read, 0, 512, command_req_one), e, with_status) == error::einval);
}

TEST_CASE("FAST_ZERO is for WRITE_ZEROES and has to be advertised") {
  auto e = writable();
  CHECK(judge(some(command::write_zeroes, 0, 512, command_fast_zero), e, simple) == error::none);
  CHECK(judge(some(command::write_zeroes, 0, 512, command_fast_zero | command_no_hole), e, simple) == error::none);
  CHECK(judge(some(command::trim, 0, 512, command_fast_zero), e, simple) == error::einval);
  e.flags = static_cast<std::uint16_t>(e.flags & ~send_fast_zero);
  CHECK(judge(some(command::write_zeroes, 0, 512, command_fast_zero), e, simple) == error::einval);
}

TEST_CASE("a read-only export can be asked for its extents and read ahead") {
  auto e = writable();
  e.flags |= read_only;
  CHECK(judge(some(command::block_status, 0, 512), e, with_status) == error::none);
  CHECK(judge(some(command::cache, 0, 512), e, with_status) == error::none);
}

TEST_CASE("a simple reply carries error and cookie") {
  nbd_bytes::bytes expected;
  nbd_bytes::put(nbd_bytes::put(nbd_bytes::put(expected, 0x67446698, 4), 28, 4), 7, 8);
  CHECK(reply(some(command::write, 0, 512), {error::enospc, 0}, simple) == expected);
}

TEST_CASE("what carries nothing and went well is a simple reply, also beside structured ones") {
  nbd_bytes::bytes expected;
  nbd_bytes::put(nbd_bytes::put(nbd_bytes::put(expected, 0x67446698, 4), 0, 4), 7, 8);
  for (const auto what : {command::write, command::flush, command::trim, command::cache, command::write_zeroes})
    CHECK(reply(some(what, 0, 512), {}, with_status) == expected);
}

TEST_CASE("a structured READ is one chunk of data at its offset, one of nothing an empty chunk") {
  auto expected = chunk_header(1, 512 + 8);
  CHECK(reply(some(command::read, 0x2000, 512), {}, structured) == nbd_bytes::put(expected, 0x2000, 8));
  CHECK(reply(some(command::read, 0, 0), {}, structured) == chunk_header(0, 0));
}

TEST_CASE("a BLOCK_STATUS is one chunk with the context's number and eight bytes per extent") {
  auto expected = chunk_header(5, 4 + 3 * 8);
  outcome how;
  how.extents = 3;
  CHECK(reply(some(command::block_status, 0, 4096), how, with_status) == nbd_bytes::put(expected, 1, 4));
  nbd_bytes::bytes descriptors(4 * descriptor_bytes), all;
  auto* to = store_descriptor(descriptors.data(), 4096, true, true);
  to = store_descriptor(to, 512, false, false);
  to = store_descriptor(to, 0xfffffe00, true, false);
  CHECK(store_descriptor(to, 1, false, true) == descriptors.data() + descriptors.size());
  nbd_bytes::put(nbd_bytes::put(nbd_bytes::put(nbd_bytes::put(all, 4096, 4), 3, 4), 512, 4), 0, 4);
  nbd_bytes::put(nbd_bytes::put(nbd_bytes::put(nbd_bytes::put(all, 0xfffffe00, 4), 1, 4), 1, 4), 2, 4);
  CHECK(descriptors == all);
}

TEST_CASE("a failure beside structured replies is one error chunk, whatever failed") {
  for (const auto what : {command::read, command::write, command::flush, command::block_status}) {
    auto expected = chunk_header(0x8001, 6);
    nbd_bytes::put(nbd_bytes::put(expected, 5, 4), 0, 2);
    CHECK(reply(some(what, 0, 512), {error::eio}, with_status) == expected);
  }
}

TEST_CASE("an error chunk names the place if it is known and lies in the request") {
  auto expected = chunk_header(0x8002, 14);
  nbd_bytes::put(nbd_bytes::put(nbd_bytes::put(expected, 5, 4), 0, 2), 0x2000 + 511, 8);
  CHECK(reply(some(command::read, 0x2000, 512), {error::eio, 511}, structured) == expected);
  auto without = chunk_header(0x8001, 6);
  nbd_bytes::put(nbd_bytes::put(without, 5, 4), 0, 2);
  CHECK(reply(some(command::read, 0x2000, 512), {error::eio, 512}, structured) == without);
}

TEST_CASE("ENOTSUP answers a fast zero alone, and EOVERFLOW nothing") {
  CHECK(answer_to(some(command::write_zeroes, 0, 512, command_fast_zero), EOPNOTSUPP) == error::enotsup);
  CHECK(answer_to(some(command::write_zeroes, 0, 512), EOPNOTSUPP) == error::einval);
  CHECK(answer_to(some(command::trim, 0, 512), EOPNOTSUPP) == error::einval);
  CHECK(answer_to(some(command::read, 0, 512), EOVERFLOW) == error::einval);
  CHECK(answer_to(some(command::read, 0, 512), EIO) == error::eio);
  CHECK(answer_to(some(command::read, 0, 512), 0) == error::none);
}

TEST_CASE("errno values become the protocol's errors") {
  CHECK(to_error(0) == error::none);
  CHECK(to_error(EROFS) == error::eperm);
  CHECK(to_error(EDQUOT) == error::enospc);
  CHECK(to_error(ECONNRESET) == error::eio);
  CHECK(to_error(-1) == error::eio);
}

TEST_SUITE_END();
