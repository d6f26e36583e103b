// STARTTLS in the handshake against golden bytes, without a socket and without TLS.
#include "gateways/nbd/handshake.hpp"
#include "tests/unit/nbd_bytes.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace sluice::nbd;
using namespace nbd_bytes;

namespace {

struct one_export final : export_directory {
  std::vector<std::string> names() const override {
    return {"v"};
  }
  bool find(std::string_view name, export_info& to) const override {
    to.name = name;
    to.size_bytes = 0x10000;
    return name == "v";
  }
};

/// A client that sends each message by itself, and waits for the answer.
struct conversation {
  explicit conversation(tls_mode mode) : it(exports, mode) {
    bytes flags;
    CHECK(say(put(flags, 3, 4)) == handshake_step::more);
  }

  handshake_step say(const bytes& in) {
    std::size_t consumed = 0;
    out.clear();
    const auto step = it.receive(in, consumed, out);
    CHECK((consumed == in.size() || step == handshake_step::ended));
    return step;
  }

  one_export exports;
  handshake it;
  bytes out;
};

bytes refusal(std::uint32_t option, std::uint32_t code, std::string_view text) {
  bytes x;
  return reply_message(option, code, put(x, text));
}

constexpr std::uint32_t unsup = 0x80000001, policy = 0x80000002, invalid = 0x80000003, tls_reqd = 0x80000005;
const auto starttls = option_message(5);
const auto go = option_message(7, export_query("v"));

} // namespace

TEST_SUITE_BEGIN("gateways.nbd.starttls");

TEST_CASE("switched off, STARTTLS is refused by policy and the handshake goes on") {
  conversation c{tls_mode::off};
  CHECK(c.say(starttls) == handshake_step::more);
  CHECK(c.out == refusal(5, policy, "TLS is switched off"));
  CHECK(c.say(go) == handshake_step::chosen);
}

TEST_CASE("allowed or required, STARTTLS is acknowledged and TLS begins") {
  for (const auto mode : {tls_mode::allowed, tls_mode::required}) {
    conversation c{mode};
    CHECK(c.say(starttls) == handshake_step::secure);
    CHECK(c.out == reply_message(5, 1));
    CHECK(c.say(go) == handshake_step::chosen);
    CHECK_FALSE(c.it.tls_missed());
  }
}

TEST_CASE("allowed, a client may do without") {
  conversation c{tls_mode::allowed};
  CHECK(c.say(go) == handshake_step::chosen);
  CHECK_FALSE(c.it.tls_missed());
}

TEST_CASE("required, everything but STARTTLS and ABORT is refused until TLS is there") {
  conversation c{tls_mode::required};
  const std::pair<std::uint32_t, bytes> options[] = {
      {3, {}}, {6, export_query("v")},      {7, export_query("v")},
      {8, {}}, {9, context_query("v", {})}, {10, context_query("v", {"base:allocation"})},
      {99, {}}};
  for (const auto& [code, body] : options) {
    CAPTURE(code);
    CHECK(c.say(option_message(code, body)) == handshake_step::more);
    CHECK(c.out == refusal(code, tls_reqd, "TLS is required"));
    CHECK(c.it.tls_missed());
  }
  CHECK(c.say(starttls) == handshake_step::secure);
  CHECK(c.say(option_message(3)) == handshake_step::more);
  bytes name, list;
  put(put(name, 1, 4), "v");
  put(put(list, reply_message(3, 2, name)), reply_message(3, 1));
  CHECK(c.out == list);
  CHECK(c.say(option_message(99)) == handshake_step::more);
  CHECK(c.out == refusal(99, unsup, "option not supported"));
}

TEST_CASE("required, ABORT is acknowledged in clear") {
  conversation c{tls_mode::required};
  CHECK(c.say(option_message(2)) == handshake_step::ended);
  CHECK(c.out == reply_message(2, 1));
  CHECK_FALSE(c.it.tls_missed());
}

TEST_CASE("required, EXPORT_NAME in clear is the end, as it has no other refusal") {
  bytes name;
  const auto message = option_message(1, put(name, "v"));
  conversation c{tls_mode::required};
  CHECK(c.say(message) == handshake_step::ended);
  CHECK(c.out.empty());
  CHECK(c.it.why() == "TLS is required");
  CHECK(c.it.tls_missed());
  conversation encrypted{tls_mode::required};
  CHECK(encrypted.say(starttls) == handshake_step::secure);
  CHECK(encrypted.say(message) == handshake_step::chosen);
}

TEST_CASE("a second STARTTLS, and one that carries something, are invalid and the handshake goes on") {
  conversation c{tls_mode::required};
  CHECK(c.say(option_message(5, bytes(2))) == handshake_step::more);
  CHECK(c.out == refusal(5, invalid, "STARTTLS carries nothing"));
  CHECK(c.say(starttls) == handshake_step::secure);
  CHECK(c.say(starttls) == handshake_step::more);
  CHECK(c.out == refusal(5, invalid, "TLS has begun already"));
  CHECK(c.say(go) == handshake_step::chosen);
}

TEST_CASE("what was agreed on in clear is forgotten with TLS") {
  conversation c{tls_mode::allowed};
  const auto set = option_message(10, context_query("v", {"base:allocation"}));
  CHECK(c.say(option_message(8)) == handshake_step::more);
  CHECK(c.say(set) == handshake_step::more);
  CHECK(c.say(option_message(6, export_query("v"))) == handshake_step::more);
  CHECK(c.say(starttls) == handshake_step::secure);
  CHECK(c.it.chosen_name().empty());
  CHECK(c.say(set) == handshake_step::more); // structured replies come first, again
  CHECK(c.out == refusal(10, invalid, "structured replies come first"));
  CHECK(c.say(go) == handshake_step::chosen);
  CHECK_FALSE(c.it.agreed().structured_replies);
  CHECK_FALSE(c.it.agreed().block_status);
}

TEST_CASE("bytes in clear behind STARTTLS are not taken for encrypted ones: the end, without an acknowledgement") {
  for (const auto& behind : {go, option_message(8), bytes(1), bytes(3, std::byte{0x16})}) {
    conversation c{tls_mode::required};
    auto message = starttls;
    CHECK(c.say(put(message, behind)) == handshake_step::ended);
    CHECK(c.out.empty());
    CHECK(c.it.why() == "bytes in clear behind STARTTLS");
  }
}

TEST_SUITE_END();
