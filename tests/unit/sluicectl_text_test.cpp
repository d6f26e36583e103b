// What the client makes of files it is given and of answers it gets, as text.
#include "actors/sluicectl/detail.hpp"
#include "actors/sluicectl/failure.hpp"
#include "actors/sluicectl/manifest.hpp"
#include "actors/sluicectl/picture.hpp"
#include "actors/sluicectl/refusal.hpp"
#include "actors/sluicectl/server.hpp"
#include "actors/sluicectl/views.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace sluice::ctl;
using nlohmann::json;

namespace {

std::string mistake_in(const std::string& text) {
  try {
    (void)read_documents({"f", text});
  } catch (const failure& problem) {
    CHECK(problem.code() == exit_code::usage);
    return problem.what();
  }
  FAIL("nothing was wrong");
  return {};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const json batch_stream = json::parse(R"({"stream":"g/batch/c","agreement":null,"backend":"disk","iops":4321.04,
  "bandwidth":17698979.8,"latency_ms":{"mean":31.25,"p99":80.4},"backlog":12,"in_flight":8.0,"control":"throttled",
  "throttle":{"iops":4000,"rule":"protection"}})");

} // namespace

TEST_CASE("a YAML text is split into its documents, each sent as it was written") {
  const auto all = read_documents({"f", "# first\nkind: Agreement\nmetadata: {name: a, tenant: \"007\"}\n---\n\n--- \n"
                                        "kind: Agreement\nmetadata:\n  name: b\n...\n"});
  REQUIRE(all.size() == 2);
  CHECK(all[0].name == "a");
  CHECK(all[0].place == "f:1");
  CHECK(all[0].text == "# first\nkind: Agreement\nmetadata: {name: a, tenant: \"007\"}\n");
  CHECK(all[0].content_type == "application/yaml");
  CHECK(all[1].name == "b");
  CHECK(all[1].place == "f:6");
}

TEST_CASE("a mark inside a line or indented ends no document") {
  const auto all = read_documents({"f", "kind: Agreement\nmetadata:\n  name: a\n  note: |\n    ---\n    a --- b\n"});
  CHECK(all.size() == 1);
}

TEST_CASE("what is no YAML is told with its line in the file") {
  const auto text =
      mistake_in("kind: Agreement\nmetadata: {name: a}\n---\nkind: Agreement\nmetadata: {name: a\nx: y: z\n");
  CAPTURE(text);
  CHECK(contains(text, "f:6: is no YAML: "));
}

TEST_CASE("a document without kind or name, or of another kind, is refused with its place") {
  CHECK(mistake_in("metadata: {name: a}") == "f:1: kind: expected Agreement or Policy, found nothing");
  CHECK(mistake_in("kind: Pod\nmetadata: {name: a}") == "f:1: kind: expected Agreement or Policy, found Pod");
  CHECK(mistake_in("kind: Agreement\n") == "f:1: metadata.name: expected a name, found nothing");
  CHECK(mistake_in("kind: Agreement\nmetadata: [a]\n") == "f:1: metadata.name: expected a name, found nothing");
  CHECK(mistake_in("- a\n- b\n") == "f:1: expected a mapping with kind and spec");
  CHECK(mistake_in("# nothing\n---\n") == "f: holds no document");
  CHECK(mistake_in("") == "f: holds no document");
}

TEST_CASE("a JSON object is sent as it was written") {
  const std::string text = R"( {"kind":"Agreement", "metadata":{"name":"a"}} )";
  const auto all = read_documents({"f", text});
  REQUIRE(all.size() == 1);
  CHECK(all[0].text == text);
  CHECK(all[0].content_type == "application/json");
}

TEST_CASE("what get printed can be applied: items are taken apart and the status is left out") {
  const auto all =
      read_documents({"f", R"({"items":[{"kind":"Agreement","metadata":{"name":"a"},"status":{"version":3}},
                         {"kind":"Agreement","metadata":{"name":"b"}}]})"});
  REQUIRE(all.size() == 2);
  CHECK(json::parse(all[0].text) == json::parse(R"({"kind":"Agreement","metadata":{"name":"a"}})"));
  CHECK(all[1].place == "f: item 2");
}

TEST_CASE("broken JSON is told with its line, a key given twice with its name") {
  CHECK(mistake_in("{\"kind\":\n\"Agreement\",,}") == "f:2: is no JSON");
  CHECK(mistake_in(R"({"kind":"Agreement","kind":"Agreement"})") == "f: the field kind is given twice");
  CHECK(mistake_in("[1]") == "f: item 1: expected an object with kind and spec");
}

TEST_CASE("figures have as many decimals as they deserve") {
  CHECK(shown(99.94, form::figure) == "99.9");
  CHECK(shown(99.96, form::figure) == "100");
  CHECK(shown(4321.4, form::figure) == "4321");
  CHECK(shown(12, form::figure) == "12");
  CHECK(shown(0.1234, form::millis) == "0.12");
  CHECK(shown(31.25, form::millis) == "31.2");
  CHECK(shown(17'698'979.8, form::megabytes) == "17.7");
  CHECK(shown("200MB/s", form::megabytes) == "200.0");
  CHECK(shown("1GiB/s", form::megabytes) == "1073.7"); // 1024^3 / 10^6
  CHECK(shown("soon", form::megabytes) == "soon");
  CHECK(shown(json::parse(R"([{"below":"99.9%","credit":"10%"},{"below":"95%","credit":"25%"}])"), form::tiers)
        == "below 99.9%: 10%, below 95%: 25%");
  CHECK(shown(nullptr, form::figure) == "-");
  CHECK(shown(4.0, form::text) == "4");
  CHECK(shown(true, form::yes_no) == "yes");
  CHECK(shown("2026-11-22T15:00:00.123456Z", form::moment) == "2026-11-22T15:00:00Z");
  CHECK(shown(json::parse(R"([{"statistic":"mean","target":"5ms","up_to":{"iops":2500}},
                              {"statistic":"p99","target":"20ms"}])"),
              form::points)
        == "mean 5ms up to 2500 IOPS, p99 20ms");
}

TEST_CASE("no control character of an answer reaches the terminal") {
  CHECK(printable("a\033[2Jb\nc\x7f") == "a?[2Jb?c?");
  CHECK(printable("\xc2\x9b"
                  "31m")
        == "?31m");
  CHECK(printable("Grüße") == "Grüße");
  CHECK(shown("\033[2J", form::text) == "?[2J");
  CHECK(shown(json::parse(R"({"a\u001bb":"\u001b"})"), form::text).find('\033') == std::string::npos);
}

TEST_CASE("columns are aligned by what is seen, not by bytes") {
  CHECK(aligned_table({{"NAME"}, {"IOPS", side::right}, {"WHY"}}, {{"Grüße", "7", ""}, {"b", "1000", "x"}})
        == "NAME   IOPS  WHY\n"
           "Grüße     7\n"
           "b      1000  x\n");
}

TEST_CASE("a table of streams has units in its headings and hyphens for what is absent") {
  CHECK(
      items_table(resource_kind::stream, json::array({batch_stream}))
      == "STREAM     AGREEMENT  BACKEND  IOPS  MB/s  MEAN ms  P99 ms  BACKLOG  IN FLIGHT  CONTROL    LIMIT IOPS  RULE\n"
         "g/batch/c  -          disk     4321  17.7     31.2    80.4       12        8.0  throttled        4000  "
         "protection\n");
}

TEST_CASE("an empty table says what to do") {
  CHECK(items_table(resource_kind::agreement, json::array())
        == "no agreements; sluicectl apply -f FILE establishes one\n");
}

TEST_CASE("every kind has columns, and items of the wrong shape do no harm") {
  for (const auto kind :
       {resource_kind::agreement, resource_kind::stream, resource_kind::gateway, resource_kind::backend,
        resource_kind::throttle, resource_kind::limit, resource_kind::event}) {
    CAPTURE(plural(kind));
    CHECK_FALSE(columns(kind).empty());
    CHECK(parse_resource_kind(plural(kind)) == kind);
    CHECK(parse_resource_kind(singular(kind)) == kind);
    CHECK(contains(items_table(kind, json::parse(R"([{}, 7, "x", [], {"stream":{"a":[1]},"metadata":3}])")), "-"));
    CHECK_NOTHROW((void)described(kind, json::parse(R"({"volumes":7})")));
  }
}

TEST_CASE("a description leaves out what is absent") {
  CHECK(described(resource_kind::limit, json::parse(R"({"stream":"g/v/c","iops":5,"bandwidth":null,"who":"ann"})"))
        == "STREAM:  g/v/c\nIOPS:    5\nWHO:     ann\n");
}

TEST_CASE("an explanation begins with its sentence") {
  const auto text = explanation(json::parse(
      R"({"sentence":"held to 4000 IOPS because oltp-gold is promised 5 ms","reason":{"rule":"protection","measured_ms":7.5}})"));
  CHECK(text
        == "held to 4000 IOPS because oltp-gold is promised 5 ms\n\n"
           "Rule:             protection\nMeasured [ms]:    7.50\n");
}

TEST_CASE("a refusal names each wrong field") {
  const settings where{"http://s", "secret", "t", output_format::table};
  CHECK(refusal_sentences({422, R"({"title":"x","detail":"The agreement has 2 mistakes.","errors":[
          {"path":"spec.objective.limit.iops","what":"expected a number"},{"what":"odd"}]})"},
                          where)
        == "The agreement has 2 mistakes.\n  spec.objective.limit.iops: expected a number\n  odd");
  CHECK(refusal_sentences({503, R"({"title":"Service Unavailable"})"}, where) == "Service Unavailable");
  CHECK(refusal_sentences({500, "<html>"}, where) == "http://s answered with status 500 and no reason");
  CHECK(refusal_sentences({500, R"([{"detail":1}])"}, where) == "http://s answered with status 500 and no reason");
}

TEST_CASE("a refused token is told by its file, never by itself") {
  const auto known = refusal_sentences({401, {}}, {"http://s", "secret", "var/run/token", output_format::table});
  CHECK(contains(known, "var/run/token"));
  CHECK_FALSE(contains(known, "secret"));
  CHECK(
      contains(refusal_sentences({401, {}}, {"http://s", "", "there is none", output_format::table}), "there is none"));
}

TEST_CASE("a picture has the busiest stream first and fits the screen") {
  auto streams = json::array();
  for (int i = 0; i < 50; ++i)
    streams.push_back(
        {{"stream", "g/v/c" + std::to_string(i)}, {"iops", i}, {"control", i < 3 ? "throttled" : "fixed"}});
  const auto backends = json::array({{{"backend", "disk"}, {"iops", 1}}});
  const auto lines = picture({"http://s", "12:00:00", "ready", backends, streams}, 10);
  REQUIRE(lines.size() == 10);
  CHECK(lines[0] == "http://s  12:00:00  ready  streams 50, throttled 3");
  CHECK(lines[6].substr(0, 7) == "g/v/c49");
  CHECK(lines[9] == "and 47 more"); // 50 streams, of which three had a line
  CHECK(picture({"", "", "", backends, streams}, 0).size() == 56);
}

TEST_CASE("a line is cut between characters") {
  CHECK(cut("Grüße", 3) == "Grü");
  CHECK(cut("abc", 80) == "abc");
  CHECK(cut("abc", 0).empty());
}

TEST_CASE("a name that would lead elsewhere makes no path") {
  CHECK(agreement_path("oltp-gold") == "/api/v1/agreements/oltp-gold");
  CHECK_THROWS_AS((void)agreement_path("../streams"), failure);
  CHECK_THROWS_AS((void)agreement_path("a?dry"), failure);
}
