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
  e.flags = has_flags | send_flush | send_fua | send_trim | send_write_zeroes;
  return e;
}

request some(command what, std::uint64_t offset, std::uint32_t length, std::uint16_t flags = 0) {
  return {flags, static_cast<std::uint16_t>(what), 7, offset, length};
}

nbd_bytes::bytes reply(const request& x, error result, bool structured) {
  nbd_bytes::bytes to(max_reply_header_bytes);
  to.resize(write_reply_header(to.data(), x, result, structured));
  return to;
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
  for (const auto what : {command::read, command::write, command::trim, command::write_zeroes}) {
    CHECK(judge(some(what, 0, 1u << 20), e, false) == error::none);
    CHECK(judge(some(what, (1u << 20) - 1, 1), e, false) == error::none);
    CHECK(judge(some(what, 1u << 20, 0), e, false) == error::none);
    CHECK(judge(some(what, 0, 512, command_fua), e, false) == error::none);
  }
  CHECK(judge(some(command::flush, 0, 0), e, false) == error::none);
}

TEST_CASE("past the end there is no space to write and nothing to read") {
  const auto e = writable();
  CHECK(judge(some(command::read, 1u << 20, 1), e, false) == error::einval);
  CHECK(judge(some(command::read, ~std::uint64_t{0}, 2), e, false) == error::einval);
  CHECK(judge(some(command::write, (1u << 20) - 1, 2), e, false) == error::enospc);
  CHECK(judge(some(command::write_zeroes, 0, ~std::uint32_t{0}), e, false) == error::enospc);
  CHECK(judge(some(command::trim, ~std::uint64_t{0}, 1), e, false) == error::einval);
}

TEST_CASE("unknown commands and flags are invalid") {
  const auto e = writable();
  for (const int type : {5, 7, 8, 99, 0xffff})
    CHECK(judge({0, static_cast<std::uint16_t>(type), 1, 0, 512}, e, false) == error::einval);
  CHECK(judge(some(command::read, 0, 512, 1u << 5), e, false) == error::einval);
  CHECK(judge(some(command::read, 0, 512, command_no_hole), e, false) == error::einval);
  CHECK(judge(some(command::write_zeroes, 0, 512, command_no_hole), e, false) == error::none);
}

TEST_CASE("DF needs structured replies") {
  const auto e = writable();
  CHECK(judge(some(command::read, 0, 512, command_df), e, false) == error::einval);
  CHECK(judge(some(command::read, 0, 512, command_df), e, true) == error::none);
}

TEST_CASE("what was not advertised is invalid") {
  auto e = writable();
  e.flags = has_flags;
  for (const auto what : {command::flush, command::trim, command::write_zeroes})
    CHECK(judge(some(what, 0, 0), e, false) == error::einval);
  CHECK(judge(some(command::write, 0, 512, command_fua), e, false) == error::einval);
}

TEST_CASE("a read-only export is not changed") {
  auto e = writable();
  e.flags |= read_only;
  for (const auto what : {command::write, command::trim, command::write_zeroes})
    CHECK(judge(some(what, 0, 512), e, false) == error::eperm);
  CHECK(judge(some(command::read, 0, 512), e, false) == error::none);
}

TEST_CASE("block sizes are kept to") {
  auto e = writable();
  e.min_block = 512;
  e.max_block = 4096;
  CHECK(judge(some(command::read, 1, 512), e, false) == error::einval);
  CHECK(judge(some(command::write, 0, 100), e, false) == error::einval);
  CHECK(judge(some(command::read, 0, 4608), e, false) == error::einval);
  CHECK(judge(some(command::trim, 0, 8192), e, false) == error::none); // carries no payload
}

TEST_CASE("a simple reply carries error and cookie") {
  nbd_bytes::bytes expected;
  nbd_bytes::put(nbd_bytes::put(nbd_bytes::put(expected, 0x67446698, 4), 28, 4), 7, 8);
  CHECK(reply(some(command::write, 0, 512), error::enospc, false) == expected);
  CHECK(reply(some(command::write, 0, 512), error::enospc, true) == expected); // only READ must be structured
}

TEST_CASE("a structured READ is one chunk of data at its offset") {
  nbd_bytes::bytes expected;
  nbd_bytes::put(nbd_bytes::put(expected, 0x668e33ef, 4), 1, 2);
  nbd_bytes::put(nbd_bytes::put(nbd_bytes::put(expected, 1, 2), 7, 8), 512 + 8, 4);
  CHECK(reply(some(command::read, 0x2000, 512), error::none, true) == nbd_bytes::put(expected, 0x2000, 8));
}

TEST_CASE("a structured READ that failed is one chunk with the error, one of nothing an empty chunk") {
  nbd_bytes::bytes failed, nothing;
  nbd_bytes::put(nbd_bytes::put(failed, 0x668e33ef, 4), 1, 2);
  nbd_bytes::put(nbd_bytes::put(nbd_bytes::put(failed, 0x8001, 2), 7, 8), 6, 4);
  nbd_bytes::put(nbd_bytes::put(failed, 5, 4), 0, 2);
  CHECK(reply(some(command::read, 0, 512), error::eio, true) == failed);
  nbd_bytes::put(nbd_bytes::put(nothing, 0x668e33ef, 4), 1, 2);
  nbd_bytes::put(nbd_bytes::put(nbd_bytes::put(nothing, 0, 2), 7, 8), 0, 4);
  CHECK(reply(some(command::read, 0, 0), error::none, true) == nothing);
}

TEST_CASE("errno values become the protocol's errors") {
  CHECK(to_error(0) == error::none);
  CHECK(to_error(EROFS) == error::eperm);
  CHECK(to_error(EDQUOT) == error::enospc);
  CHECK(to_error(ECONNRESET) == error::eio);
  CHECK(to_error(-1) == error::eio);
}

TEST_SUITE_END();
