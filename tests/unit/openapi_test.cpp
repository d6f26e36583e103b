// The API's document against the server's own tables: routes, roles, query fields, the schema of agreements, settings
// and words. What the running server answers is compared with it in tests/contract.
#include "actors/application_server/http/agreement_schema.hpp"
#include "actors/application_server/http/call.hpp"
#include "actors/application_server/http/json.hpp"
#include "actors/application_server/http/rights.hpp"
#include "actors/domain/event.hpp"
#include "actors/domain/explanation.hpp"
#include "actors/domain/policy_setting.hpp"
#include "actors/domain/sample.hpp"
#include "actors/domain/throttle.hpp"
#include "actors/domain/verdict.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <charconv>
#include <set>

#include <yaml-cpp/yaml.h>

using namespace sluice;
using namespace sluice::http;

TEST_SUITE_BEGIN("unit.openapi");

namespace {

/// Not bound to the limits of documents from outside.
json json_of(const YAML::Node& x) {
  if (x.IsMap()) {
    auto out = json::object();
    for (const auto& one : x)
      out[one.first.Scalar()] = json_of(one.second);
    return out;
  }
  if (x.IsSequence()) {
    auto out = json::array();
    for (const auto& one : x)
      out.push_back(json_of(one));
    return out;
  }
  const auto& text = x.Scalar();
  if (x.Tag() == "!") // quoted
    return text;
  if (x.IsNull() || text == "null")
    return nullptr;
  if (text == "true" || text == "false")
    return text == "true";
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  return code == std::errc{} && end == text.data() + text.size() ? json(number) : json(text);
}

const json& document() {
  static const json x = json_of(YAML::LoadFile(SLUICE_OPENAPI));
  return x;
}

const json& follow(const json& x) {
  return x.contains("$ref") ? document().at(json::json_pointer{x["$ref"].get<std::string>().substr(1)}) : x;
}

const json& schema(const std::string& name) {
  return document().at("components").at("schemas").at(name);
}

/// `{gateway}` is G, and so on, as in the server's patterns.
std::string pattern_of(std::string path) {
  for (auto at = path.find('{'); at != std::string::npos; at = path.find('{')) {
    const auto end = path.find('}', at);
    const auto name = path.substr(at + 1, end - at - 1);
    const char* mark = name == "gateway" ? "G" : name == "volume" ? "V" : name == "client" ? "C" : "NAME";
    path.replace(at, end + 1 - at, mark);
  }
  return path;
}

/// A path with names in it.
std::string example_of(const std::string& pattern) {
  std::string out;
  for (std::size_t at = 1; at < pattern.size();) {
    const auto end = std::min(pattern.find('/', at), pattern.size());
    const auto part = pattern.substr(at, end - at);
    out += '/' + (part == "NAME" ? "1" : part == "G" || part == "V" || part == "C" ? "x" : part);
    at = end + 1;
  }
  return out;
}

struct documented {
  std::string method;
  std::string pattern;
  json what;
  std::map<std::string, json> query; ///< by name
};

std::vector<documented> operations() {
  std::vector<documented> out;
  for (const auto& [path, item] : document()["paths"].items())
    for (const auto* method : {"get", "put", "post", "patch", "delete"}) {
      if (!item.contains(method))
        continue;
      documented x{method, pattern_of(path), item[method], {}};
      for (auto& letter : x.method)
        letter = static_cast<char>(letter - 'a' + 'A');
      for (const auto& one : x.what.value("parameters", json::array()))
        if (const auto& parameter = follow(one); parameter["in"] == "query")
          x.query[parameter["name"].get<std::string>()] = parameter;
      out.push_back(std::move(x));
    }
  return out;
}

constexpr auto file_of_itself = "/api/v1/openapi.yaml"; // static_files answers it, before any route

std::string text_of(const json& x) {
  return x.is_string() ? x.get<std::string>() : x.dump();
}

/// Whether the server knows a query field there.
bool knows(const documented& at, const std::string& field, const std::string& value) {
  const auto from = find_route(at.method, example_of(at.pattern) + '?' + field + '=' + value);
  REQUIRE(from.result == route::outcome::found);
  const auto judged = read_call({at.method, {}, {}, {}, {}}, from, {access_role::admin, {}, "file", {}, {}});
  const auto* refused = std::get_if<response>(&judged);
  if (refused == nullptr || refused->status != 422)
    return true;
  for (const auto& mistake : json::parse(refused->body).value("errors", json::array()))
    if (mistake["path"] == '?' + field && text_of(mistake["what"]).starts_with("is no query field"))
      return false;
  return true;
}

/// Words of an enumeration that ends where its name is "invalid".
template<class Enum>
std::set<std::string> words() {
  std::set<std::string> out;
  for (int i = 0; i < 255 && to_string(static_cast<Enum>(i)) != "invalid"; ++i)
    out.emplace(to_string(static_cast<Enum>(i)));
  return out;
}

std::set<std::string> words_in(const json& x) {
  std::set<std::string> out;
  for (const auto& one : x.at("enum"))
    if (!one.is_null())
      out.insert(one.get<std::string>());
  return out;
}

/// The settings below an object, as `hysteresis.sticky`.
void collect(const json& x, const std::string& prefix, std::set<std::string>& to) {
  for (const auto& [name, one] : x.at("properties").items())
    if (one.contains("properties"))
      collect(one, prefix + name + '.', to);
    else
      to.insert(prefix + name);
}

} // namespace

TEST_CASE("each route is in the document, and the other way round") {
  std::set<std::string> known, told;
  for (const auto& x : known_routes())
    known.insert(std::string{x.method} + ' ' + std::string{x.pattern});
  for (const auto& x : operations())
    if (x.pattern != file_of_itself)
      told.insert(x.method + ' ' + x.pattern);
  CHECK(known.size() == known_routes().size());
  for (const auto& x : known)
    CHECK_MESSAGE(told.contains(x), x << " is not in the document");
  for (const auto& x : told)
    CHECK_MESSAGE(known.contains(x), x << " is no route");
}

TEST_CASE("who may ask is as in the table of rights, and what needs no token says so") {
  for (const auto& x : operations()) {
    CAPTURE(x.method);
    CAPTURE(x.pattern);
    const bool open = x.what.contains("security") && x.what["security"].empty();
    if (x.pattern == file_of_itself) {
      CHECK(open);
      continue;
    }
    const auto found = find_route(x.method, example_of(x.pattern));
    REQUIRE(found.result == route::outcome::found);
    CHECK(open == found.open);
    auto may_ask = json::array();
    for (const auto role : access_roles)
      if (may(role, right_of(found.what)))
        may_ask.push_back(to_string(role));
    CHECK(x.what["x-role"] == may_ask);
    const auto& answers = x.what["responses"];
    CHECK(answers.contains("401") == (!open || found.what == operation::begin_session));
    if (!open && may_ask.size() < access_roles.size())
      CHECK(answers.contains("403"));
    if (x.what.contains("requestBody"))
      CHECK(answers.contains("415"));
  }
}

TEST_CASE("names of operations are there once") {
  std::set<std::string> names;
  for (const auto& x : operations())
    CHECK_MESSAGE(names.insert(x.what["operationId"].get<std::string>()).second, x.what["operationId"]);
}

TEST_CASE("each query field that the server takes is in the document, and the other way round") {
  std::map<std::string, std::string> fields;
  for (const auto& x : operations())
    for (const auto& [name, parameter] : x.query) {
      REQUIRE_MESSAGE(parameter.contains("example"), name);
      fields[name] = text_of(parameter["example"]);
    }
  fields["nonsense"] = "1";
  CHECK(fields.size() > 20);
  for (const auto& x : operations()) {
    CAPTURE(x.method);
    CAPTURE(x.pattern);
    if (x.pattern == file_of_itself || x.pattern == "/api/v1/watch") // which takes topics, and says so of all else
      continue;
    for (const auto& [name, value] : fields) {
      const auto told = x.query.find(name);
      CAPTURE(name);
      CHECK(knows(x, name, told == x.query.end() ? value : text_of(told->second["example"]))
            == (told != x.query.end()));
    }
  }
}

TEST_CASE("the schema of an agreement is the one that documents are checked against") {
  auto own = nlohmann::json::parse(agreement_schema_text());
  own.erase("$schema");
  CHECK(nlohmann::json::parse(schema("AgreementTerms").dump()) == own);
}

TEST_CASE("a policy's settings are those that the server knows") {
  std::set<std::string> known, told;
  for (const auto& key : policy_keys())
    known.emplace(key.name);
  collect(schema("PolicySettings"), "", told);
  CHECK(told == known);
}

TEST_CASE("words are those of the domain") {
  CHECK(words_in(schema("Event")["properties"]["kind"]) == words<event_kind>());
  CHECK(words_in(schema("Rule")) == words<throttle_rule>());
  CHECK(words_in(schema("Cause")) == words<violation_cause>());
  CHECK(words_in(schema("Control")) == words<control_state>());
  CHECK(words_in(schema("StreamExplanation")["properties"]["free"]) == words<freedom>());
  std::set<std::string> roles;
  for (const auto role : access_roles)
    roles.emplace(to_string(role));
  CHECK(words_in(schema("Role")) == roles);
}

TEST_SUITE_END();
