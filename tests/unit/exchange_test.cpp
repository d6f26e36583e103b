// CSV of rows and verdicts, both ways, and OpenSLO documents as another program reads them.
#include "actors/exchange/csv_columns.hpp"
#include "actors/exchange/openslo_text.hpp"
#include "actors/exchange/samples_csv.hpp"
#include "actors/exchange/verdicts_csv.hpp"

#include <doctest/doctest.h>

#include <random>
#include <regex>

#include <yaml-cpp/yaml.h>

using namespace sluice;
using namespace sluice::exchange;
using namespace std::chrono_literals;

namespace {

constexpr wall_time second{1'795'361'830'000'000}; // 2026-11-22 15:37:10 UTC

sample_row some_row() {
  sample x;
  x.stream = {"gw1", "oltp", "10.0.0.7"};
  x.backend = "disk";
  x.sequence = 17;
  x.taken = second;
  x.interval = 900ms;
  x.arrivals = 4;
  x.completions = 3;
  x.reads = 2;
  x.writes = 1;
  x.read_bytes = 8192;
  x.write_bytes = 512;
  x.backlog = 1;
  x.in_flight = 2;
  x.mean_in_flight = 1.0 / 3;
  x.limited_by_rate = 5ms;
  x.backend_latency.record(1ms);
  x.backend_latency.record(1ms);
  x.backend_latency.record(7ms);
  x.total_latency.record(9ms);
  x.generation = 12;
  x.control = control_state::throttled;
  auto row = make_row(x, 3);
  row.first_sequence = 9;
  row.samples = 9;
  return row;
}

final_verdict some_verdict() {
  final_verdict x;
  x.what = {"oltp-gold",    3,   0,   second, 10s, verdict_outcome::violated, violation_cause::stream,
            "gw1/batch/c1", 8ms, 5ms, 900};
  x.requests = 9'000;
  x.measured_seconds = 10;
  return x;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> result;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find("\r\n", at);
    REQUIRE(end != text.npos);
    result.push_back(text.substr(at, end - at));
    at = end + 2;
  }
  return result;
}

/// The export with one piece of it replaced.
std::string with(std::string text, const std::string& part, const std::string& other) {
  const auto at = text.find(part);
  REQUIRE(at != text.npos);
  return text.replace(at, part.size(), other);
}

template<class Read>
csv_mistake mistake_in(const std::string& text, Read read) {
  const auto x = read(text);
  REQUIRE(std::holds_alternative<csv_mistake>(x));
  return std::get<csv_mistake>(x);
}

bool same(const sample_row& a, const sample_row& b) {
  return write_samples(std::vector{a}) == write_samples(std::vector{b})
         && a.total.total_latency == b.total.total_latency && a.total.backend_latency == b.total.backend_latency
         && a.total.sequence == b.total.sequence;
}

agreement promised() {
  agreement x;
  x.name = "oltp-gold";
  x.tenant = "acme";
  x.version = 3;
  x.since = second;
  x.objective.latency = {{latency_statistic::mean, 5ms, {2500}}, {latency_statistic::p999, 50ms, {}}};
  x.objective.compliance.target_ppm = 999'000;
  x.objective.compliance.time_zone = "Europe/Berlin";
  return x;
}

std::vector<YAML::Node> documents(const agreement& x) {
  return YAML::LoadAll(write_openslo(x, *calendar::zone::find(x.objective.compliance.time_zone)));
}

} // namespace

TEST_CASE("a row is a line under a header that names the units") {
  const auto lines = lines_of(write_samples(std::vector{some_row()}));
  REQUIRE(lines.size() == 2);
  CHECK(
      lines[0]
      == "gateway,volume,client,second_utc,incarnation,first_sequence,last_sequence,samples_count,backend,interval_ns,"
         "arrivals_count,completions_count,errors_count,reads_count,writes_count,read_bytes,write_bytes,"
         "backlog_count,in_flight_count,mean_in_flight_count,limited_by_rate_ns,limited_by_depth_ns,"
         "backend_latency_ns,total_latency_ns,generation,control");
  CHECK(lines[1]
        == "gw1,oltp,10.0.0.7,2026-11-22T15:37:10Z,3,9,17,9,disk,900000000,4,3,0,2,1,8192,512,1,2,0.3333333333333333,"
           "5000000,0,9000000 79:2 101:1,9000000 104:1,12,throttled");
}

TEST_CASE("a verdict is a line under a header that names the units") {
  const auto lines = lines_of(write_verdicts(std::vector{some_verdict()}));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]
        == "agreement,version,point,since_utc,length_ns,outcome,cause,culprit,measured_ns,target_ns,iops,"
           "requests_count,measured_seconds,basis");
  CHECK(lines[1]
        == "oltp-gold,3,0,2026-11-22T15:37:10Z,10000000000,violated,stream,gw1/batch/"
           "c1,8000000,5000000,900,9000,10,rows");
}

TEST_CASE("property: rows that were written are read back the same") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 dice{seed};
    std::vector<sample_row> rows(dice() % 4, some_row());
    for (auto& row : rows) {
      auto& x = row.total;
      x.taken = {second.unix_us + static_cast<std::int64_t>(dice() % 1'000'000) * 1'000'000};
      x.completions = dice() % 50;
      x.reads = x.writes = x.errors = 0;
      x.read_bytes = dice() % (1U << 30);
      x.mean_in_flight = static_cast<double>(dice() % 100'000) / 7;
      x.total_latency.clear();
      x.backend_latency.clear();
      for (std::uint64_t i = 0; i < x.completions; ++i) {
        x.total_latency.record(duration{static_cast<std::int64_t>(dice() % 10'000'000'000)});
        x.backend_latency.record(duration{static_cast<std::int64_t>(dice() % 1'000'000)});
      }
      row.incarnation = dice();
      x.control = static_cast<control_state>(dice() % 4);
    }
    const auto read = read_samples(write_samples(rows));
    REQUIRE(std::holds_alternative<std::vector<sample_row>>(read));
    const auto& again = std::get<0>(read);
    REQUIRE(again.size() == rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
      REQUIRE(same(again[i], rows[i]));
  }
}

TEST_CASE("property: verdicts that were written are read back the same") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 dice{seed};
    std::vector<final_verdict> rows(dice() % 5, some_verdict());
    for (auto& x : rows) {
      x.what.from = {static_cast<std::int64_t>(dice() % 4'000'000'000'000'000)};
      x.what.outcome = static_cast<verdict_outcome>(dice() % 4);
      x.what.cause = static_cast<violation_cause>(dice() % 6);
      x.what.culprit = dice() % 2 == 0 ? "" : "g/v/c";
      x.what.iops = dice();
      x.requests = dice();
      x.basis = static_cast<verdict_basis>(dice() % 2);
    }
    const auto read = read_verdicts(write_verdicts(rows));
    REQUIRE(std::holds_alternative<std::vector<final_verdict>>(read));
    REQUIRE(std::get<0>(read) == rows);
  }
}

TEST_CASE("lines may end without a carriage return, and the last one without anything") {
  auto text = write_verdicts(std::vector{some_verdict(), some_verdict()});
  text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
  text.pop_back();
  CHECK(std::get<0>(read_verdicts(text)).size() == 2);
}

TEST_CASE("fields are quoted as RFC 4180 has it") {
  const std::vector<std::string> fields{"plain", "a,b", "say \"yes\"", "two\r\nlines", "", " x "};
  std::string text;
  append_csv_line(text, fields);
  CHECK(text == "plain,\"a,b\",\"say \"\"yes\"\"\",\"two\r\nlines\",, x \r\n");
  append_csv_line(text, {"next"});
  csv_lines lines{text};
  std::vector<std::string> read;
  REQUIRE(lines.next(read) == csv_lines::status::line);
  CHECK(read == fields);
  CHECK(lines.line() == 1);
  REQUIRE(lines.next(read) == csv_lines::status::line);
  CHECK(read == std::vector<std::string>{"next"});
  CHECK(lines.line() == 3); // the first took two
  CHECK(lines.next(read) == csv_lines::status::end);
}

TEST_CASE("what is no CSV is refused with its line") {
  const auto wrong = [](const std::string& text) {
    csv_lines lines{text};
    std::vector<std::string> fields;
    auto status = csv_lines::status::line;
    while (status == csv_lines::status::line)
      status = lines.next(fields);
    CHECK(lines.next(fields) == status); // and stays so
    return status == csv_lines::status::mistake ? lines.mistake() : csv_mistake{};
  };
  CHECK(wrong("a,b\n\"c") == csv_mistake{2, "A quoted field does not end."});
  CHECK(wrong("a\nb\"c\n") == csv_mistake{2, "A quotation mark or a carriage return stands in the midst of a field."});
  CHECK(wrong("\"a\"b\n").line == 1);
  CHECK(wrong("a\rb\n").line == 1);
  CHECK(wrong(std::string(64, ',')) == csv_mistake{1, "A line has at most 64 fields."});
  CHECK(wrong(std::string(63, ',')) == csv_mistake{});
  CHECK(wrong(std::string(65'537, 'x')) == csv_mistake{1, "A line has at most 65536 bytes."});
}

TEST_CASE("a wrong line of samples is told with its number and one sentence") {
  const auto good = write_samples(std::vector{some_row(), some_row()});
  const auto wrong = [&](const char* part, const char* other) {
    return mistake_in(with(good, part, other), read_samples);
  };
  CHECK(mistake_in("", read_samples) == csv_mistake{1, "There must be a header."});
  CHECK(wrong("gateway,", "gate,")
        == csv_mistake{1, "The header must be the one of an export, beginning with gateway."});
  CHECK(wrong(",throttled", "") == csv_mistake{2, "There must be 26 fields, not 25."});
  CHECK(wrong(",throttled", ",held") == csv_mistake{2, "The field control has a value that it cannot have."});
  CHECK(wrong("2026-11-22T15:37:10Z", "2026-11-22T15:37:10.5Z").what
        == "The field second_utc has a value that it cannot have.");
  CHECK(wrong(",900000000,", ",900ms,").what == "The field interval_ns has a value that it cannot have.");
  CHECK(wrong(",900000000,", ",0,").what == "The row cannot be true: the interval is not between 0 and 1 minute.");
  CHECK(wrong(",4,3,0,", ",4,-3,0,").what == "The field completions_count has a value that it cannot have.");
  CHECK(wrong("gw1,", "gw/1,").what == "The row cannot be true: the stream's name is not valid.");
  CHECK(wrong(",9,17,9,", ",9,17,10,").what == "The sequence numbers and the number of samples contradict each other.");
  CHECK(wrong(",9,17,9,", ",18,17,9,").line == 2);
  for (const auto* const histogram :
       {"9000000 104", "9000000 104:1 ", "9000000 ", "9000000 104:1 79:2", "9000000 240:1", "9000000 104:0", "-1 104:1",
        "x 104:1", "9000000", "9000000 104:1:2", ""}) {
    CAPTURE(histogram);
    CHECK(wrong("9000000 104:1", histogram).what == "The field total_latency_ns has a value that it cannot have.");
  }
  CHECK(mistake_in(good + "gw1\r\n", read_samples) == csv_mistake{4, "There must be 26 fields, not 1."});
}

TEST_CASE("a wrong line of verdicts is told with its number and one sentence") {
  const auto good = write_verdicts(std::vector{some_verdict()});
  const auto wrong = [&](const char* part, const char* other) {
    return mistake_in(with(good, part, other), read_verdicts);
  };
  CHECK(wrong(",violated,", ",broken,") == csv_mistake{2, "The field outcome has a value that it cannot have."});
  CHECK(wrong(",rows", ",guess").what == "The field basis has a value that it cannot have.");
  CHECK(wrong("oltp-gold", "oltp gold").what == "The name of the agreement is none.");
  CHECK(wrong("gw1/batch/c1", "batch").what == "The culprit is no stream, written gateway/volume/client.");
  CHECK(wrong("oltp-gold,3", "oltp-gold,0").what == "A verdict has a version from 1 on and a length above 0.");
  CHECK(wrong(",8000000,", ",-8,").what == "The field measured_ns has a value that it cannot have.");
}

TEST_CASE("more rows than may be are refused") {
  std::string text = write_verdicts(std::vector{some_verdict()});
  const auto line = text.substr(text.find("\r\n") + 2);
  for (std::size_t i = 1; i < max_csv_rows; ++i)
    text += line;
  CHECK(std::get<0>(read_verdicts(text)).size() == max_csv_rows);
  CHECK(mistake_in(text + line, read_verdicts) == csv_mistake{100'002, "There may be at most 100000 rows."});
}

TEST_CASE("times are written to the microsecond and nothing else is read") {
  CHECK(time_text({0}) == "1970-01-01T00:00:00Z");
  CHECK(time_text({second.unix_us + 250'000}) == "2026-11-22T15:37:10.25Z");
  CHECK(time_text({second.unix_us + 1}) == "2026-11-22T15:37:10.000001Z");
  CHECK(parse_time("2026-11-22T15:37:10.25Z") == wall_time{second.unix_us + 250'000});
  CHECK(parse_time("2024-02-29T00:00:00Z").has_value());
  for (const auto* const text :
       {"", "Z", "2026-11-22T15:37:10", "2026-11-22 15:37:10Z", "2026-11-22T15:37:10+01:00", "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T15:60:00Z", "2026-11-22T15:37:60Z",
        "1969-12-31T23:59:59Z", "2026-11-22T15:37:10.Z", "2026-11-22T15:37:10.1234567Z", "2026-11-22T15:37:10x1Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time(text).has_value());
  }
}

TEST_CASE("each latency point becomes an SLO, beside the service of the tenant") {
  const auto all = documents(promised());
  REQUIRE(all.size() == 3);
  for (const auto& x : all)
    CHECK(x["apiVersion"].as<std::string>() == "openslo/v1");
  CHECK(all[0]["kind"].as<std::string>() == "Service");
  CHECK(all[0]["metadata"]["name"].as<std::string>() == "acme");
  const auto& slo = all[1];
  CHECK(slo["kind"].as<std::string>() == "SLO");
  CHECK(slo["metadata"]["name"].as<std::string>() == "oltp-gold-latency-0");
  CHECK(slo["metadata"]["displayName"].as<std::string>() == "oltp-gold: mean 5ms");
  CHECK(slo["metadata"]["annotations"]["up-to-iops"].as<std::string>() == "2500");
  const auto spec = slo["spec"];
  CHECK(spec["service"].as<std::string>() == "acme");
  CHECK(spec["description"].as<std::string>()
        == "Share of intervals of 10s with a mean latency of at most 5ms up to 2500 IOPS. Intervals of a higher load, "
           "without data or excluded do not count.");
  CHECK(spec["budgetingMethod"].as<std::string>() == "Occurrences");
  CHECK(spec["objectives"].size() == 1);
  CHECK(spec["objectives"][0]["target"].as<std::string>() == "0.999");
  const auto ratio = spec["indicator"]["spec"]["ratioMetric"];
  CHECK(ratio["counter"].as<bool>());
  CHECK(ratio["good"]["metricSource"]["spec"]["outcome"].as<std::string>() == "met");
  CHECK(ratio["total"]["metricSource"]["spec"]["outcome"].as<std::string>() == "met violated");
  CHECK(ratio["total"]["metricSource"]["spec"]["agreement"].as<std::string>() == "oltp-gold");
  CHECK(all[2]["metadata"]["annotations"]["statistic"].as<std::string>() == "p99.9");
}

TEST_CASE("a calendar month has the zone and the first month of the agreement, a rolling window its days") {
  auto x = promised();
  x.since = {1'793'491'200'000'000 - 1'800'000'000}; // 2026-10-31 23:30 UTC, November in Berlin
  const auto month = documents(x)[1]["spec"]["timeWindow"][0];
  CHECK(month["duration"].as<std::string>() == "1M");
  CHECK_FALSE(month["isRolling"].as<bool>());
  CHECK(month["calendar"]["startTime"].as<std::string>() == "2026-11-01 00:00:00");
  CHECK(month["calendar"]["timeZone"].as<std::string>() == "Europe/Berlin");
  x.objective.compliance.window = compliance_window::rolling_30_days;
  const auto rolling = documents(x)[1]["spec"]["timeWindow"][0];
  CHECK(rolling["duration"].as<std::string>() == "30d");
  CHECK(rolling["isRolling"].as<bool>());
  CHECK_FALSE(rolling["calendar"].IsDefined());
}

TEST_CASE("names become labels of RFC 1123, different ones different labels") {
  const std::regex label{"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"};
  std::vector<std::string> seen;
  for (const auto& name : {std::string{"oltp-gold"}, std::string{"OLTP-gold"}, std::string{"oltp_gold"},
                           std::string{"oltp.gold"}, std::string{"..."}, std::string{"-"}, std::string{"x-"},
                           std::string(255, 'a'), std::string(254, 'a') + 'b', std::string{"7"}}) {
    auto x = promised();
    x.name = name;
    x.tenant = name;
    for (const auto& document : documents(x)) {
      const auto its = document["metadata"]["name"].as<std::string>();
      CAPTURE(its);
      CHECK(std::regex_match(its, label));
      CHECK(std::find(seen.begin(), seen.end(), its) == seen.end());
      seen.push_back(its);
    }
    CHECK(documents(x)[1]["metadata"]["displayName"].as<std::string>().size() <= 63);
  }
}
