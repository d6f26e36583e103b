// What the client writes for programs, and how it compares documents. No server.
#include "actors/sluicectl/command_line.hpp"
#include "actors/sluicectl/commands.hpp"
#include "actors/sluicectl/difference.hpp"
#include "actors/sluicectl/structured.hpp"
#include "actors/sluicectl/table.hpp"

#include "tests/unit/sluicectl_run.hpp"

#include <doctest/doctest.h>
#include <yaml-cpp/yaml.h>

using namespace sluice::ctl;
using nlohmann::json;

TEST_SUITE_BEGIN("unit.sluicectl_changes");

namespace {

/// YAML as its core schema reads it, by yaml-cpp.
json read_again(const YAML::Node& x) {
  if (x.IsMap()) {
    auto out = json::object();
    for (const auto& one : x)
      out[one.first.Scalar()] = read_again(one.second);
    return out;
  }
  if (x.IsSequence()) {
    auto out = json::array();
    for (const auto& one : x)
      out.push_back(read_again(one));
    return out;
  }
  if (x.IsNull())
    return nullptr;
  if (x.Tag() == "!") // quoted
    return x.Scalar();
  auto plain = json::parse(x.Scalar(), nullptr, false); // numbers, true, false
  return plain.is_discarded() ? json(x.Scalar()) : plain;
}

class one_answer : public server_link {
public:
  one_answer(std::string body, output_format how)
      : server_link({"http://s", "secret", "t", how}), body_(std::move(body)) {}
  http_answer exchange(const http_request& request) override {
    asked.push_back(request.method + ' ' + request.path);
    sent.push_back(request.body);
    return {200, body_};
  }
  listening_end listen(const std::string&, const std::string&, const piece_taker&) override {
    FAIL("nothing is listened to");
    return {};
  }
  std::vector<std::string> asked;
  std::vector<std::string> sent;

private:
  std::string body_;
};

} // namespace

TEST_CASE("YAML is written so that people can read it") {
  const auto x = json::parse(R"({"name": "gold", "items": [{"a": 1, "b": {"c": []}}, [], {}, [1, "two"]], "none": null,
    "when": "2026-11-23T10:00:00Z", "odd": "yes", "text": "It waits: a while"})");
  CHECK(yaml_text(x) == R"(items:
  - a: 1
    b:
      c: []
  - []
  - {}
  -
    - 1
    - two
name: gold
none: null
odd: "yes"
text: "It waits: a while"
when: "2026-11-23T10:00:00Z"
)");
  CHECK(yaml_text(json::array()) == "[]\n");
  CHECK(structured_record(x, output_format::yaml) == "---\n" + yaml_text(x));
  CHECK(structured_record(json{{"a", 1}}, output_format::json) == "{\"a\":1}\n");
}

TEST_CASE("property: what is written as YAML is read as the same value") {
  const std::vector<std::string> texts{"",     " ",    "a",        "A b",         "a ",       "yes",
                                       "No",   "null", "~",        "1",           "1e3",      "0x1",
                                       "007",  ".5",   "-",        "- a",         "a: b",     "a:b",
                                       "a #b", "#a",   "a\nb",     "\"q\"",       "it's",     "[a]",
                                       "{a}",  "&a",   "*a",       "!a",          "|",        ">",
                                       "%a",   "@a",   "`a",       "a, b",        "?",        "a\tb",
                                       "true", "inf",  "\x7f",     "\xc2\x9b[2J", "\xc3\xa4", "\xf0\x9f\x98\x80",
                                       "---",  "...",  "a/b-c_d.e"};
  auto all = json::object();
  for (const auto& one : texts) {
    CAPTURE(one);
    CHECK(read_again(YAML::Load(yaml_text(json{{"x", one}})))["x"] == one);
    CHECK(read_again(YAML::Load(yaml_text(json::array({one, json::array({one})}))))[1][0] == one);
    all["k" + one] = json::array({one, json{{"deep", json{{"deeper", one}, {"list", json::array({1.5, true, one})}}}}});
  }
  CHECK(read_again(YAML::Load(yaml_text(all))) == all);
}

TEST_CASE("no control character leaves in JSON or YAML") {
  const json x{{"text", std::string{"\x1b[2J \x7f \xc2\x9b"}}};
  for (const auto how : {output_format::json, output_format::yaml}) {
    const auto text = structured(x, how);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\x7f') == std::string::npos);
    CHECK(text.find("\xc2\x9b") == std::string::npos);
    CHECK(json::parse(how == output_format::json ? text : text.substr(6))
          == (how == output_format::json ? x : x["text"]));
  }
}

TEST_CASE("documents differ by fields, in the order of lists, and never by status") {
  const auto before = json::parse(
      R"({"spec": {"iops": 5, "latency": [1,2,3,4,5,6,7,8,9,10,11], "old": {"a": 1}}, "status": {"version": 1}})");
  const auto after = json::parse(
      R"({"spec": {"iops": 6, "latency": [1,2,9,4,5,6,7,8,9,10,12], "new": []}, "status": {"version": 2}})");
  std::string all;
  for (const auto& x : differences(before, after))
    all += x.path + ' ' + x.before.dump() + ' ' + x.after.dump() + '\n';
  CHECK(all == "spec.iops 5 6\nspec.latency[2] 3 9\nspec.latency[10] 11 12\nspec.new null []\nspec.old.a 1 null\n");
  CHECK(differences(before, before).empty());
  CHECK(differences(json::object(), json{{"a", 1}}).size() == 1);
}

TEST_CASE("columns of rows that come later never get narrower") {
  running_table table{{{"A"}, {"N", side::right}}};
  CHECK(table.headings({{"abc", "1"}}) == "A    N\n");
  CHECK(table.rows({{"abc", "1"}}) == "abc  1\n");
  CHECK(table.rows({{"abcde", "100"}, {"a", "1"}}) == "abcde  100\na        1\n");
  CHECK(table.rows({{"a", "2"}}) == "a        2\n");
}

TEST_CASE("a token is alone on standard output, and what it is stands beside") {
  const std::string made =
      R"({"id": "abcdefgh", "role": "customer", "tenant": "acme", "label": "portal", "expires": null,
    "token": "slc_abcdefgh_secret"})";
  const std::vector<std::string> line{"token", "create",  "--role", "customer", "--tenant",
                                      "acme",  "--label", "portal", "--for",    "90d"};
  one_answer server{made, output_format::table};
  const auto text = run_line(server, line);
  CHECK(server.asked == std::vector<std::string>{"POST /api/v1/tokens"});
  CHECK(json::parse(server.sent[0])
        == json::parse(R"({"role": "customer", "tenant": "acme", "label": "portal", "for": "90d"})"));
  CHECK(text.out == "slc_abcdefgh_secret\n");
  CHECK(text.err
        == "sluicectl: token abcdefgh: customer of acme, for portal, until it is revoked; it is not shown again\n");
  one_answer as_json{made, output_format::json};
  CHECK(json::parse(run_line(as_json, line).out)["token"] == "slc_abcdefgh_secret");
}

TEST_CASE("tokens are listed, and revoked one by one") {
  one_answer server{
      R"({"items": [{"id": "abcdefgh", "role": "viewer", "tenant": null, "label": "grafana", "good": true}]})",
      output_format::table};
  CHECK(run_line(server, {"token", "list"}).out.find("abcdefgh  viewer  -       grafana") != std::string::npos);
  one_answer gone{"{}", output_format::table};
  CHECK(run_line(gone, {"token", "revoke", "a", "b/c"}).out == "token a revoked\ntoken b/c revoked\n");
  CHECK(gone.asked == std::vector<std::string>{"DELETE /api/v1/tokens/a", "DELETE /api/v1/tokens/b%2Fc"});
}
