// How many intervals of an agreement were met and violated, whatever the order of the verdicts on its promises.
#include "actors/application_server/observatory/interval_tally.hpp"

#include <doctest/doctest.h>

using namespace sluice;

namespace {

using counts = interval_tally::counts;
using outcome = verdict_outcome;

verdict verdict_on(std::uint32_t point, std::int64_t from_s, outcome what) {
  verdict x;
  x.agreement = "gold";
  x.version = 1;
  x.point = point;
  x.from = {from_s * 1'000'000};
  x.outcome = what;
  return x;
}

agreement named(const char* name, std::uint32_t version = 1) {
  agreement x;
  x.name = name;
  x.version = version;
  return x;
}

struct tally {
  interval_tally its;

  void report(std::initializer_list<verdict> all) {
    for (const auto& x : all)
      its.note(x);
    its.settle();
  }
  [[nodiscard]] counts sum() const {
    const auto* found = its.find("gold");
    REQUIRE(found != nullptr);
    return *found;
  }
};

} // namespace

TEST_CASE_FIXTURE(tally, "an interval counts once, by the worst of its promises") {
  report({verdict_on(0, 10, outcome::met), verdict_on(1, 10, outcome::violated), verdict_on(2, 10, outcome::exempt)});
  CHECK(sum() == counts{0, 1, 0, 0});
  report({verdict_on(0, 20, outcome::no_data), verdict_on(1, 20, outcome::met)});
  report({verdict_on(0, 30, outcome::no_data), verdict_on(1, 30, outcome::exempt)});
  report({verdict_on(0, 40, outcome::no_data)});
  CHECK(sum() == counts{1, 1, 1, 1});
}

TEST_CASE_FIXTURE(tally, "several intervals in one report count each") {
  report({verdict_on(0, 10, outcome::met), verdict_on(0, 20, outcome::violated), verdict_on(0, 30, outcome::met)});
  CHECK(sum() == counts{2, 1, 0, 0});
}

TEST_CASE_FIXTURE(tally, "what was counted is not counted again, and never taken back") {
  report({verdict_on(0, 10, outcome::met)});
  report({verdict_on(0, 10, outcome::met), verdict_on(1, 10, outcome::violated)});
  CHECK(sum() == counts{1, 0, 0, 0});
}

TEST_CASE_FIXTURE(tally, "a clock that is set back does not stop the counting") {
  report({verdict_on(0, 5'000, outcome::met)});
  report({verdict_on(0, 10, outcome::violated)});
  report({verdict_on(0, 20, outcome::met)});
  CHECK(sum() == counts{2, 1, 0, 0});
}

TEST_CASE_FIXTURE(tally, "a new version goes on counting, an agreement that ended is forgotten") {
  CHECK(its.find("gold") == nullptr);
  report({verdict_on(0, 10, outcome::met)});
  const std::array second{named("gold", 2), named("silver")};
  its.keep(second);
  report({verdict_on(0, 20, outcome::met)});
  CHECK(sum() == counts{2, 0, 0, 0});
  CHECK(its.find("silver") == nullptr);
  const std::array without{named("silver")};
  its.keep(without);
  CHECK(its.find("gold") == nullptr);
}
