// Names, patterns, and which agreement a stream falls under.
#include "actors/domain/selection.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sluice;

namespace {

agreement named(std::string name, selector streams) {
  agreement x;
  x.name = std::move(name);
  x.streams = std::move(streams);
  return x;
}

} // namespace

TEST_CASE("a name is 1 to 255 plain characters and begins with neither dot nor hyphen") {
  CHECK(valid_name("a"));
  CHECK(valid_name("10.0.0.1:10809"));
  CHECK(valid_name("user@host_2-x"));
  CHECK(valid_name(std::string(255, 'x')));
  CHECK(!valid_name(""));
  CHECK(!valid_name(std::string(256, 'x')));
  CHECK(!valid_name(".hidden"));
  CHECK(!valid_name("-option"));
  CHECK(!valid_name("a/b"));
  CHECK(!valid_name("a b"));
  CHECK(!valid_name("\xc3\xa4"));
}

TEST_CASE("a stream is written gateway/volume/client and read back") {
  const stream_id x{"gw1", "oltp", "10.0.0.7"};
  CHECK(to_string(x) == "gw1/oltp/10.0.0.7");
  CHECK(parse_stream_id("gw1/oltp/10.0.0.7") == x);
  CHECK(!parse_stream_id("gw1/oltp"));
  CHECK(!parse_stream_id("gw1//x"));
  CHECK(!parse_stream_id("a/b/c/d"));
}

TEST_CASE("a star stands for any characters, also none; a question mark for one") {
  CHECK(matches("*", ""));
  CHECK(matches("*", "anything"));
  CHECK(matches("oltp", "oltp"));
  CHECK(!matches("oltp", "oltp2"));
  CHECK(matches("db-?", "db-1"));
  CHECK(!matches("db-?", "db-"));
  CHECK(matches("*ab*c", "xxabyyabc"));
  CHECK(!matches("*ab*c", "xxabyyabd"));
  CHECK(!matches("", "x"));
  CHECK(matches(std::string(100, '*') + "b", std::string(200, 'a') + "b"));
}

TEST_CASE("of several agreements the most specific one counts, in whatever order they are listed") {
  std::vector<agreement> xs{
      named("everything", {"*", "*", "*"}),   named("volume", {"*", "oltp", "*"}),
      named("volumes", {"*", "oltp-*", "*"}), named("one-client", {"*", "oltp", "10.0.0.7"}),
      named("b-twin", {"*", "twin", "*"}),    named("a-twin", {"*", "twin", "*"}),
  };
  const auto name_for = [&](const char* volume, const char* client) {
    const auto* found = agreement_for(xs, {"gw", volume, client});
    return found == nullptr ? std::string{"none"} : found->name;
  };
  for (int turn = 0; turn < 2; ++turn) {
    CHECK(name_for("oltp", "10.0.0.7") == "one-client"); // two parts without wildcard
    CHECK(name_for("oltp", "10.0.0.8") == "volume");
    CHECK(name_for("oltp-2", "10.0.0.8") == "volumes"); // more literal characters
    CHECK(name_for("scratch", "x") == "everything");
    CHECK(name_for("twin", "x") == "a-twin"); // the name that sorts first
    std::reverse(xs.begin(), xs.end());
  }
  CHECK(agreement_for({}, {"gw", "oltp", "x"}) == nullptr);
}

TEST_CASE("a suspended agreement governs nothing, and still owns what nothing else is about") {
  std::vector<agreement> xs{named("volume", {"*", "oltp", "*"}), named("client", {"*", "oltp", "x"})};
  xs[1].suspended = true;
  const stream_id stream{"gw", "oltp", "x"};
  CHECK(agreement_for(xs, stream)->name == "volume");
  CHECK(owner_of(xs, stream)->name == "client"); // whose it was stays its owner
  xs[0].suspended = true;
  CHECK(agreement_for(xs, stream) == nullptr);
  CHECK(owner_of(xs, stream)->name == "client");
  CHECK(in_force(xs).empty());
}

TEST_CASE("that one selector lies within another, or beside it, is said only where it is plain") {
  const selector oltp{"*", "oltp", "*"};
  CHECK(within(selector{"gw1", "oltp", "10.*"}, oltp));
  CHECK(within(oltp, selector{}));
  CHECK_FALSE(within(selector{}, oltp));
  CHECK(within(selector{"*", "oltp-7", "*"}, selector{"*", "oltp-?", "*"}));
  CHECK_FALSE(within(selector{"*", "oltp-*", "*"}, selector{"*", "oltp-??*", "*"}));
  CHECK_FALSE(may_overlap(oltp, selector{"*", "batch", "*"}));
  CHECK_FALSE(may_overlap(oltp, selector{"*", "b*", "*"}));
  CHECK_FALSE(may_overlap(selector{"*", "b*", "*"}, oltp));
  CHECK(may_overlap(oltp, selector{"gw1", "*", "x"}));
  CHECK(may_overlap(selector{"*", "a*", "*"}, selector{"*", "b*", "*"})); // cannot be, but is not looked into
}
