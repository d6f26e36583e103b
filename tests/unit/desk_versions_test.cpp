// The desk: changes that are wanted on a version are made on it or not at all; patches; tags of versions.
#include "actors/application_server/http/agreement_patch.hpp"

#include "tests/unit/application_server_fixture.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("unit.desk_versions");

namespace {

/// One agreement, `gold`, in version 1.
struct one_agreement : application_world {
  one_agreement() {
    core_up();
    database_up();
    pass(2s);
    const auto made = call(replacing(4));
    REQUIRE(made->got.status == 201);
    CHECK(made->got.etag == "\"v1\"");
  }

  static http::call replacing(std::uint32_t weight, const char* if_match = "") {
    http::call x;
    x.what = http::operation::replace_agreement;
    x.name = x.document.name = "gold";
    x.document.tenant = "acme";
    x.document.streams = {"*", "oltp", "*"};
    x.document.objective.weight = weight;
    x.only_if = http::read_precondition(if_match, "");
    return x;
  }

  static http::call patching(const char* patch, const char* if_match = "") {
    http::call x;
    x.what = http::operation::patch_agreement;
    x.name = "gold";
    x.patch = patch;
    x.only_if = http::read_precondition(if_match, "");
    return x;
  }

  static http::call ending(const char* if_match) {
    http::call x;
    x.what = http::operation::end_agreement;
    x.name = "gold";
    x.only_if = http::read_precondition(if_match, "");
    return x;
  }

  [[nodiscard]] std::uint32_t weight() {
    return seen.agreements.at("gold").objective.weight;
  }
};

} // namespace

TEST_CASE("a change on the version in force is made, and tells the next one") {
  one_agreement world;
  const auto changed = world.call(world.replacing(5, "\"v1\""));
  CHECK(changed->got.status == 200);
  CHECK(changed->got.etag == "\"v2\"");
  CHECK(world.weight() == 5);
  http::call asking;
  asking.what = http::operation::get_agreement;
  asking.name = "gold";
  CHECK(world.call(asking)->got.etag == "\"v2\"");
}

TEST_CASE("a change on another version is not made") {
  one_agreement world;
  for (const auto* wrong : {"\"v2\"", "W/\"v1\"", "\"x\""}) {
    CAPTURE(wrong);
    const auto replaced = world.call(world.replacing(5, wrong));
    CHECK(replaced->got.status == 412);
    CHECK(replaced->got.etag == "\"v1\"");
    CHECK(world.call(world.patching(R"({"spec":{"objective":{"weight":5}}})", wrong))->got.status == 412);
    CHECK(world.call(world.ending(wrong))->got.status == 412);
    auto trying = world.replacing(5, wrong);
    trying.dry_run = true;
    CHECK(world.call(trying)->got.status == 412);
  }
  CHECK(world.weight() == 4);
  auto only_new = world.replacing(5);
  only_new.only_if = http::read_precondition("", "*");
  CHECK(world.call(only_new)->got.status == 412);
  only_new.name = only_new.document.name = "silver";
  only_new.document.streams = {"*", "batch", "*"};
  CHECK(world.call(only_new)->got.status == 201);
  CHECK(world.call(world.ending("\"v1\""))->got.status == 200);
  CHECK(!world.seen.agreements.contains("gold"));
}

TEST_CASE("of two changes on the same version at once one is made") {
  one_agreement world;
  world.seen.hold_agreements = true;
  const auto first = world.call(world.replacing(5, "\"v1\""));
  const auto second = world.call(world.replacing(6, "\"v1\""));
  const auto third = world.call(world.patching(R"({"spec":{"objective":{"weight":7}}})"));
  CHECK(first->answers == 0);
  CHECK(second->got.status == 412);
  CHECK(third->got.status == 409); // it named no version
  world.seen.hold_agreements = false;
  world.pass(1s);
  CHECK(first->got.status == 200);
  CHECK(world.weight() == 5);
  CHECK(world.call(world.replacing(6, "\"v2\""))->got.status == 200); // nothing is left of those that were refused
}

TEST_CASE("while it is not known which version is in force no change on a version is made") {
  one_agreement world;
  world.seen.refuses = ec::database_failed;
  CHECK(world.call(world.replacing(5))->got.status == 503); // its outcome is unknown
  CHECK(world.call(world.replacing(6, "\"v1\""))->got.status == 503);
  world.seen.refuses = caf::error{};
  world.pass(2s);
  CHECK(world.call(world.replacing(6, "\"v1\""))->got.status == 200);
}

TEST_CASE("a patch is made on what is in force, by whom it belongs to") {
  one_agreement world;
  const auto changed = world.call(world.patching(R"({"spec":{"objective":{"weight":8}}})"));
  CHECK(changed->got.status == 200);
  CHECK(changed->got.etag == "\"v2\"");
  CHECK(world.seen.agreements.at("gold").streams.volume == "oltp");
  CHECK(world.weight() == 8);
  CHECK(world.call(world.patching(R"({"spec":{"objective":{"weight":0}}})"))->got.status == 422);
  auto unknown = world.patching("{}");
  unknown.name = "nobody";
  CHECK(world.call(unknown)->got.status == 404);
  auto foreign = world.patching(R"({"metadata":{"tenant":"umbrella"}})");
  foreign.asker = {access_role::customer, "acme", "abcdefgh", {}, {}};
  CHECK(world.call(foreign)->got.status == 403);
  foreign.asker.tenant = "umbrella";
  CHECK(world.call(foreign)->got.status == 404);
  auto trying = world.patching(R"({"spec":{"objective":{"weight":9}}})");
  trying.dry_run = true;
  CHECK(world.call(trying)->got.status == 200);
  CHECK(world.weight() == 8);
}

TEST_CASE("a policy has versions, too") {
  one_agreement world;
  http::call x;
  x.what = http::operation::replace_policy;
  x.policy.author = "ann";
  x.policy.defaults = {{"mode", 1}};
  x.only_if = http::read_precondition("\"v1\"", "");
  CHECK(world.call(x)->got.status == 412);
  x.only_if = http::read_precondition("\"v0\"", "");
  const auto first = world.call(x);
  CHECK(first->got.status == 201);
  CHECK(first->got.etag == "\"v1\"");
  x.policy.defaults.clear();
  CHECK(world.call(x)->got.status == 412);
  CHECK(world.call(http::operation::get_policy)->got.etag == "\"v1\"");
}

TEST_SUITE_END();

TEST_CASE("a suspended agreement is kept and shown, and the core hears nothing of it until it is resumed") {
  one_agreement world;
  const auto holding_up = [&](bool suspends, const char* if_match = "") {
    auto x = world.patching(http::suspension_patch(suspends).c_str(), if_match);
    x.what = suspends ? http::operation::suspend_agreement : http::operation::resume_agreement;
    return world.call(x);
  };
  REQUIRE(world.seen.core_terms.back().agreements.size() == 1);
  CHECK(holding_up(true, "\"v7\"")->got.status == 412);
  const auto suspended = holding_up(true);
  CHECK(suspended->got.etag == "\"v2\"");
  CHECK(suspended->body().at("spec").at("suspended") == true);
  world.pass(1s);
  CHECK(world.seen.core_terms.back().agreements.empty());
  CHECK(world.seen.agreements.at("gold").suspended);
  CHECK(world.weight() == 4); // nothing else changed

  http::call asking;
  asking.what = http::operation::explain_agreement;
  asking.name = "gold";
  const auto told = world.call(asking)->body();
  CHECK(told.at("promise").at("state") == "suspended");
  CHECK(told.at("sentence").get<std::string>().find("is suspended") != std::string::npos);

  const auto resumed = holding_up(false);
  CHECK(resumed->got.etag == "\"v3\"");
  CHECK_FALSE(resumed->body().at("spec").contains("suspended"));
  world.pass(1s);
  CHECK(world.seen.core_terms.back().agreements.size() == 1);
}

TEST_CASE("who may not establish agreements may not suspend one") {
  one_agreement world;
  auto x = world.patching(http::suspension_patch(true).c_str());
  x.what = http::operation::suspend_agreement;
  x.asker = {access_role::customer, "umbrella", "abcdefgh", {}, {}};
  CHECK(world.call(x)->got.status == 404);
  x.asker.tenant = "acme"; // its own, which a patch would do as well
  CHECK(world.call(x)->got.status == 403);
  CHECK_FALSE(world.seen.agreements.at("gold").suspended);
}

TEST_CASE("a customer's agreement lies within its own streams and beside those of others") {
  one_agreement world;
  auto foreign = world.replacing(4);
  foreign.name = foreign.document.name = "batch";
  foreign.document.tenant = "umbrella";
  foreign.document.streams = {"*", "batch", "*"};
  REQUIRE(world.call(foreign)->got.status == 201);
  const auto wanted = [&](const selector& streams, bool dry_run = false) {
    auto x = world.replacing(2);
    x.name = x.document.name = "silver";
    x.document.streams = streams;
    x.dry_run = dry_run;
    x.asker = {access_role::customer, "acme", "abcdefgh", {}, {}};
    return world.call(x)->got.status;
  };
  CHECK(wanted({"gw1", "batch", "*"}) == 403);
  CHECK(wanted({"*", "*", "*"}) == 403);
  CHECK(wanted({"*", "free", "*"}) == 403);
  CHECK(wanted({"*", "free", "*"}, true) == 200); // trying is no taking
  CHECK(wanted({"gw1", "oltp", "10.*"}) == 201);
  foreign.name = foreign.document.name = "guest"; // the provider may put somebody else in between
  foreign.document.streams = {"gw1", "oltp", "10.0.0.7"};
  REQUIRE(world.call(foreign)->got.status == 201);
  auto other_terms = world.replacing(3);
  other_terms.asker = {access_role::customer, "acme", "abcdefgh", {}, {}};
  CHECK(world.call(other_terms)->got.status == 200); // the streams that it was given are its own
  CHECK(wanted({"gw1", "oltp", "*"}) == 403);
}

TEST_CASE("an agreement never goes over to another tenant") {
  one_agreement world;
  auto x = world.replacing(4);
  x.document.tenant = "umbrella";
  const auto refused = world.call(x);
  CHECK(refused->got.status == 422);
  CHECK(refused->body().at("errors").at(0).at("path") == "metadata.tenant");
}
