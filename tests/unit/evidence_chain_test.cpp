// The canonical lines, which must never change, and the chain over them, checked with the sha256sum that everybody has.
#include "actors/evidence/chain.hpp"
#include "actors/evidence/coverage.hpp"
#include "actors/evidence/line.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::evidence;

namespace {

constexpr wall_time at{1'795'348'800'123'456}; // date -u -d @1795348800: 2026-11-22 12:00:00

final_verdict verdict_of_everything() {
  final_verdict x;
  x.what = {"oltp-gold",
            3,
            1,
            at,
            std::chrono::seconds{10},
            verdict_outcome::violated,
            violation_cause::stream,
            "gw1/batch/10.0.0.9",
            std::chrono::microseconds{7250},
            std::chrono::milliseconds{5},
            1480};
  x.requests = 14'799;
  x.measured_seconds = 9;
  x.basis = verdict_basis::finding;
  return x;
}

agreement agreement_of_everything() {
  agreement x;
  x.name = "oltp-gold";
  x.tenant = "acme";
  x.streams = {"*", "oltp", "10.*"};
  x.objective.reservation.per_second = 1500;
  x.objective.limit.iops.per_second = 6000;
  x.objective.limit.bandwidth.per_second = 200'000'000;
  x.objective.limit.above = burst{rate{8000}, std::chrono::seconds{10}};
  x.objective.weight = 4;
  x.objective.tier = tier::gold;
  x.objective.latency = {{latency_statistic::mean, std::chrono::milliseconds{5}, rate{2500}},
                         {latency_statistic::p999, std::chrono::milliseconds{50}, rate{}}};
  x.objective.compliance.window = compliance_window::rolling_7_days;
  x.version = 3;
  x.since = at;
  return x;
}

std::string output_of(const std::string& command) {
  std::string text;
  auto* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
    text += static_cast<char>(c);
  CHECK(::pclose(pipe) == 0);
  return text;
}

} // namespace

TEST_CASE("golden: the line of a verdict") {
  CHECK(line_of(verdict_of_everything())
        == "verdict\toltp-gold\t3\t1\t2026-11-22T12:00:00.123456Z\t10000000000\tviolated\tstream\tgw1/batch/10.0.0.9\t"
           "7250000\t5000000\t1480\t14799\t9\tfinding");
}

TEST_CASE("golden: the line of a decision") {
  decision x;
  x.at = at;
  x.what.stream = {"gw1", "batch", "10.0.0.9"};
  x.what.generation = 77;
  x.what.now.iops.per_second = 500;
  x.what.now.bandwidth.per_second = 1'000'000;
  x.what.now.depth = 4;
  auto& why = x.what.why;
  why.rule = throttle_rule::protection;
  why.agreement = "batch-bronze";
  why.beneficiary = "oltp-gold";
  why.backend = "disk";
  why.measured = std::chrono::microseconds{7250};
  why.target = std::chrono::milliseconds{5};
  why.demand = 9000;
  why.promised = 200;
  why.capacity = 4000;
  why.observed = true;
  CHECK(
      line_of(x)
      == "decision\t2026-11-22T12:00:00.123456Z\tgw1\tbatch\t10.0.0.9\t77\tprotection\tbatch-bronze\toltp-gold\tdisk\t"
         "500\t1000000\t4\t7250000\t5000000\t9000\t200\t4000\tyes");
}

TEST_CASE("golden: the lines of an agreement's version and of its end") {
  auto x = agreement_of_everything();
  CHECK(line_of(x)
        == "agreement\toltp-gold\t3\t2026-11-22T12:00:00.123456Z\tacme\t*\toltp\t10.*\t1500\t6000\t200000000\t8000\t"
           "10000000000\t4\tgold\t10000000000\t990000\trolling-7-days\tlatency\tmean\t5000000\t2500\tlatency\tp99.9\t"
           "50000000\t0");
  x.objective.limit.above.reset();
  x.objective.latency.clear();
  CHECK(line_of(x)
        == "agreement\toltp-gold\t3\t2026-11-22T12:00:00.123456Z\tacme\t*\toltp\t10.*"
           "\t1500\t6000\t200000000\t\t\t4\tgold\t"
           "10000000000\t990000\trolling-7-days");
  x.objective.compliance.time_zone = "Europe/Berlin";
  x.objective.compliance.remedies = {{999'000, 100'000}, {990'000, 250'000}};
  CHECK(line_of(x)
        == "agreement\toltp-gold\t3\t2026-11-22T12:00:00.123456Z\tacme\t*\toltp\t10.*"
           "\t1500\t6000\t200000000\t\t\t4\tgold\t"
           "10000000000\t990000\trolling-7-days\ttime-zone\tEurope/"
           "Berlin\tremedy\t999000\t100000\tremedy\t990000\t250000");
  const auto resumed = line_of(x);
  x.suspended = true;
  CHECK(line_of(x) == resumed + "\tsuspended\tyes");
  CHECK(line_of(agreement_end{"oltp-gold", 3, at}) == "agreement-end\toltp-gold\t3\t2026-11-22T12:00:00.123456Z");
}

TEST_CASE("while an agreement is suspended no verdict is missing, and none may be there") {
  auto x = agreement_of_everything();
  x.objective.reservation = rate{};
  x.objective.latency.resize(1);
  const auto step_us = std::chrono::duration_cast<std::chrono::microseconds>(x.objective.compliance.interval).count();
  const wall_time begin{at.unix_us - at.unix_us % step_us};
  const auto after = [&](std::int64_t intervals) {
    return wall_time{begin.unix_us + intervals * step_us};
  };
  for (const bool suspends : {true, false}) {
    CAPTURE(suspends);
    agreement_terms terms;
    for (const std::uint32_t version : {1, 2, 3}) { // the second from the 2nd to the 6th interval
      x.version = version;
      x.since = after(version == 1 ? 0 : version == 2 ? 2 : 6);
      x.suspended = suspends && version == 2;
      REQUIRE(read_terms(line_of(x), x.name, terms));
    }
    const auto judged = [&](std::uint32_t version, std::int64_t intervals) {
      return judged_interval{version, 0, after(intervals), x.objective.compliance.interval,
                             x.objective.latency[0].target};
    };
    coverage found{terms};
    CHECK(found.add(judged(1, 0)).empty());
    CHECK(found.add(judged(1, 1)).empty());
    CHECK(found.add(judged(3, 6)).empty());
    found.finish();
    CHECK(found.gap_count() == (suspends ? 0 : 1));
    CHECK(found.add(judged(2, 7)).empty() == !suspends);
  }
}

TEST_CASE("golden: the line of an exclusion, whatever people write into it") {
  exclusion x{
      7,          "oltp-*", at, std::chrono::hours{2},    "FREQ=WEEKLY;BYDAY=SU", "Europe/Berlin", "ann\tmet\nx",
      "r\\\x01é", true,     5,  wall_time{at.unix_us + 1}};
  CHECK(line_of(x)
        == "exclusion\t7\t2026-11-22T12:00:00.123457Z\toltp-*\t2026-11-22T12:00:00.123456Z\t7200000000000\t"
           "FREQ=WEEKLY;BYDAY=SU\tEurope/Berlin\tann\\tmet\\nx\tr\\\\\\x01é\tyes\t5");
}

TEST_CASE("golden: the line of a policy's version") {
  const auto set = [](const char* name, const std::string& text) {
    return policy_setting{name, parse_setting(*find_policy_key(name), text).value()};
  };
  policy_document x;
  x.defaults = {set("mode", "observe"), set("aim.mean", "62.5%")};
  x.backends = {{"ssd*", {set("knee", "1500us")}}, {"array", {}}};
  x.tenants = {{"acme", "", 10}, {"lab", "acme", 3}};
  x.version = 2;
  x.author = "ann";
  x.since = at;
  CHECK(line_of(x)
        == "policy\t2\t2026-11-22T12:00:00.123456Z\tann\t\tdefault\tmode\tobserve\tdefault\taim.mean\t62.5%"
           "\tbackend\tssd*\t"
           "setting\tknee\t1500us\tbackend\tarray\ttenant\tacme\t\t10\ttenant\tlab\tacme\t3");
}

TEST_CASE("the chain is what sha256sum says of it") {
  const auto file = std::filesystem::temp_directory_path() / ("sluice-chain-" + std::to_string(::getpid()));
  head now;
  std::string before(64, '0');
  auto verdict = verdict_of_everything();
  for (int i = 0; i < 3; ++i) {
    verdict.what.from.unix_us += 10'000'000;
    const auto line = line_of(verdict);
    std::ofstream{file, std::ios::binary} << before << '\n' << line << '\n';
    before = output_of("sha256sum < " + file.string()).substr(0, 64);
    now = next(now, line);
    CHECK(now.position == static_cast<std::uint64_t>(i + 1));
    CHECK(to_hex(now.hash) == before);
  }
  std::filesystem::remove(file);
}

TEST_CASE("what is escaped has no control character, comes back, and has no second form") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte)
    all += static_cast<char>(byte);
  std::string field;
  append_escaped(field, all);
  CHECK(fields_of(field).size() == 1);
  for (const char c : field)
    CHECK((static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
  CHECK(unescape(field) == all);
  for (const auto* wrong : {"\\", "\\q", "\\x", "\\x1", "\\x41", "\\x09", "\\x1F", "\\x+1", "a\tb", "a\x7f"})
    CHECK_MESSAGE(!unescape(wrong), wrong);
}

TEST_CASE("a time has one form") {
  CHECK(time_text(wall_time{0}) == "1970-01-01T00:00:00.000000Z");
  CHECK(time_text(wall_time{-1}) == "1969-12-31T23:59:59.999999Z");
  CHECK(day_text(wall_time{-1}) == "1969-12-31");
  for (const std::int64_t us : {std::int64_t{0}, std::int64_t{-1}, at.unix_us, std::int64_t{253'402'300'799'999'999}})
    CHECK(parse_time(time_text(wall_time{us})) == wall_time{us});
  for (const auto* wrong :
       {"", "2026-11-22T12:00:00.123456", "2026-11-22T24:00:00.000000Z", "2026-02-30T00:00:00.000000Z",
        "2026-11-22t12:00:00.123456Z", "2026-11-22T12:00:60.123456Z", "2026-11-22T12:00:00.12345+Z"})
    CHECK_MESSAGE(!parse_time(wrong), wrong);
  for (const auto* wrong : {"", "01", "+1", "-1", "1 ", "18446744073709551616", "0x1"})
    CHECK_MESSAGE(!parse_number(wrong), wrong);
  CHECK(parse_number("18446744073709551615") == ~std::uint64_t{0});
}

TEST_CASE("a digest has one form") {
  const auto x = sha256_of("abc"); // FIPS 180-4
  CHECK(to_hex(x) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(parse_digest(to_hex(x)) == x);
  auto text = to_hex(x);
  text[0] = 'B';
  CHECK(!parse_digest(text));
  CHECK(!parse_digest(to_hex(x) + "0"));
}
