// Agreement documents: what is read, what is refused with which path, and that nothing from outside is expensive.
#include "actors/application_server/http/document.hpp"
#include "actors/application_server/http/text_reader.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace sluice;
using namespace sluice::http;
using namespace std::chrono_literals;

namespace {

constexpr auto example_yaml = R"(
apiVersion: sluice/v1
kind: Agreement
metadata: { name: oltp-gold, tenant: acme }
spec:
  streams: { gateway: "*", volume: oltp, client: "*" }
  objective:
    reservation: { iops: 1500 }
    limit: { iops: 6000, bandwidth: 200MB/s, burst: { iops: 8000, for: 10s } }
    weight: 4
    tier: gold
    latency:
      - { statistic: mean, target: 5ms, up_to: { iops: 2500 } }
    compliance: { interval: 10s, target: 99%, window: calendar-month }
)";

constexpr auto example_json = R"({
  "apiVersion": "sluice/v1", "kind": "Agreement", "metadata": {"name": "oltp-gold", "tenant": "acme"},
  "spec": {
    "streams": {"gateway": "*", "volume": "oltp", "client": "*"},
    "objective": {
      "reservation": {"iops": 1500},
      "limit": {"iops": 6000, "bandwidth": "200MB/s", "burst": {"iops": 8000, "for": "10s"}},
      "weight": 4, "tier": "gold",
      "latency": [{"statistic": "mean", "target": "5ms", "up_to": {"iops": 2500}}],
      "compliance": {"interval": "10s", "target": "99%", "window": "calendar-month"}
    }
  }
})";

agreement example() {
  agreement x;
  x.name = "oltp-gold";
  x.tenant = "acme";
  x.streams = {"*", "oltp", "*"};
  x.objective.reservation = rate{1500};
  x.objective.limit = {rate{6000}, rate{200'000'000}, burst{rate{8000}, 10s}};
  x.objective.weight = 4;
  x.objective.tier = tier::gold;
  x.objective.latency = {{latency_statistic::mean, 5ms, rate{2500}}};
  x.objective.compliance = {10s, 990'000, compliance_window::calendar_month};
  return x;
}

/// The example with one value put elsewhere or replaced.
std::string changed(const char* pointer, json value) {
  auto document = json::parse(example_json);
  document[json::json_pointer(pointer)] = std::move(value);
  return document.dump();
}

/// The one mistake of a document as "path what".
std::string mistake_in(const std::string& text) {
  const auto read = read_agreement(text, document_format::as_json);
  const auto* refusal = std::get_if<refused_document>(&read);
  if (refusal == nullptr)
    return "accepted";
  if (refusal->mistakes.size() != 1)
    return std::to_string(refusal->mistakes.size()) + " mistakes: " + refusal->why;
  return refusal->mistakes.front().path + ' ' + refusal->mistakes.front().what;
}

std::string why_unreadable(const std::string& text, document_format format) {
  const auto read = read_agreement(text, format);
  const auto* refusal = std::get_if<refused_document>(&read);
  REQUIRE(refusal != nullptr);
  CHECK(refusal->mistakes.empty());
  return refusal->why;
}

} // namespace

TEST_CASE("the same agreement is read from YAML and from JSON") {
  CHECK(std::get<agreement>(read_agreement(example_yaml, document_format::as_yaml)) == example());
  CHECK(std::get<agreement>(read_agreement(example_json, document_format::as_json)) == example());
}

TEST_CASE("a document that was written is read back as the same agreement, its status ignored") {
  auto x = example();
  x.version = 3;
  x.since = wall_time{1'795'361'830'250'000};
  const auto document = write_agreement(x);
  CHECK(document.at("status").dump() == R"({"version":3,"since":"2026-11-22T15:37:10.250Z"})");
  CHECK(
      document.at("spec").at("objective").dump()
      == R"({"reservation":{"iops":1500},"limit":{"iops":6000,"bandwidth":"200MB/s","burst":{"iops":8000,"for":"10s"}},)"
         R"("weight":4,"tier":"gold","latency":[{"statistic":"mean","target":"5ms","up_to":{"iops":2500}}],)"
         R"("compliance":{"interval":"10s","target":"99%","window":"calendar-month","time_zone":"UTC"}})");
  const auto again = std::get<agreement>(read_agreement(document.dump(), document_format::as_json));
  CHECK(again == example()); // version and time are the server's to give
}

TEST_CASE("that it is suspended is read, and written only where it is so") {
  const auto text = [](const char* spec) {
    return std::string{R"({"apiVersion":"sluice/v1","kind":"Agreement","metadata":{"name":"a","tenant":"t"},"spec":{)"}
           + spec + R"("streams":{"volume":"v"},"objective":{"weight":2}}})";
  };
  const auto read = [&](const char* spec) {
    return read_agreement(text(spec), document_format::as_json);
  };
  const auto held_up = std::get<agreement>(read(R"("suspended":true,)"));
  CHECK(held_up.suspended);
  CHECK(write_agreement(held_up)["spec"]["suspended"] == true);
  CHECK(std::get<agreement>(read_agreement(write_agreement(held_up).dump(), document_format::as_json)) == held_up);
  const auto in_force = std::get<agreement>(read(R"("suspended":false,)"));
  CHECK_FALSE(in_force.suspended);
  CHECK_FALSE(write_agreement(in_force)["spec"].contains("suspended"));
  CHECK(std::get<refused_document>(read(R"("suspended":"yes",)")).mistakes.at(0).path == "spec.suspended");
}

TEST_CASE("time zone and remedies are read, and written as they were") {
  auto document = json::parse(example_json);
  auto& terms = document["spec"]["objective"]["compliance"];
  terms["time_zone"] = "Europe/Berlin";
  terms["remedies"] = json::parse(R"([{"below":"99.9%","credit":"10%"},{"below":"95%","credit":"25%"}])");
  const auto x = std::get<agreement>(read_agreement(document.dump(), document_format::as_json));
  CHECK(x.objective.compliance.time_zone == "Europe/Berlin");
  CHECK(x.objective.compliance.remedies == std::vector<remedy_tier>{{999'000, 100'000}, {950'000, 250'000}});
  CHECK(write_agreement(x)["spec"]["objective"]["compliance"] == terms);
}

TEST_CASE("a time zone or a remedy that is none is refused with its path") {
  const std::string where = "spec.objective.compliance.";
  for (const auto* const zone : {"Mars/Base", "localtime", "CEST", "europe/berlin", "../UTC"})
    CHECK(mistake_in(changed("/spec/objective/compliance/time_zone", zone))
          == where + "time_zone must be a name of the tz database, such as Europe/Berlin");
  CHECK(mistake_in(changed("/spec/objective/compliance/time_zone", ""))
        == where + "time_zone must be text such as Europe/Berlin or UTC");
  const auto remedies = [](const char* text) {
    return mistake_in(changed("/spec/objective/compliance/remedies", json::parse(text)));
  };
  CHECK(remedies(R"({"below":"99%"})") == where + "remedies must be a list of at most 8 tiers");
  CHECK(remedies(R"([{"below":"99%"}])") == where + "remedies[0].credit is missing");
  CHECK(remedies(R"([{"below":0.99,"credit":"10%"}])")
        == where + "remedies[0].below must be text such as 99% or 99.95%");
  CHECK(remedies(R"([{"below":"99%","credit":"ten"}])")
        == where + "remedies[0].credit must be a percentage such as 99% or 99.95%");
  CHECK(remedies(R"([{"below":"99%","credit":"10%","of":"month"}])")
        == where + "remedies[0].of is no field of an agreement");
  CHECK(remedies(R"([{"below":"99%","credit":"10%"},{"below":"95%","credit":"5%"}])")
        == where + "remedies[1].credit must be the higher the lower the tier");
}

TEST_CASE("terms that are left out have their defaults") {
  const auto x = std::get<agreement>(read_agreement(R"(
apiVersion: sluice/v1
kind: Agreement
metadata: { name: a, tenant: t }
spec: { streams: { volume: v }, objective: { weight: 2 } }
)",
                                                    document_format::as_yaml));
  CHECK(x.streams == selector{"*", "v", "*"});
  CHECK(x.objective.reservation.unlimited());
  CHECK(x.objective.limit == limit{});
  CHECK(x.objective.tier == tier::bronze);
  CHECK(x.objective.latency.empty());
  CHECK(x.objective.compliance == compliance{});
  CHECK(std::get<agreement>(read_agreement(write_agreement(x).dump(), document_format::as_json)) == x);
}

TEST_CASE("an unknown field is refused with its path") {
  const std::string no_field = " is no field of an agreement";
  CHECK(mistake_in(changed("/extra", 1)) == "extra" + no_field);
  CHECK(mistake_in(changed("/metadata/labels", json::object())) == "metadata.labels" + no_field);
  CHECK(mistake_in(changed("/spec/stream", 1)) == "spec.stream" + no_field);
  CHECK(mistake_in(changed("/spec/streams/host", "x")) == "spec.streams.host" + no_field);
  CHECK(mistake_in(changed("/spec/objective/wieght", 4)) == "spec.objective.wieght" + no_field);
  CHECK(mistake_in(changed("/spec/objective/reservation/bandwidth", "1MB/s"))
        == "spec.objective.reservation.bandwidth" + no_field);
  CHECK(mistake_in(changed("/spec/objective/limit/burst/until", "1s"))
        == "spec.objective.limit.burst.until" + no_field);
  CHECK(mistake_in(changed("/spec/objective/latency/0/upto", 1)) == "spec.objective.latency[0].upto" + no_field);
  CHECK(mistake_in(changed("/spec/objective/compliance/goal", "99%")) == "spec.objective.compliance.goal" + no_field);
}

TEST_CASE("a missing field is refused with its path") {
  const auto without = [](const char* parent, const char* name) {
    auto document = json::parse(example_json);
    document[json::json_pointer(parent)].erase(name);
    return mistake_in(document.dump());
  };
  CHECK(without("", "apiVersion") == "apiVersion is missing");
  CHECK(without("", "kind") == "kind is missing");
  CHECK(without("/metadata", "name") == "metadata.name is missing");
  CHECK(without("/metadata", "tenant") == "metadata.tenant is missing");
  CHECK(without("/spec", "streams") == "spec.streams is missing");
  CHECK(without("/spec", "objective") == "spec.objective is missing");
  CHECK(without("/spec/objective/reservation", "iops") == "spec.objective.reservation.iops is missing");
  CHECK(without("/spec/objective/limit/burst", "for") == "spec.objective.limit.burst.for is missing");
  CHECK(without("/spec/objective/latency/0", "target") == "spec.objective.latency[0].target is missing");
}

TEST_CASE("a wrong type or value is refused with its path and what was expected") {
  CHECK(mistake_in(changed("/apiVersion", "sluice/v2")) == "apiVersion must be sluice/v1");
  CHECK(mistake_in(changed("/kind", "Policy")) == "kind must be Agreement");
  CHECK(mistake_in(changed("/metadata", 7)) == "metadata must be an object with name and tenant");
  CHECK(mistake_in(changed("/metadata/name", 7)) == "metadata.name must be text of 1 to 255 characters");
  CHECK(mistake_in(changed("/metadata/tenant", "")) == "metadata.tenant must be text of 1 to 255 characters");
  CHECK(mistake_in(changed("/spec/streams/volume", nullptr))
        == "spec.streams.volume must be text of 1 to 255 characters");
  const std::string whole = " must be a whole number from 1 to 100000000";
  for (const json& wrong :
       {json("1500"), json(1500.5), json(-1), json(0), json(100'000'001), json(true), json(1e300)}) {
    CAPTURE(wrong.dump());
    CHECK(mistake_in(changed("/spec/objective/reservation/iops", wrong)) == "spec.objective.reservation.iops" + whole);
  }
  CHECK(mistake_in(changed("/spec/objective/limit/iops", "x")) == "spec.objective.limit.iops" + whole);
  CHECK(mistake_in(changed("/spec/objective/weight", 1001))
        == "spec.objective.weight must be a whole number from 1 to 1000");
  CHECK(mistake_in(changed("/spec/objective/tier", "platinum"))
        == "spec.objective.tier must be best-effort, bronze, silver or gold");
  CHECK(mistake_in(changed("/spec/objective/latency", "5ms"))
        == "spec.objective.latency must be a list of at most 8 points");
  CHECK(mistake_in(changed("/spec/objective/latency/0/statistic", "p42"))
        == "spec.objective.latency[0].statistic must be mean, p50, p90, p95, p99 or p99.9");
  CHECK(mistake_in(changed("/spec/objective/latency/0/target", 5))
        == "spec.objective.latency[0].target must be text such as 5ms or 500us");
  CHECK(mistake_in("[]").ends_with("must be an agreement document"));
}

TEST_CASE("a quantity that is none is refused with its path") {
  CHECK(mistake_in(changed("/spec/objective/limit/bandwidth", "200MB"))
        == "spec.objective.limit.bandwidth must be a number with a unit, such as 200MB/s or 100MiB/s");
  CHECK(mistake_in(changed("/spec/objective/limit/bandwidth", "0MB/s"))
        == "spec.objective.limit.bandwidth must be above 0; leave it out for no limit");
  CHECK(mistake_in(changed("/spec/objective/limit/burst/for", "ten"))
        == "spec.objective.limit.burst.for must be a number with a unit, such as 10s or 5m");
  CHECK(mistake_in(changed("/spec/objective/latency/0/target", "5"))
        == "spec.objective.latency[0].target must be a number with a unit, such as 5ms or 500us");
  CHECK(mistake_in(changed("/spec/objective/compliance/interval", "10"))
        == "spec.objective.compliance.interval must be a number with a unit, such as 10s or 1m");
  CHECK(mistake_in(changed("/spec/objective/compliance/target", "0.99"))
        == "spec.objective.compliance.target must be a percentage such as 99% or 99.95%");
}

TEST_CASE("terms that contradict each other are refused by the domain's rules") {
  CHECK(mistake_in(changed("/spec/objective/reservation/iops", 7000))
        == "spec.objective.reservation.iops must not be above limit.iops");
  CHECK(mistake_in(changed("/spec/objective/limit/burst/iops", 5000))
        == "spec.objective.limit.burst.iops must be above limit.iops");
  CHECK(mistake_in(changed("/metadata/name", "../x"))
        == "metadata.name must be 1 to 255 characters of A-Z a-z 0-9 . _ : @ -");
}

TEST_CASE("all mistakes are named at once") {
  auto document = json::parse(example_json);
  document["a"] = 1;
  document["b"] = 2;
  document["metadata"].erase("name");
  document["spec"]["objective"]["weight"] = "x";
  const auto read = read_agreement(document.dump(), document_format::as_json);
  CHECK(std::get<refused_document>(read).mistakes.size() == 4);
}

TEST_CASE("YAML keeps types apart: what is quoted is text") {
  const auto quoted = read_yaml(R"(x: "007")");
  CHECK(std::get<json>(quoted).dump() == R"({"x":"007"})");
  CHECK(std::get<json>(read_yaml("{a: 7, b: -7, c: +7, d: 7.5, e: 7e2, f: true, g: null, h: ~, i: }")).dump()
        == R"({"a":7,"b":-7,"c":7,"d":7.5,"e":700.0,"f":true,"g":null,"h":null,"i":null})");
  CHECK(std::get<json>(read_yaml("{a: '7', b: 'true', c: 'null', d: yes, e: 0x10, f: .inf, g: 5ms, h: 1.2.3}")).dump()
        == R"({"a":"7","b":"true","c":"null","d":"yes","e":"0x10","f":".inf","g":"5ms","h":"1.2.3"})");
  CHECK(std::get<json>(read_yaml("a: [1, {b: [2, []]}, x]\nc: {d: {}}")).dump()
        == R"({"a":[1,{"b":[2,[]]},"x"],"c":{"d":{}}})");
  CHECK(std::get<json>(read_yaml("18446744073709551616")).is_number_float());
  CHECK(std::get<json>(read_yaml("# nothing\nplain")).dump() == R"("plain")");
}

TEST_CASE("YAML that could surprise is refused with its line") {
  const auto yaml = document_format::as_yaml;
  CHECK(why_unreadable("a: &x 1\nb: *x", yaml) == "line 2: aliases are not allowed");
  CHECK(why_unreadable("a: {b: 1}\n<<: {c: 2}", yaml) == "line 2: merge keys are not allowed");
  CHECK(why_unreadable("a: !!python/object 1", yaml) == "line 1: tags are not allowed");
  CHECK(why_unreadable("a: !!str 1", yaml) == "line 1: tags are not allowed");
  CHECK(why_unreadable("a: !mine {b: 1}", yaml) == "line 1: tags are not allowed");
  CHECK(why_unreadable("a: 1\na: 2", yaml) == "line 2: the field \"a\" is given twice");
  CHECK(why_unreadable("1: 2", yaml) == "line 1: a field's name must be text, or a bracket is not closed");
  CHECK(why_unreadable("[a]: 2", yaml) == "line 1: a field's name must be text, or a bracket is not closed");
  CHECK(why_unreadable("a: 1\n---\nb: 2", yaml) == "there is more than one document; send them one by one");
  CHECK(why_unreadable("", yaml) == "the document is empty");
  CHECK(why_unreadable("a: 'x", yaml).starts_with("line 1: this is no YAML: "));
  CHECK(why_unreadable("a: [1, 2", yaml) == "line 1: a field's name must be text, or a bracket is not closed");
  CHECK(why_unreadable("a: \"\xff\xfe\"", yaml).find("no YAML") != std::string::npos);
  CHECK(why_unreadable(std::string("a: \0b", 5), yaml) == "this is no YAML: there is a zero byte");
}

TEST_CASE("JSON that could surprise is refused") {
  const auto json_ = document_format::as_json;
  CHECK(why_unreadable(R"({"a":1,"a":2})", json_) == "the field \"a\" is given twice");
  CHECK(why_unreadable("{", json_).starts_with("this is no JSON: there is a mistake at byte "));
  CHECK(why_unreadable("", json_).starts_with("this is no JSON"));
  CHECK(why_unreadable("{} {}", json_).starts_with("this is no JSON"));
  CHECK(why_unreadable("{\"a\":\"\xff\"}", json_).starts_with("this is no JSON"));
  CHECK(why_unreadable("[1e999]", json_).starts_with("this is no JSON"));
}

TEST_CASE("bombs are refused before they cost anything") {
  std::string laughs = "a0: &a0 [lol,lol,lol,lol,lol,lol,lol,lol,lol]\n";
  for (int i = 1; i < 10; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 0; j < 8; ++j)
      laughs += ',' + before;
    laughs += "]\n";
  }
  const auto began = std::chrono::steady_clock::now();
  CHECK(why_unreadable(laughs, document_format::as_yaml) == "line 2: aliases are not allowed");
  const auto deep = std::string(60'000, '[');
  CHECK(why_unreadable(deep, document_format::as_json) == "the document has more than 16 levels");
  CHECK(why_unreadable("a: " + std::string(30'000, '[') + std::string(30'000, ']'), document_format::as_yaml)
        == "line 1: the document has more than 16 levels");
  std::string nested;
  for (int i = 0; i < 300; ++i)
    nested += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  CHECK(why_unreadable(nested, document_format::as_yaml) == "line 17: the document has more than 16 levels");
  std::string wide = "[";
  for (int i = 0; i < 5'000; ++i)
    wide += "1,";
  wide += "1]";
  CHECK(why_unreadable(wide, document_format::as_json) == "the document has more than 4096 values");
  CHECK(why_unreadable(wide, document_format::as_yaml) == "line 1: the document has more than 4096 values");
  CHECK(why_unreadable(std::string(70'000, ' '), document_format::as_json) == "the document is larger than 64 KiB");
  CHECK(why_unreadable(std::string(70'000, 'x'), document_format::as_yaml) == "the document is larger than 64 KiB");
  // Far above what it takes, far below what expanding the first one would (9^10 values).
  CHECK(std::chrono::steady_clock::now() - began < 10s);
}
