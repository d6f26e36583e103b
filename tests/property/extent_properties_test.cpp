// What must hold for the extents of any storage, compared with a map that has one entry per byte.
#include "gateways/backend/extent_writer.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <random>
#include <vector>

using namespace sluice::gateway;

namespace {

struct state {
  bool hole = false;
  bool zero = false;
  friend bool operator==(const state&, const state&) = default;
};

struct stretch {
  std::uint64_t length = 0;
  state is;
};

/// Stretches of 0 to 20 bytes, some of them very long.
std::vector<stretch> some_storage(std::mt19937_64& rng) {
  std::vector<stretch> result(1 + rng() % 30);
  for (auto& x : result)
    x = {rng() % 20 == 0 ? rng() : rng() % 21, {rng() % 2 == 0, rng() % 2 == 0}};
  return result;
}

struct asked {
  std::vector<extent> room;
  io_request request;

  asked(std::uint32_t length, std::uint32_t max_extents) : room(max_extents) {
    request.operation = io_operation::block_status;
    request.length = length;
    request.max_extents = max_extents;
    request.extents = room.data();
    request.extent_count = 99; // what an earlier attempt left
  }
};

} // namespace

TEST_SUITE_BEGIN("gateways.backend.properties");

TEST_CASE("property: extents say of each byte what the storage says, and stop at the range or the room") {
  for (unsigned seed = 1; seed <= 5000; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 rng{seed};
    const auto storage = some_storage(rng);
    asked a{static_cast<std::uint32_t>(1 + rng() % 300), static_cast<std::uint32_t>(1 + rng() % 10)};
    std::vector<state> bytes;
    for (const auto& x : storage)
      for (std::uint64_t i = 0; i < x.length && bytes.size() < a.request.length; ++i)
        bytes.push_back(x.is);
    extent_writer out{a.request};
    auto wanted = true;
    for (std::size_t i = 0; i < storage.size() && wanted; ++i)
      wanted = out.add(storage[i].length, storage[i].is.hole, storage[i].is.zero);

    REQUIRE(a.request.extent_count <= a.request.max_extents);
    std::size_t at = 0;
    for (std::uint32_t i = 0; i < a.request.extent_count; ++i) {
      const auto& x = a.room[i];
      REQUIRE(x.length > 0);
      REQUIRE((i == 0 || x.hole != a.room[i - 1].hole || x.zero != a.room[i - 1].zero));
      REQUIRE(x.length <= bytes.size() - at);
      const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
      REQUIRE(std::count(begin, begin + x.length, state{x.hole, x.zero}) == x.length);
      at += x.length;
    }
    // It gives up early only for want of room: then the next byte would have needed another extent.
    if (at < bytes.size()) {
      REQUIRE(a.request.extent_count == a.request.max_extents);
      REQUIRE_FALSE((bytes[at] == bytes[at - 1]));
    }
    REQUIRE(wanted == (at < a.request.length && at == bytes.size()));
  }
}

TEST_CASE("a stretch of 4 GiB less a byte is one extent") {
  asked a{0xffffffff, 4};
  extent_writer out{a.request};
  CHECK(out.add(1ull << 31, true, true));
  CHECK_FALSE(out.add(1ull << 40, true, true));
  REQUIRE(a.request.extent_count == 1);
  CHECK(a.room[0] == extent{0xffffffff, true, true});
}

TEST_SUITE_END();
