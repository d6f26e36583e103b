// The bytes of a segment are what other processes rely on: golden values. Not the protocol of the slots.
#include "shm/mailslot/checksum.hpp"
#include "shm/mailslot/digest_large.hpp"
#include "shm/mailslot/layout.hpp"
#include "shm/mailslot/owner_word.hpp"
#include "shm/mailslot/roster.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <numeric>
#include <vector>

using namespace sluice::shm;

TEST_SUITE_BEGIN("unit.mailslot.layout");

TEST_CASE("a message header has its golden bytes") {
  message_header x;
  x.operation = 0x0403'0201;
  x.flags = 0x0605;
  x.sender_role = 0x07;
  x.sender_incarnation = 0x1716'1514'1312'1110;
  x.correlation = 0x1f1e'1d1c'1b1a'1918;
  x.destination = 0x2726'2524'2322'2120;
  x.source = 0x2f2e'2d2c'2b2a'2928;
  x.length = 0x3332'3130;
  x.sequence = 0x3736'3534;
  x.placed_ms = 0x3b3a'3938;
  x.checksum = 0x3f3e'3d3c;
  const unsigned char golden[] = {1,    2,    3,    4,    5,    6,    7,    0,    0x10, 0x11, 0x12, 0x13, 0x14, 0x15,
                                  0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23,
                                  0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f, 0x30, 0x31,
                                  0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f};
  static_assert(sizeof golden == sizeof x);
  CHECK(std::memcmp(&x, golden, sizeof x) == 0);
}

TEST_CASE("the offsets that every release of this layout version shares") {
  CHECK(layout_version == 2);
  CHECK(offsetof(segment_header, magic) == 0);
  CHECK(offsetof(segment_header, version) == 8);
  CHECK(offsetof(segment_header, lanes) == 16);
  CHECK(offsetof(segment_header, total_bytes) == 40);
  CHECK(offsetof(segment_header, closing) == 48);
  CHECK(offsetof(lane_header, tail) == 0);
  CHECK(offsetof(lane_header, head) == 64);
  CHECK(offsetof(lane_header, refused) == 96);
  CHECK(offsetof(lane_header, room_wanted) == 128);
  CHECK(offsetof(lane_header, full) == 192);
  CHECK(offsetof(slot, header) == 8);
  CHECK(geometry{4, 256, 4096}.total_bytes() == 4096 + 4 * 256 * 4096);
  CHECK(std::memcmp(&segment_magic, "SLUICEMB", 8) == 0);
  // Of every layout version, for ever: by these one release tells another that it is refused.
  CHECK(refusal_note_offset == 1024);
  CHECK(offsetof(refusal_note, count) == 0);
  CHECK(offsetof(refusal_note, role) == 4);
  CHECK(offsetof(refusal_note, layout_version) == 8);
}

TEST_CASE("an owner word keeps lap, participant and state apart") {
  const auto p = participant::of(7, 0xabcd'0000'000f'1234);
  CHECK(p.role() == 7);
  CHECK(p.life() == 0xf1234);
  const auto word = owner_word(0xdead'beef, p, slot_state::ready);
  CHECK(word == 0xdead'beef'7f12'3402);
  CHECK(lap_of(word) == 0xdead'beef);
  CHECK(holder_of(word) == p);
  CHECK(state_of(word) == slot_state::ready);
}

TEST_CASE("sizes outside their ranges are no geometry") {
  CHECK(geometry{1, 4, 256}.valid());
  CHECK(geometry{8, 65'536, 1u << 20}.valid());
  CHECK_FALSE(geometry{0, 256, 4096}.valid());
  CHECK_FALSE(geometry{9, 256, 4096}.valid());
  CHECK_FALSE(geometry{1, 2, 4096}.valid());
  CHECK_FALSE(geometry{1, 255, 4096}.valid());
  CHECK_FALSE(geometry{1, 256, 4097}.valid());
  CHECK_FALSE(geometry{1, 256, 128}.valid());
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("unit.mailslot.checksum");

namespace {

std::vector<std::byte> counting(std::size_t n) {
  std::vector<std::byte> x(n);
  for (std::size_t i = 0; i < n; ++i)
    x[i] = static_cast<std::byte>(i * 7 + 1);
  return x;
}

} // namespace

TEST_CASE("it is XXH3: values of the reference implementation") {
  // From xxHash's own sanity table: XXH3_64bits of nothing, with seed 0.
  CHECK(digest({}, 0) == 0x2d06'8005'38d3'94c2);
}

TEST_CASE("small and large take different instructions to the same value") {
  for (std::size_t n = 0; n <= 5000; n += n < 1100 ? 1 : 97) {
    CAPTURE(n);
    const auto bytes = counting(n);
    CHECK(digest(bytes, 7) == digest_large(bytes, 7));
  }
}

TEST_CASE("any single flipped bit changes it, in the header and in the parameters") {
  message_header header;
  header.operation = 100;
  header.length = 77;
  auto parameters = counting(77);
  const auto good = message_checksum(header, parameters);
  for (std::size_t bit = 0; bit < parameters.size() * 8; ++bit) {
    parameters[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    CHECK(message_checksum(header, parameters) != good);
    parameters[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
  }
  const auto header_bits = (sizeof header - sizeof header.checksum) * 8;
  for (std::size_t bit = 0; bit < header_bits; ++bit) {
    unsigned char raw[sizeof header];
    std::memcpy(raw, &header, sizeof raw);
    raw[bit / 8] = static_cast<unsigned char>(raw[bit / 8] ^ 1u << bit % 8);
    message_header damaged;
    std::memcpy(&damaged, raw, sizeof raw);
    CHECK(message_checksum(damaged, parameters) != good);
  }
}

TEST_CASE("zeros at the end count: a message cut short differs") {
  const std::vector<std::byte> zeros(64);
  CHECK(digest(std::span{zeros}.first(10), 0) != digest(std::span{zeros}.first(11), 0));
  CHECK(digest(std::span{zeros}.first(32), 0) != digest(std::span{zeros}.first(64), 0));
}

TEST_SUITE_END();
