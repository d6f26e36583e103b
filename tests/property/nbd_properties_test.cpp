// What must hold for any bytes a stranger sends: the same answer however they are cut, and no crash.
#include "gateways/nbd/handshake.hpp"
#include "gateways/nbd/request.hpp"
#include "tests/unit/nbd_bytes.hpp"

#include <doctest/doctest.h>
#include <random>

using namespace sluice::nbd;
using nbd_bytes::bytes;

namespace {

struct one_export final : export_directory {
  std::vector<std::string> names() const override {
    return {"v"};
  }
  bool find(std::string_view name, export_info& to) const override {
    to.name = name;
    to.size_bytes = 1 << 20;
    return name == "v";
  }
};

struct outcome {
  handshake_step step = handshake_step::more;
  bytes out;
  std::size_t consumed = 0;
  friend bool operator==(const outcome&, const outcome&) = default;
};

/// Feeds `in` in pieces of the sizes that `next` gives.
template<class Next>
outcome feed(const bytes& in, Next next) {
  const one_export exports;
  handshake it{exports};
  outcome result;
  std::size_t known = 0;
  while (result.step == handshake_step::more && known < in.size()) {
    known = std::min(in.size(), known + next());
    for (std::size_t consumed = 1; consumed > 0 && result.step == handshake_step::more; result.consumed += consumed)
      result.step = it.receive({in.data() + result.consumed, known - result.consumed}, consumed, result.out);
    if (result.step != handshake_step::more)
      return result;
  }
  return result;
}

/// A handshake of mostly sensible options with some bytes turned.
bytes some_handshake(std::mt19937_64& rng) {
  bytes in;
  nbd_bytes::put(in, 3, 4);
  for (auto n = rng() % 8; n > 0; --n) {
    const auto code = static_cast<std::uint32_t>(1 + rng() % 12);
    bytes body;
    if (code == 1)
      nbd_bytes::put(body, "v");
    else if (code == 6 || code == 7)
      body = nbd_bytes::export_query(rng() % 2 == 0 ? "v" : "other", {3});
    else if (code == 9 || code == 10)
      body =
          nbd_bytes::context_query(rng() % 2 == 0 ? "v" : "", {rng() % 2 == 0 ? "base:allocation" : "base:", "x-y:z"});
    else if (code > 10)
      body.resize(rng() % 64);
    nbd_bytes::put(in, nbd_bytes::option_message(code, body));
  }
  for (auto n = rng() % 3; n > 0; --n)
    in[rng() % in.size()] = static_cast<std::byte>(rng());
  return in;
}

} // namespace

TEST_SUITE_BEGIN("gateways.nbd.properties");

TEST_CASE("property: a handshake ends the same however its bytes are cut") {
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 rng{seed};
    const auto in = some_handshake(rng);
    const auto whole = feed(in, [&] {
      return in.size();
    });
    const auto single = feed(in, [] {
      return std::size_t{1};
    });
    const auto random = feed(in, [&] {
      return std::size_t{1 + rng() % 40};
    });
    // An option that is too long is refused as soon as its header is there, and swallows what came with it.
    const auto cut = whole.step == handshake_step::ended;
    CHECK(whole.out == single.out);
    CHECK(whole.step == single.step);
    CHECK(whole.out == random.out);
    CHECK((cut || whole.consumed == single.consumed));
  }
}

TEST_CASE("property: random bytes never harm the handshake, and its answer stays small") {
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 rng{seed};
    bytes in;
    nbd_bytes::put(in, 3, 4);
    if (seed % 2 == 0)
      nbd_bytes::put(in, "IHAVEOPT");
    for (auto n = rng() % 512; n > 0; --n)
      in.push_back(static_cast<std::byte>(rng() % (seed % 3 == 0 ? 256 : 8)));
    const auto result = feed(in, [&] {
      return std::size_t{1 + rng() % 100};
    });
    CHECK(result.consumed <= in.size());
    CHECK(result.out.size() <= 64 * in.size());
  }
}

TEST_CASE(
    "property: block status is agreed on only together with structured replies, and only for the export selected") {
  const one_export exports;
  int agreed = 0;
  for (unsigned seed = 1; seed <= 20'000; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 rng{seed};
    handshake it{exports};
    bytes out, in;
    nbd_bytes::put(in, 3, 4);
    std::size_t consumed = 0;
    REQUIRE(it.receive(in, consumed, out) == handshake_step::more);
    bool structured = false, selected = false; // by the rules, told a second way
    for (auto n = rng() % 6; n > 0; --n) {
      const std::string_view name = rng() % 3 == 0 ? "other" : "v";
      const std::string_view query = rng() % 3 == 0 ? "base:" : "base:allocation";
      const auto code = static_cast<std::uint32_t>(8 + rng() % 3);
      if (code == 8)
        structured = true;
      if (code == 10)
        selected = structured && name == "v" && query == "base:allocation";
      in = nbd_bytes::option_message(code, code == 8 ? bytes{} : nbd_bytes::context_query(name, {query}));
      REQUIRE(it.receive(in, consumed, out) == handshake_step::more);
    }
    in = nbd_bytes::option_message(7, nbd_bytes::export_query("v"));
    REQUIRE(it.receive(in, consumed, out) == handshake_step::chosen);
    REQUIRE(it.agreed().structured_replies == structured);
    REQUIRE(it.agreed().block_status == selected);
    agreed += selected ? 1 : 0;
  }
  CHECK(agreed > 100);
}

TEST_CASE("property: a request that was accepted lies in the export, whatever came") {
  for (unsigned seed = 1; seed <= 200'000; ++seed) {
    std::mt19937_64 rng{seed};
    export_info e;
    e.size_bytes = rng() % (1u << 24);
    e.flags = static_cast<std::uint16_t>(rng());
    e.min_block = 1u << (rng() % 13);
    request x{static_cast<std::uint16_t>(rng() % 32), static_cast<std::uint16_t>(rng() % 10), rng(),
              rng() % 2 == 0 ? rng() % (1u << 25) : rng(),
              static_cast<std::uint32_t>(rng() % 2 == 0 ? rng() % 65'536 : rng())};
    const negotiated with{seed % 2 == 0, seed % 4 == 0};
    if (judge(x, e, with) != error::none || x.what() == command::flush)
      continue;
    CAPTURE(seed);
    REQUIRE((x.what() != command::block_status || (with.block_status && x.length > 0)));
    REQUIRE(x.offset <= e.size_bytes);
    REQUIRE(x.length <= e.size_bytes - x.offset);
    REQUIRE(x.offset % e.min_block == 0);
    const auto changes = x.what() == command::write || x.what() == command::trim || x.what() == command::write_zeroes;
    REQUIRE((!changes || (e.flags & read_only) == 0));
  }
}

TEST_SUITE_END();
