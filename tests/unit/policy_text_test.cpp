// Policy documents as clients write them: what is read, what is refused with which path, and the way back.
#include "actors/application_server/http/policy_text.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::http;
using namespace std::chrono_literals;

namespace {

constexpr auto example = R"(
apiVersion: sluice/v1
kind: Policy
spec:
  defaults:
    mode: enforce
    best_effort_floor: { iops: 100 }
    aim: { mean: 62.5%, percentile: 45% }
    knee: 10ms
    hysteresis: { sticky: 3s, large_step: 30% }
    deficit: { after: 1s, yield: [best-effort, bronze] }
    admission: { oversubscription: 150% }
  backends:
    - match: "ssd*"
      mode: observe
      knee: 500us
  tenants:
    - { name: acme, weight: 10 }
    - { name: lab, parent: acme, weight: 3 }
)";

policy_document read_well(std::string_view text) {
  auto read = read_policy(text, document_format::as_yaml);
  if (const auto* refused = std::get_if<refused_document>(&read)) {
    for (const auto& one : refused->mistakes)
      MESSAGE(one.path << ' ' << one.what);
    FAIL(refused->why);
  }
  return std::get<policy_document>(std::move(read));
}

std::vector<mistake> mistakes_in(const std::string& spec) {
  auto read = read_policy("apiVersion: sluice/v1\nkind: Policy\nspec: " + spec, document_format::as_yaml);
  const auto* refused = std::get_if<refused_document>(&read);
  REQUIRE(refused != nullptr);
  CHECK(refused->why == "the policy was refused; nothing was changed");
  return refused->mistakes;
}

} // namespace

TEST_SUITE_BEGIN("unit.policy_text");

TEST_CASE("a policy is read, and holds for the backends that it names") {
  const auto x = read_well(example);
  const auto ssd = policy_for(x, "ssd-1");
  CHECK(ssd.control.mode == policy_mode::observe);
  CHECK(ssd.control.knee == 500us);
  CHECK(ssd.control.best_effort_floor == rate{100});
  CHECK(ssd.control.aim_mean == doctest::Approx(0.625));
  CHECK(ssd.control.sticky == 3s);
  CHECK(ssd.control.large_step == doctest::Approx(0.3));
  CHECK(ssd.control.deficit_after == 1s);
  CHECK(ssd.control.turns == yield_turns{0, 1, 2, 2});
  CHECK(ssd.oversubscription == doctest::Approx(1.5));
  CHECK(policy_for(x, "array").control.mode == policy_mode::enforce);
  CHECK(x.tenants == std::vector<tenant_share>{{"acme", "", 10}, {"lab", "acme", 3}});
}

TEST_CASE("what is answered can be sent again and means the same") {
  auto x = read_well(example);
  x.version = 3;
  x.author = "ann";
  x.since = wall_time{1};
  const auto written = write_policy(x);
  CHECK(written.at("status").at("version") == 3);
  CHECK(written.at("spec").at("defaults").at("hysteresis").at("sticky") == "3s");
  CHECK(written.at("spec").at("defaults").at("best_effort_floor").at("iops") == 100);
  CHECK(written.at("spec").at("defaults").at("deficit").at("yield").dump() == R"(["best-effort","bronze"])");
  CHECK(same_policy(read_well(written.dump()), x));
  CHECK(same_policy(read_well(write_policy({}).dump()), {}));
}

TEST_CASE("the order in which settings are written says nothing") {
  const auto a = read_well("{apiVersion: sluice/v1, kind: Policy, spec: {defaults: {knee: 1000us, mode: observe}}}");
  const auto b = read_well("{apiVersion: sluice/v1, kind: Policy, spec: {defaults: {mode: observe, knee: 1ms}}}");
  CHECK(same_policy(a, b));
}

TEST_CASE("each mistake is named by its path, with what was expected") {
  const auto found = mistakes_in(R"({defaults: {mode: dry, knee: 5, aims: {mean: 1}, aim: {median: 3%}, hysteresis: 3,
    best_effort_floor: {iops: "7"}, deficit: {yield: [gold, iron]}}, backends: [{mode: observe}, 7],
    tenants: [{name: a, weight: 1001, colour: red}, {parent: 3, weight: 0}], more: 1})");
  const std::vector<mistake> expected{
      {"spec.defaults.mode", "must be enforce or observe"},
      {"spec.defaults.best_effort_floor.iops", "must be a whole number of 1 to 1000000"},
      {"spec.defaults.knee", "must be a time of 1us to 1m"},
      {"spec.defaults.deficit.yield",
       "must be a list of best-effort, bronze, silver and gold, each at most once, who yields first named first"},
      {"spec.defaults.aims", "is no field of a policy"},
      {"spec.defaults.aim.median", "is no field of a policy"},
      {"spec.defaults.hysteresis", "must be an object with settings"},
      {"spec.backends[0].match", "is missing"},
      {"spec.backends[1]", "must be an object"},
      {"spec.tenants[0].colour", "is no field of a policy"},
      {"spec.tenants[0].weight", "must be a whole number from 1 to 1000"},
      {"spec.tenants[1].name", "is missing"},
      {"spec.tenants[1].parent", "must be text"},
      {"spec.more", "is no field of a policy"},
      {"spec.tenants[1].weight", "must be 1 to 1000"},
  };
  CHECK(found.size() == expected.size());
  for (std::size_t i = 0; i < std::min(found.size(), expected.size()); ++i) {
    CHECK(found[i].path == expected[i].path);
    CHECK(found[i].what == expected[i].what);
  }
}

TEST_CASE("what is no policy at all is refused") {
  for (const auto* text : {"7", "[]", "null", "kind: Policy", "{apiVersion: sluice/v1, kind: Agreement, spec: {}}",
                           "{apiVersion: sluice/v1, kind: Policy, spec: 3}",
                           "{apiVersion: sluice/v1, kind: Policy, metadata: {name: x}, spec: {}}",
                           "{apiVersion: sluice/v1, kind: Policy, spec: {defaults: [], backends: {}, tenants: 1}}"}) {
    CAPTURE(text);
    const auto read = read_policy(text, document_format::as_yaml);
    REQUIRE(std::holds_alternative<refused_document>(read));
    CHECK(!std::get<refused_document>(read).mistakes.empty());
  }
  CHECK(std::get<refused_document>(read_policy("{", document_format::as_json)).mistakes.empty()); // unreadable
}

TEST_SUITE_END();
