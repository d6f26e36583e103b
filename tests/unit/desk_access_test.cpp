// The desk and who asks: tokens are made, told once, taken back; customers see their own tenant.
#include "actors/application_server/access/secret.hpp"
#include "tests/unit/application_server_fixture.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("unit.desk_access");

namespace {

agreement with(const std::string& name, const std::string& tenant) {
  agreement x;
  x.name = name;
  x.tenant = tenant;
  x.streams = {"*", name, "*"};
  x.objective.weight = 1;
  return x;
}

http::call by_customer(http::operation what, const std::string& name = {}) {
  http::call x;
  x.what = what;
  x.name = name;
  x.asker = {access_role::customer, "acme", "abcdefgh", "acme's", {}};
  return x;
}

http::call making(access_role role, const std::string& tenant = {}) {
  http::call x;
  x.what = http::operation::create_token;
  x.token.role = role;
  x.token.tenant = tenant;
  x.token.label = "test";
  return x;
}

struct two_tenants : application_world {
  two_tenants() {
    for (const auto& x : {with("gold", "acme"), with("silver", "umbrella")})
      seen.agreements[x.name] = x;
    database_up();
    pass(2s);
  }
};

} // namespace

TEST_CASE("a token's text is in the answer that made it, and nowhere else") {
  application_world world;
  world.database_up();
  world.pass(2s);
  const auto made = world.call(making(access_role::operator_));
  REQUIRE(made->got.status == 201);
  const auto text = made->body().at("token").get<std::string>();
  const auto id = made->body().at("id").get<std::string>();
  REQUIRE(world.seen.tokens.contains(id));
  const auto& kept = world.seen.tokens.at(id);
  CHECK(kept.role == access_role::operator_);
  CHECK(kept.created_by == "file");
  const auto parts = access::parse_token(text);
  REQUIRE(parts);
  CHECK(parts->id == id);
  CHECK(access::digest_of(parts->secret) == kept.digest);
  const auto listed = world.call(http::operation::list_tokens);
  CHECK(listed->body().at("items").size() == 1);
  CHECK(listed->got.body.find(parts->secret) == std::string::npos);
}

TEST_CASE("a token that is taken back stays in the list") {
  application_world world;
  world.database_up();
  world.pass(2s);
  const auto id = world.call(making(access_role::customer, "acme"))->body().at("id").get<std::string>();
  http::call x;
  x.what = http::operation::revoke_token;
  x.token.id = id;
  CHECK(world.call(x)->body().at("good") == false);
  CHECK(world.call(http::operation::list_tokens)->body().at("items").at(0).at("good") == false);
  x.token.id = "zzzzzzzz";
  CHECK(world.call(x)->got.status == 404);
}

TEST_CASE("tokens are listed by id, page by page") {
  application_world world;
  for (const auto* id : {"cccccccc", "aaaaaaaa"})
    world.seen.tokens[id].id = id;
  world.database_up();
  world.pass(2s);
  const auto made = world.call(making(access_role::viewer))->body().at("id").get<std::string>();
  auto ids = std::set<std::string>{"aaaaaaaa", "cccccccc", made};
  http::call x;
  x.what = http::operation::list_tokens;
  x.limit = 1;
  for (const auto& id : ids) {
    const auto page = world.call(x)->body();
    REQUIRE(page.at("items").size() == 1);
    CHECK(page.at("items").at(0).at("id") == id);
    CHECK(page.contains("next") == (id != *ids.rbegin()));
    x.after = page.value("next", "");
  }
}

TEST_CASE("no token is made while nobody can keep it") {
  application_world world;
  CHECK(world.call(making(access_role::viewer))->got.status == 503);
  CHECK(world.call(http::operation::list_tokens)->got.status == 503);
}

TEST_CASE("customers see the agreements of their tenant") {
  two_tenants world;
  using http::operation;
  const auto list = world.call(by_customer(operation::list_agreements))->body().at("items");
  REQUIRE(list.size() == 1);
  CHECK(list.at(0).at("metadata").at("name") == "gold");
  for (const auto what : {operation::get_agreement, operation::agreement_history, operation::agreement_openslo,
                          operation::explain_agreement, operation::show_compliance, operation::list_violations,
                          operation::make_report, operation::end_agreement}) {
    CAPTURE(static_cast<int>(what));
    CHECK(world.call(by_customer(what, "silver"))->got.status == 404);
    CHECK(world.call(by_customer(what, "nothing"))->got.status == 404);
  }
  CHECK(world.call(by_customer(operation::get_agreement, "gold"))->got.status == 200);
  CHECK(world.call(by_customer(operation::make_statement, "umbrella"))->got.status == 404);
  CHECK(world.seen.agreements.contains("silver"));
}

TEST_CASE("customers establish nothing in another's name, and take nobody's name") {
  two_tenants world;
  auto x = by_customer(http::operation::create_agreement);
  x.document = with("bronze", "umbrella");
  CHECK(world.call(x)->got.status == 403);
  x.document = with("silver", "acme");
  CHECK(world.call(x)->got.status == 409);
  x.document = with("bronze", "acme");
  CHECK(world.call(x)->got.status == 403); // of streams that nobody gave it
  x.document.streams = {"*", "gold", "10.*"};
  CHECK(world.call(x)->got.status == 201);
}

TEST_CASE("a customer's question about the past is about its own tenant") {
  two_tenants world;
  auto x = by_customer(http::operation::show_compliance);
  x.past.what = question_kind::compliance;
  x.past.period = "current";
  static_cast<void>(world.call(x));
  REQUIRE(world.seen.questions.size() == 1);
  CHECK(world.seen.questions[0].tenant == "acme");
}

TEST_SUITE_END();
