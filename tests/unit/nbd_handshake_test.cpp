// The handshake against golden bytes, without a socket.
#include "gateways/nbd/handshake.hpp"
#include "tests/unit/nbd_bytes.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace sluice::nbd;
using namespace nbd_bytes;

namespace {

struct two_exports final : export_directory {
  std::vector<std::string> names() const override {
    return {"oltp", "batch"};
  }
  bool find(std::string_view name, export_info& to) const override {
    if (name != "oltp" && name != "batch")
      return false;
    to.name = name;
    to.size_bytes = 0x10000;
    to.flags = has_flags | send_flush;
    to.tells_holes = name == "oltp";
    return true;
  }
};

struct conversation {
  two_exports exports;
  handshake it{exports};
  bytes out;

  /// Feeds everything; returns the last step.
  handshake_step say(const bytes& in) {
    std::size_t at = 0;
    auto step = handshake_step::more;
    while (step == handshake_step::more) {
      std::size_t consumed = 0;
      step = it.receive({in.data() + at, in.size() - at}, consumed, out);
      at += consumed;
      if (consumed == 0)
        break;
    }
    return step;
  }
  handshake_step say_flags(std::uint32_t x) {
    bytes in;
    return say(put(in, x, 4));
  }
};

} // namespace

TEST_SUITE_BEGIN("gateways.nbd.handshake");

TEST_CASE("the greeting is fixed newstyle and offers to leave out zeroes") {
  bytes out;
  handshake::greet(out);
  bytes expected;
  put(expected, "NBDMAGICIHAVEOPT");
  CHECK(out == put(expected, 3, 2));
}

TEST_CASE("LIST names every export and ends with ACK") {
  conversation c;
  c.say_flags(3);
  CHECK(c.say(option_message(3)) == handshake_step::more);
  bytes a, b, expected;
  put(put(a, 4, 4), "oltp");
  put(put(b, 5, 4), "batch");
  put(expected, reply_message(3, 2, a));
  put(expected, reply_message(3, 2, b));
  CHECK(c.out == put(expected, reply_message(3, 1)));
}

TEST_CASE("GO answers with size, flags and block sizes, and waits for the owner's consent") {
  conversation c;
  c.say_flags(3);
  CHECK(c.say(option_message(7, export_query("oltp", {3}))) == handshake_step::chosen);
  CHECK(c.it.chosen_name() == "oltp");
  bytes info, blocks, expected;
  put(put(put(info, 0, 2), 0x10000, 8), 5, 2);
  put(put(put(put(blocks, 3, 2), 1, 4), 4096, 4), 32u << 20, 4);
  put(expected, reply_message(7, 3, info));
  put(expected, reply_message(7, 3, blocks));
  CHECK(c.out == expected);
  c.it.admit(c.out);
  CHECK(c.out == put(expected, reply_message(7, 1)));
}

TEST_CASE("INFO tells the same and stays in the handshake") {
  conversation go, info;
  go.say_flags(3);
  info.say_flags(3);
  go.say(option_message(7, export_query("batch", {3, 1})));
  go.it.admit(go.out);
  CHECK(info.say(option_message(6, export_query("batch", {3, 1}))) == handshake_step::more);
  auto same = info.out;
  for (std::size_t i = 0; i < same.size(); ++i)
    if (i >= 11 && same[i] == std::byte{6} && go.out[i] == std::byte{7})
      same[i] = std::byte{7}; // the option's number
  CHECK(same == go.out);
}

TEST_CASE("EXPORT_NAME ends the handshake with 134 bytes, or 10 if the client wants no zeroes") {
  bytes name;
  put(name, "oltp");
  for (const std::uint32_t flags : {1u, 3u}) {
    CAPTURE(flags);
    conversation c;
    c.say_flags(flags);
    REQUIRE(c.say(option_message(1, name)) == handshake_step::chosen);
    c.it.admit(c.out);
    bytes expected;
    put(put(expected, 0x10000, 8), 5, 2);
    expected.resize(flags == 1 ? 134 : 10);
    CHECK(c.out == expected);
  }
}

TEST_CASE("an unknown export is refused: GO goes on, EXPORT_NAME cannot") {
  conversation c;
  c.say_flags(3);
  CHECK(c.say(option_message(7, export_query("nothing"))) == handshake_step::more);
  bytes expected = c.out;
  expected.resize(20);
  bytes text;
  put(text, "no such export");
  CHECK(c.out == reply_message(7, 0x80000006, text));
  bytes name;
  CHECK(c.say(option_message(1, put(name, "nothing"))) == handshake_step::ended);
}

TEST_CASE("ABORT is acknowledged") {
  conversation c;
  c.say_flags(3);
  CHECK(c.say(option_message(2)) == handshake_step::ended);
  CHECK(c.out == reply_message(2, 1));
}

TEST_CASE("unknown options are refused and the handshake goes on") {
  for (const std::uint32_t code : {4u, 99u, 0xffffffffu}) {
    CAPTURE(code);
    conversation c;
    c.say_flags(3);
    CHECK(c.say(option_message(code)) == handshake_step::more);
    bytes text;
    CHECK(c.out == reply_message(code, 0x80000001, put(text, "option not supported")));
    CHECK(c.say(option_message(7, export_query("oltp"))) == handshake_step::chosen);
  }
}

TEST_CASE("an absurd length is refused before anything is read") {
  conversation c;
  c.say_flags(3);
  bytes in;
  put(in, "IHAVEOPT");
  put(in, 7, 4);
  put(in, 0xffffffff, 4);
  CHECK(c.say(in) == handshake_step::ended);
  bytes text;
  CHECK(c.out == reply_message(7, 0x80000009, put(text, "option too long")));
}

TEST_CASE("a GO whose lengths contradict each other is invalid and the handshake goes on") {
  auto long_name = export_query("oltp");
  long_name[3] = std::byte{200};
  auto many_infos = export_query("oltp", {3});
  many_infos[9] = std::byte{9};
  for (const auto& body : {bytes{}, bytes(5), long_name, many_infos}) {
    conversation c;
    c.say_flags(3);
    CHECK(c.say(option_message(7, body)) == handshake_step::more);
    REQUIRE(c.out.size() > 20);
    CHECK(c.out[12] == std::byte{0x80});
    CHECK(c.out[15] == std::byte{3});
    CHECK(c.say(option_message(7, export_query("oltp"))) == handshake_step::chosen);
  }
}

TEST_CASE("an information is told once, however often it is asked for") {
  conversation c;
  c.say_flags(3);
  c.say(option_message(6, export_query("oltp", {1, 3, 1, 3, 3})));
  bytes info, name, blocks, expected;
  put(put(put(info, 0, 2), 0x10000, 8), 5, 2);
  put(put(name, 1, 2), "oltp");
  put(put(put(put(blocks, 3, 2), 1, 4), 4096, 4), 32u << 20, 4);
  put(put(expected, reply_message(6, 3, info)), reply_message(6, 3, name));
  put(put(expected, reply_message(6, 3, blocks)), reply_message(6, 1));
  CHECK(c.out == expected);
}

namespace {

constexpr std::uint32_t list_contexts = 9, set_contexts = 10;

/// A client that has agreed on structured replies.
struct structured_conversation : conversation {
  structured_conversation() {
    say_flags(3);
    say(option_message(8));
    out.clear();
  }
  /// The answer to a query.
  bytes ask(std::uint32_t option, const bytes& body) {
    out.clear();
    CHECK(say(option_message(option, body)) == handshake_step::more);
    return out;
  }
  /// What GO for this export agrees on.
  negotiated go(std::string_view name) {
    REQUIRE(say(option_message(7, export_query(name))) == handshake_step::chosen);
    return it.agreed();
  }
};

/// The one context with its number, and the end of the list.
bytes allocation_reply(std::uint32_t option, std::uint32_t number) {
  bytes body, x;
  put(put(body, number, 4), "base:allocation");
  return put(put(x, reply_message(option, 4, body)), reply_message(option, 1));
}

} // namespace

TEST_CASE("meta contexts before structured replies are invalid") {
  for (const auto option : {list_contexts, set_contexts}) {
    conversation c;
    c.say_flags(3);
    CHECK(c.say(option_message(option, context_query("oltp", {"base:allocation"}))) == handshake_step::more);
    bytes text;
    CHECK(c.out == reply_message(option, 0x80000003, put(text, "structured replies come first")));
  }
}

TEST_CASE("LIST_META_CONTEXT names the context if everything, its namespace or itself is asked for") {
  structured_conversation c;
  CHECK(c.ask(list_contexts, context_query("oltp", {})) == allocation_reply(list_contexts, 0));
  CHECK(c.ask(list_contexts, context_query("oltp", {"base:"})) == allocation_reply(list_contexts, 0));
  CHECK(c.ask(list_contexts, context_query("oltp", {"base:allocation"})) == allocation_reply(list_contexts, 0));
  CHECK(c.ask(list_contexts, context_query("oltp", {"base:", "x-none:", "base:allocation"}))
        == allocation_reply(list_contexts, 0));
  for (const std::string_view other :
       {"base:dirty", "base:allocationx", "base:alloc", "qemu:", "x-base:allocation", "base", ""})
    CHECK(c.ask(list_contexts, context_query("oltp", {other})) == reply_message(list_contexts, 1));
  CHECK_FALSE(c.go("oltp").block_status);
}

TEST_CASE("SET_META_CONTEXT selects the context by its full name alone") {
  structured_conversation c;
  for (const std::string_view other : {"base:", "base:dirty", "qemu:dirty-bitmap:b0", "nothing"})
    CHECK(c.ask(set_contexts, context_query("oltp", {other})) == reply_message(set_contexts, 1));
  CHECK(c.ask(set_contexts, context_query("oltp", {})) == reply_message(set_contexts, 1));
  CHECK(c.ask(set_contexts, context_query("oltp", {"qemu:x", "base:allocation", "base:allocation"}))
        == allocation_reply(set_contexts, 1));
  const auto with = c.go("oltp");
  CHECK(with.block_status);
  CHECK(with.structured_replies);
}

TEST_CASE("a SET_META_CONTEXT replaces what was selected, also when it fails") {
  const auto lies = [] {
    auto x = context_query("oltp", {"base:allocation"});
    x[15] = std::byte{200};
    return x;
  }();
  for (const auto& second : {context_query("oltp", {}), context_query("oltp", {"base:"}),
                             context_query("nothing", {"base:allocation"}), lies, bytes{}}) {
    structured_conversation c;
    c.ask(set_contexts, context_query("oltp", {"base:allocation"}));
    c.ask(set_contexts, second);
    CHECK_FALSE(c.go("oltp").block_status);
  }
}

TEST_CASE("a selected context counts for the export it was selected for alone, whatever was asked in between") {
  structured_conversation other, same;
  other.ask(set_contexts, context_query("oltp", {"base:allocation"}));
  CHECK_FALSE(other.go("batch").block_status);
  same.ask(set_contexts, context_query("oltp", {"base:allocation"}));
  same.ask(list_contexts, context_query("batch", {}));
  same.say(option_message(6, export_query("batch")));
  CHECK(same.go("oltp").block_status);
}

TEST_CASE("an export whose storage cannot tell holes has no contexts") {
  structured_conversation c;
  CHECK(c.ask(list_contexts, context_query("batch", {})) == reply_message(list_contexts, 1));
  CHECK(c.ask(set_contexts, context_query("batch", {"base:allocation"})) == reply_message(set_contexts, 1));
  CHECK_FALSE(c.go("batch").block_status);
}

TEST_CASE("meta contexts of an unknown export, and lengths that contradict each other, are refused") {
  for (const auto option : {list_contexts, set_contexts}) {
    structured_conversation c;
    const auto refusal = [&](const bytes& body) {
      const auto x = c.ask(option, body);
      REQUIRE(x.size() > 20);
      return std::to_integer<int>(x[12]) << 8 | std::to_integer<int>(x[15]);
    };
    CHECK(refusal(context_query("nothing", {})) == 0x8006);
    auto long_name = context_query("oltp", {});
    long_name[3] = std::byte{9};
    auto long_query = context_query("oltp", {"base:"});
    long_query[15] = std::byte{6};
    auto more_queries = context_query("oltp", {"base:"});
    more_queries[8] = std::byte{0xff};
    auto fewer_queries = context_query("oltp", {"base:"});
    fewer_queries[11] = std::byte{0};
    const std::string longest(4097, 'x');
    for (const auto& body : {bytes{}, bytes(3), bytes(7), long_name, long_query, more_queries, fewer_queries,
                             context_query("oltp", {longest}), context_query(longest, {})})
      CHECK(refusal(body) == 0x8003);
    CHECK(c.say(option_message(7, export_query("oltp"))) == handshake_step::chosen);
  }
}

TEST_CASE("wrong client flags and a missing magic number end the handshake") {
  CHECK(conversation{}.say_flags(0) == handshake_step::ended);
  CHECK(conversation{}.say_flags(7) == handshake_step::ended);
  conversation c;
  c.say_flags(3);
  CHECK(c.say(bytes(16)) == handshake_step::ended);
}

TEST_CASE("a client may not send options for ever") {
  conversation c;
  c.say_flags(3);
  for (unsigned i = 0; i < handshake::max_options; ++i)
    REQUIRE(c.say(option_message(6, export_query("oltp"))) == handshake_step::more);
  CHECK(c.say(option_message(6, export_query("oltp"))) == handshake_step::ended);
}

TEST_CASE("a refusal after GO is a policy, after EXPORT_NAME the end") {
  conversation go;
  go.say_flags(3);
  go.say(option_message(7, export_query("oltp")));
  go.out.clear();
  CHECK(go.it.refuse("full", go.out) == handshake_step::more);
  bytes text;
  CHECK(go.out == reply_message(7, 0x80000002, put(text, "full")));
  conversation by_name;
  by_name.say_flags(3);
  bytes name;
  by_name.say(option_message(1, put(name, "oltp")));
  CHECK(by_name.it.refuse("full", by_name.out) == handshake_step::ended);
}

TEST_SUITE_END();
