// Policy documents: what is refused and where it is said, and what holds for which backend.
#include "actors/domain/policy_document.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

policy_setting setting(const std::string& name, const std::string& text) {
  const auto* key = find_policy_key(name);
  REQUIRE(key != nullptr);
  const auto value = parse_setting(*key, text);
  REQUIRE(value);
  return {name, *value};
}

std::vector<std::string> paths(const policy_document& x) {
  std::vector<std::string> found;
  for (const auto& one : check(x))
    found.push_back(one.path);
  return found;
}

} // namespace

TEST_SUITE_BEGIN("unit.policy");

TEST_CASE("every setting's bounds survive the way to text and back, and what lies beyond is refused") {
  for (const auto& key : policy_keys()) {
    CAPTURE(key.name);
    CHECK(!expected_of(key).empty());
    CHECK(!allows(key, key.least - 1));
    CHECK(!allows(key, key.most + 1));
    for (const auto value : {key.least, key.unit == setting_unit::tiers ? 0x4321 : key.most}) {
      REQUIRE(allows(key, value));
      CHECK(parse_setting(key, setting_text(key, value)) == value);
    }
    CHECK(!parse_setting(key, "nonsense"));
  }
}

TEST_CASE("every setting changes the policy of a backend") {
  backend_policy before;
  for (const auto& key : policy_keys()) {
    CAPTURE(key.name);
    auto low = before;
    auto high = before;
    key.set(low, key.least);
    key.set(high, key.unit == setting_unit::tiers ? 0x1234 : key.most);
    const auto figures = [](const backend_policy& x) {
      const auto& c = x.control;
      return std::tuple{c.mode,
                        c.best_effort_floor,
                        c.aim_mean,
                        c.aim_percentile,
                        c.knee,
                        c.sticky,
                        c.active,
                        c.small_step,
                        c.large_step,
                        c.between_small_steps,
                        c.turns,
                        std::tuple{c.knee_least, c.best_effort_share, c.best_effort_weight, c.deficit_after,
                                   c.deficit_over, x.oversubscription}};
    };
    CHECK(figures(low) != figures(high));
  }
}

TEST_CASE("an empty document is right and changes nothing") {
  CHECK(check(policy_document{}).empty());
  control_policy base;
  base.knee = 7ms;
  CHECK(policy_for({}, "array", base).control.knee == 7ms);
}

TEST_CASE("what the core's options give is known by what it says it was started with") {
  control_policy options;
  options.knee = 7ms;
  options.knee_least = 3ms;
  options.aim_mean = 0.5;
  options.aim_percentile = 0.25;
  options.best_effort_floor = {77};
  CHECK(base_of(started_with(options)) == options);
  CHECK(base_of(started_with({})) == control_policy{});
  CHECK(base_of({}) == control_policy{});
}

TEST_CASE("each setting comes from the most specific rule that gives it, then from the defaults, then from the core") {
  policy_document x;
  x.defaults = {setting("knee", "10ms"), setting("deficit.after", "3s")};
  x.backends = {{"ssd-1", {setting("knee", "1ms")}},
                {"ssd*", {setting("knee", "2ms"), setting("mode", "observe")}},
                {"*", {setting("mode", "enforce"), setting("hysteresis.sticky", "4s")}}};
  REQUIRE(check(x).empty());
  control_policy base;
  base.best_effort_floor = rate{77};
  const auto one = policy_for(x, "ssd-1", base).control;
  CHECK(one.knee == 1ms);
  CHECK(one.mode == policy_mode::observe);
  CHECK(one.sticky == 4s);
  CHECK(one.deficit_after == 3s);
  CHECK(one.best_effort_floor == rate{77});
  CHECK(policy_for(x, "ssd-2", base).control.knee == 2ms);
  const auto other = policy_for(x, "array", base).control;
  CHECK(other.knee == 10ms);
  CHECK(other.mode == policy_mode::enforce);
  std::reverse(x.backends.begin(), x.backends.end());
  CHECK(policy_for(x, "ssd-1", base).control.knee == 1ms);
}

TEST_CASE("tiers that are not named yield last and together") {
  policy_document x;
  x.defaults = {setting("deficit.yield", "silver, best-effort")};
  const auto turns = policy_for(x, "array").control.turns;
  CHECK(turns == yield_turns{1, 2, 0, 2}); // best-effort, bronze, silver, gold
  const auto* key = find_policy_key("deficit.yield");
  CHECK(!parse_setting(*key, "gold, gold"));
  CHECK(!parse_setting(*key, "gold,"));
  CHECK(parse_setting(*key, "") == 0); // all yield together
}

TEST_CASE("each mistake is named by its path") {
  policy_document x;
  x.defaults = {{"knee", 0}, {"kneee", 5}, setting("mode", "observe"), setting("mode", "enforce")};
  x.backends = {{"ssd*", {}}, {"a/b", {}}, {"ssd*", {{"aim.mean", 0}}}};
  x.tenants = {{"acme", "", 0}, {"acme", "", 1}, {"lab", "nobody", 1}, {"a b", "", 1}};
  CHECK(paths(x)
        == std::vector<std::string>{"spec.defaults.knee", "spec.defaults.kneee", "spec.defaults.mode",
                                    "spec.backends[1].match", "spec.backends[2].match", "spec.backends[2].aim.mean",
                                    "spec.tenants[0].weight", "spec.tenants[1].name", "spec.tenants[3].name",
                                    "spec.tenants[2].parent"});
}

TEST_CASE("a tenant is not below itself, and not deeper than the bound") {
  policy_document x;
  x.tenants = {{"a", "b", 1}, {"b", "c", 1}, {"c", "a", 1}};
  CHECK(paths(x).size() == 3);
  x.tenants.clear();
  for (std::size_t i = 0; i < max_tenant_levels; ++i)
    x.tenants.push_back({"t" + std::to_string(i), i == 0 ? "" : "t" + std::to_string(i - 1), 1});
  CHECK(paths(x).empty());
  x.tenants.push_back({"deep", "t" + std::to_string(max_tenant_levels - 1), 1});
  CHECK(paths(x).size() == 1);
}

TEST_CASE("settings that contradict each other are refused where they meet") {
  policy_document x;
  x.defaults = {setting("hysteresis.small_step", "30%")}; // above the large step of 25 %
  CHECK(paths(x) == std::vector<std::string>{"spec.defaults"});
  x.defaults = {setting("hysteresis.small_step", "20%")};
  x.backends = {{"ssd*", {setting("hysteresis.large_step", "10%")}}};
  CHECK(paths(x) == std::vector<std::string>{"spec.backends[0]"});
}

TEST_CASE("overlapping patterns that contradict each other leave a policy that works") {
  policy_document x;
  x.backends = {{"a*", {setting("hysteresis.small_step", "24%")}}, {"*bb", {setting("hysteresis.large_step", "23%")}}};
  REQUIRE(check(x).empty());
  const auto result = policy_for(x, "abb").control;
  CHECK(problem_with(result).empty());
  CHECK(result.small_step == doctest::Approx(0.24));
}

TEST_CASE("too many rules and tenants are refused") {
  policy_document x;
  for (std::size_t i = 0; i <= max_policy_rules; ++i)
    x.backends.push_back({"b" + std::to_string(i), {}});
  for (std::size_t i = 0; i <= max_tenants; ++i)
    x.tenants.push_back({"t" + std::to_string(i), "", 1});
  CHECK(paths(x) == std::vector<std::string>{"spec.backends", "spec.tenants"});
}

TEST_CASE("who wrote it and when is no part of what a policy says") {
  policy_document a;
  a.defaults = {setting("mode", "observe")};
  auto b = a;
  b.version = 9;
  b.author = "ann";
  CHECK(same_policy(a, b));
  b.tenants = {{"acme", "", 2}};
  CHECK(!same_policy(a, b));
  CHECK(summary_of(b) == "mode=observe; 0 rules for backends, 1 tenant");
}

TEST_SUITE_END();
