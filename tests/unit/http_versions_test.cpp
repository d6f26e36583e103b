// What stands around an answer: its tag and form, on which version a change is made, patches, and keys against doing
// something twice. Without sockets and actors.
#include "actors/application_server/http/agreement_patch.hpp"
#include "actors/application_server/http/answer_memory.hpp"
#include "actors/application_server/http/answers.hpp"
#include "actors/application_server/http/dress.hpp"
#include "actors/application_server/http/encoding.hpp"
#include "actors/application_server/http/precondition.hpp"
#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/tenants.hpp"

#include "tests/unit/http_parts.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::http;
using namespace sluice::test;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("unit.http_versions");

namespace {

response dressed(response x, const wishes& wanted) {
  dress(wanted, x);
  return x;
}

response json_of_size(std::size_t size) {
  return {200, '"' + std::string(size - 2, 'x') + '"'};
}

agreement gold() {
  agreement x;
  x.name = "gold";
  x.tenant = "acme";
  x.streams = {"*", "oltp", "*"};
  x.objective.weight = 4;
  x.objective.tier = tier::gold;
  x.version = 3;
  return x;
}

request posting(std::string body) {
  return {"POST", "/api/v1/agreements", "", "application/json", std::move(body)};
}

call asked_by(access_role role, const std::string& tenant = {}) {
  call x;
  x.asker = {role, tenant, "t", {}, {}};
  return x;
}

/// What stands at the pointer in the entries of all pages, one after the other.
template<class Page>
std::string joined(unsigned limit, const char* at, Page page) {
  std::string out;
  auto x = asked_by(access_role::admin);
  x.limit = limit;
  for (int i = 0; i < 10; ++i) {
    const json found = page(x);
    CHECK(found["items"].size() <= limit);
    for (const auto& one : found["items"]) {
      const auto& value = one[json::json_pointer{at}];
      out += (value.is_string() ? value.template get<std::string>() : value.dump()) + ' ';
    }
    if (!found.contains("next"))
      return out;
    x.after = found["next"].template get<std::string>();
  }
  return out + "and no end";
}

/// With the server's default time-out.
struct memory : answer_memory {
  memory() : answer_memory(10s) {}

  /// Whether it is to be done; if so, `last` is the attempt.
  bool begins(const std::string& token, const std::string& key, const request& x, instant now) {
    const auto said = begin(token, key, x, now);
    if (const auto* attempt = std::get_if<do_it>(&said))
      last = *attempt;
    return std::holds_alternative<do_it>(said);
  }
  void finish_last(const std::string& token, const std::string& key, const response& x) {
    finish(token, key, last, x);
  }
  do_it last;
};

unsigned status_of(const std::variant<memory::do_it, response>& x) {
  const auto* said = std::get_if<response>(&x);
  return said == nullptr ? 0 : said->status;
}

} // namespace

TEST_CASE("a list of encodings takes gzip, or does not") {
  for (const auto* yes : {"gzip", "deflate, gzip", "gzip;q=0.5, br", "br;q=1.0, gzip; q=0.001"})
    CHECK_MESSAGE(takes_gzip(yes), yes);
  for (const auto* no : {"", "br", "gzip;q=0", "deflate, gzip;q=0.000", "x-gzip", "gzipped"})
    CHECK_MESSAGE(!takes_gzip(no), no);
}

TEST_CASE("tags are compared one by one and weakly") {
  CHECK(weak_tag("a") == weak_tag("a"));
  CHECK(weak_tag("a") != weak_tag("b"));
  CHECK(names_tag("*", "\"v3\""));
  CHECK(names_tag("\"v1\", W/\"v3\"", "\"v3\""));
  CHECK(names_tag("\"v3\"", "W/\"v3\""));
  for (const auto* other : {"", "\"v33\"", "v3", "\"v1\",\"v2\"", ","})
    CHECK_MESSAGE(!names_tag(other, "\"v3\""), other);
}

TEST_CASE("JSON that was asked for has a tag of its text, and is 304 to who has it") {
  const auto first = dressed({200, "{\"a\":1}"}, {true, "", ""});
  CHECK(first.status == 200);
  CHECK(first.etag == weak_tag("{\"a\":1}"));
  const auto again = dressed({200, "{\"a\":1}"}, {true, first.etag, ""});
  CHECK(again.status == 304);
  CHECK(again.body.empty());
  CHECK(again.etag == first.etag);
  CHECK(dressed({200, "{\"a\":2}"}, {true, first.etag, ""}).status == 200);
  CHECK(dressed({200, "{\"a\":1}"}, {false, first.etag, ""}).status == 200); // a change
  CHECK(dressed({200, "{}"}, {false, "", ""}).etag.empty());
  CHECK(dressed({404, "{}"}, {true, "", ""}).etag.empty());
  CHECK(dressed({200, "a,b", "text/csv"}, {true, "", ""}).etag.empty());
}

TEST_CASE("more than a KiB of text is compressed for who takes it, and stays what it is") {
  const auto small = dressed(json_of_size(1'023), {true, "", "gzip"});
  CHECK(header(small, "Content-Encoding").empty());
  const auto plain = json_of_size(5'000).body;
  const auto big = dressed(json_of_size(5'000), {true, "", "gzip"});
  CHECK(header(big, "Content-Encoding") == "gzip");
  CHECK(header(big, "Vary") == "Accept-Encoding");
  CHECK(big.body.size() < 500);
  CHECK(unpacked(big.body) == plain);
  CHECK(big.etag == weak_tag(plain)); // whatever its form
  const auto untaken = dressed(json_of_size(5'000), {true, "", "br"});
  CHECK(untaken.body == plain);
  CHECK(header(untaken, "Vary") == "Accept-Encoding");
  CHECK(header(dressed(json_of_size(most_to_compress + 1), {true, "", "gzip"}), "Content-Encoding").empty());
  auto image = json_of_size(5'000);
  image.content_type = "image/png";
  CHECK(header(dressed(image, {true, "", "gzip"}), "Content-Encoding").empty());
}

TEST_CASE("what has a version as its tag is never compressed, and what is dressed already stays so") {
  auto terms = json_of_size(5'000);
  terms.etag = version_tag(3);
  const auto told = dressed(terms, {true, "", "gzip"});
  CHECK(header(told, "Content-Encoding").empty());
  CHECK(told.etag == "\"v3\"");
  CHECK(dressed(terms, {true, "\"v3\"", ""}).status == 304);
  auto file = json_of_size(5'000);
  file.headers = {{"ETag", "W/\"1\""}};
  CHECK(dressed(file, {true, "W/\"1\"", "gzip"}).body == file.body);
}

TEST_CASE("a condition names the versions on which a change is made") {
  const auto holds = [](const char* if_match, std::optional<std::uint32_t> in_force, const char* if_none = "") {
    return read_precondition(if_match, if_none).holds(in_force);
  };
  CHECK(!read_precondition("", "").given);
  CHECK(holds("", 3));
  CHECK(holds("", std::nullopt));
  CHECK(holds("\"v3\"", 3));
  CHECK(holds("\"v1\", \"v3\"", 3));
  CHECK(holds("*", 3));
  CHECK(holds("\"v0\"", 0));
  CHECK(!holds("\"v3\"", 4));
  CHECK(!holds("\"v3\"", std::nullopt));
  CHECK(!holds("*", std::nullopt));
  for (const auto* no_version : {"W/\"v3\"", "v3", "\"3\"", "\"v3x\"", "\"v\"", "\"v-3\"", ",", "\"v99999999999\""})
    CHECK_MESSAGE(!holds(no_version, 3), no_version);
  CHECK(holds("", std::nullopt, "*"));
  CHECK(!holds("", 3, "*"));
  CHECK(!holds("\"v3\"", 3, "*"));
  CHECK(!read_precondition("", "\"v3\"").given);
}

TEST_CASE("a patch changes what it names, takes away what is null, and is judged like a whole document") {
  const auto changed = patched(gold(), R"({"spec":{"objective":{"weight":8,"tier":null,"reservation":{"iops":10}}}})");
  REQUIRE(std::holds_alternative<agreement>(changed));
  const auto& x = std::get<agreement>(changed);
  CHECK(x.objective.weight == 8);
  CHECK(x.objective.tier == objective{}.tier);
  CHECK(x.objective.reservation == rate{10});
  CHECK(x.streams == gold().streams);
  const auto same = patched(gold(), R"({"status":{"version":7}})");
  REQUIRE(std::holds_alternative<agreement>(same));
  CHECK(std::get<agreement>(same).objective == gold().objective);
  for (const auto* wrong : {R"({"spec":{"objective":{"weight":0}}})", R"({"metadata":{"name":"silver"}})",
                            R"({"spec":null})", R"({"spec":{"objective":{"tiger":1}}})"}) {
    const auto refused = patched(gold(), wrong);
    REQUIRE_MESSAGE(std::holds_alternative<response>(refused), wrong);
    CHECK(std::get<response>(refused).status == 422);
  }
  CHECK(!refused_patch("{}"));
  CHECK(refused_patch("[]")->status == 422);
  CHECK(refused_patch("{")->status == 400);
}

TEST_CASE("a request with a key is done once, and answered the same again") {
  memory x;
  CHECK(x.begins("t", "k", posting("a"), 1s));
  CHECK(status_of(x.begin("t", "k", posting("a"), 1s)) == 409); // while it is done
  x.finish_last("t", "k", {201, "made"});
  const auto again = x.begin("t", "k", posting("a"), 2s);
  REQUIRE(status_of(again) != 0);
  CHECK(std::get<response>(again).status == 201);
  CHECK(std::get<response>(again).body == "made");
  CHECK(header(std::get<response>(again), "Idempotent-Replayed") == "true");
  CHECK(status_of(x.begin("t", "k", posting("b"), 2s)) == 422); // another body
  auto elsewhere = posting("a");
  elsewhere.target += "?force=true";
  CHECK(status_of(x.begin("t", "k", elsewhere, 2s)) == 422);
  CHECK(x.begins("u", "k", posting("b"), 2s)); // somebody else's key
}

TEST_CASE("what may have failed for a moment is not remembered, refusals are") {
  memory x;
  for (const unsigned status : {503u, 500u, 429u}) {
    CHECK(x.begins("t", "k", posting("a"), 1s));
    x.finish_last("t", "k", {status, ""});
  }
  CHECK(x.size() == 0);
  CHECK(x.bytes() == 0);
  CHECK(x.begins("t", "k", posting("a"), 1s));
  x.finish_last("t", "k", {409, "no"});
  CHECK(status_of(x.begin("t", "k", posting("a"), 1s)) == 409);
  x.finish_last("t", "k", {201, "late"}); // an answer that nobody waits for changes nothing
  CHECK(status_of(x.begin("t", "k", posting("a"), 1s)) == 409);
}

TEST_CASE("keys are forgotten after a day, and the oldest where there are too many") {
  memory x;
  const auto done = [&](const std::string& token, const std::string& key, instant at, std::size_t bytes = 1) {
    CHECK(x.begins(token, key, posting("a"), at));
    x.finish_last(token, key, {201, std::string(bytes, 'x')});
  };
  done("t", "first", 1s);
  CHECK(!x.begins("t", "first", posting("a"), 24h));
  CHECK(x.begins("t", "first", posting("b"), 24h + 1s));
  x.finish_last("t", "first", {503, ""});
  CHECK(x.size() == 0);
  for (std::size_t i = 0; i < max_remembered_keys_of_token + 1; ++i)
    done("t", std::to_string(i), 25h);
  CHECK(x.size() == max_remembered_keys_of_token);
  CHECK(x.begins("t", "0", posting("a"), 25h));
  CHECK(!x.begins("t", "2", posting("a"), 25h));
  for (int i = 0; i < 5; ++i)
    done("u", std::to_string(i), 26h, 4 * 1024 * 1024);
  CHECK(x.bytes() <= max_remembered_bytes);
  CHECK(!x.begins("u", "4", posting("a"), 26h));
}

TEST_CASE("a request that never got an answer holds its key until the server gave it up, and a minute") {
  memory x;
  CHECK(x.begins("t", "k", posting("a"), 1s));
  const auto first = x.last;
  const auto over = 1s + 10s + late_answers_awaited_for;
  CHECK(status_of(x.begin("t", "k", posting("a"), over - 1ms)) == 409);
  CHECK(x.begins("t", "k", posting("b"), over)); // the key is free, also for another request
  x.finish("t", "k", first, {201, "of the first"});
  CHECK(status_of(x.begin("t", "k", posting("b"), over)) == 409);
  x.finish_last("t", "k", {201, "of the second"});
  const auto again = x.begin("t", "k", posting("b"), over + 1h);
  REQUIRE(status_of(again) == 201);
  CHECK(std::get<response>(again).body == "of the second");
  CHECK(x.size() == 1);
}

TEST_CASE("keys whose requests were given up make room for others") {
  memory x;
  for (std::size_t i = 0; i < max_remembered_keys_of_token; ++i)
    CHECK(x.begins("t", std::to_string(i), posting("a"), 1s));
  CHECK(status_of(x.begin("t", "one more", posting("a"), 30s)) == 429);
  CHECK(x.begins("t", "one more", posting("a"), 2min));
  CHECK(x.size() == max_remembered_keys_of_token);
}

TEST_CASE("who has all keys in use at once is asked to wait") {
  memory x;
  for (std::size_t i = 0; i < max_remembered_keys_of_token; ++i)
    CHECK(x.begins("t", std::to_string(i), posting("a"), 1s));
  CHECK(status_of(x.begin("t", "one more", posting("a"), 1s)) == 429);
  CHECK(x.begins("u", "one", posting("a"), 1s));
  CHECK(valid_idempotency_key("5e0f3f0c-8f0e-4a7c"));
  for (const auto& no :
       {std::string{}, std::string(256, 'x'), std::string{"a b"}, std::string{"a\nb"}, std::string{"\xc3\xa4"}})
    CHECK(!valid_idempotency_key(no));
}

TEST_CASE("tenants are those with agreements and those of the policy; a customer sees itself") {
  auto other = gold();
  other.tenant = "umbrella";
  const std::vector<agreement> in_force{gold(), gold(), other};
  policy_document policy;
  policy.tenants = {{"acme", "", 10}, {"lab", "acme", 3}};
  const auto all = json::parse(tenants(in_force, policy, asked_by(access_role::viewer)).body)["items"];
  REQUIRE(all.size() == 3);
  CHECK(all[0] == json{{"tenant", "acme"}, {"agreements", 2}, {"parent", nullptr}, {"weight", 10}});
  CHECK(all[1] == json{{"tenant", "lab"}, {"agreements", 0}, {"parent", "acme"}, {"weight", 3}});
  CHECK(all[2] == json{{"tenant", "umbrella"}, {"agreements", 1}, {"parent", nullptr}, {"weight", nullptr}});
  const auto own = json::parse(tenants(in_force, policy, asked_by(access_role::customer, "umbrella")).body)["items"];
  CHECK(own.size() == 1);
  CHECK(own[0]["tenant"] == "umbrella");
  CHECK(joined(1, "/tenant",
               [&](const call& x) {
                 return json::parse(tenants(in_force, policy, x).body);
               })
        == "acme lab umbrella ");
}

TEST_CASE("pages join to the whole list") {
  std::vector<agreement> in_force(5, gold());
  const std::vector<std::string> names{"A", "a", "a-b", "a.b", "b"}; // byte by byte
  for (std::size_t i = 0; i < names.size(); ++i)
    in_force[i].name = names[i];
  for (const unsigned limit : {1u, 2u, 3u, 4u, 5u, 1'000u}) {
    CAPTURE(limit);
    CHECK(joined(limit, "/metadata/name",
                 [&](const call& x) {
                   return agreements_json(in_force, x);
                 })
          == "A a a-b a.b b ");
  }
  std::vector<agreement> versions(3, gold());
  for (std::uint32_t i = 0; i < versions.size(); ++i)
    versions[i].version = 12 - i;
  CHECK(joined(2, "/status/version",
               [&](const call& x) {
                 return versions_json(versions, x);
               })
        == "12 11 10 ");
  std::vector<override_order> orders(4);
  for (std::size_t i = 0; i < orders.size(); ++i) // sorted as streams: as text g.h/v/a would stand before g/v/a
    orders[i].stream = {i < 2 ? "g" : "g.h", "v", i % 2 == 0 ? "a" : "b"};
  orders[1].until = wall_time{5}; // over
  CHECK(joined(1, "/stream",
               [&](const call& x) {
                 return orders_json(orders, wall_time{5}, x);
               })
        == "g/v/a g.h/v/a g.h/v/b ");
}

TEST_CASE("a list of agreements has those with the text, and of a customer its own") {
  std::vector<agreement> in_force(3, gold());
  in_force[0].name = "batch";
  in_force[0].objective.tier = tier::silver;
  in_force[2].name = "web";
  in_force[2].tenant = "umbrella";
  const auto found = [&](call x) {
    std::string out;
    const auto page = agreements_json(in_force, x);
    for (const auto& one : page["items"])
      out += one["metadata"]["name"].get<std::string>() + ' ';
    return out;
  };
  auto x = asked_by(access_role::viewer);
  CHECK(found(x) == "batch gold web ");
  for (const auto& [text, names] : {std::pair{"SILVER", "batch "}, {"umb", "web "}, {"gold", "gold web "}, {"x", ""}}) {
    x.wanted.text = text;
    CHECK_MESSAGE(found(x) == names, text);
  }
  CHECK(found(asked_by(access_role::customer, "umbrella")) == "web ");
}

TEST_SUITE_END();
