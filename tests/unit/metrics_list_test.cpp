// deploy/monitoring/METRICS.md against what the programs export: every family with its type and labels, both ways.
#include "actors/application_server/http/carriage_text.hpp"
#include "actors/application_server/http/metrics_text.hpp"
#include "actors/application_server/webhooks/figures_text.hpp"
#include "gateways/metrics/metrics_text.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

struct exported {
  std::string type;
  std::set<std::string> labels;
  friend bool operator==(const exported&, const exported&) = default;
};

using families = std::map<std::string, exported>;

/// The family that a series belongs to: histograms and summaries have series with a suffix.
std::string family_of(const std::string& series, const families& known) {
  for (const std::string_view suffix : {"", "_bucket", "_sum", "_count"})
    if (series.ends_with(suffix))
      if (const auto name = series.substr(0, series.size() - suffix.size()); known.contains(name))
        return name;
  return {};
}

std::set<std::string> label_names(const std::string& text) {
  std::set<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const auto equals = text.find("=\"", at);
    if (equals == std::string::npos)
      break;
    out.insert(text.substr(at, equals - at));
    auto end = equals + 2;
    while (text.at(end) != '"')
      end += text[end] == '\\' ? 2 : 1;
    at = end + 2; // behind the comma
  }
  return out;
}

/// Reads the text format; labels that belong to the format (le, quantile) are left out.
void read_text(const std::string& text, families& into) {
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("# TYPE ")) {
      const auto space = line.find(' ', 7);
      const auto [at, is_new] = into.emplace(line.substr(7, space - 7), exported{line.substr(space + 1), {}});
      CHECK_MESSAGE(is_new, at->first, " comes twice");
    } else if (!line.starts_with('#') && !line.empty()) {
      const auto end = line.find_first_of("{ ");
      const auto family = family_of(line.substr(0, end), into);
      REQUIRE_MESSAGE(!family.empty(), line);
      if (line[end] == '{')
        for (const auto& label : label_names(line.substr(end + 1, line.rfind('}') - end - 1)))
          if (label != "le" && label != "quantile")
            into[family].labels.insert(label);
    }
  }
}

void fill(observatory& known) {
  sample x;
  x.stream = {"gw1", "vol", "10.0.0.7"};
  x.backend = "disk";
  x.sequence = 1;
  x.interval = 1s;
  x.completions = x.reads = 1;
  x.total_latency.record(2ms);
  std::vector<sample_row> rows;
  throttle held;
  held.stream = x.stream;
  held.now.iops = rate{500};
  backend_status backend;
  backend.name = "disk";
  known.decisions.take({&held, 1}, {}, {&backend, 1}, true);
  known.streams.take(x, 1, 9s, rows);
  known.streams.close(10s, rows);
  known.gateways.record("gw1")->connected = true;
  agreement gold;
  gold.name = "gold";
  gold.tenant = "acme";
  known.agreements = {gold};
  verdict met;
  met.agreement = "gold";
  met.outcome = verdict_outcome::met;
  known.promises.note(met);
}

families of_application_server() {
  observatory known;
  fill(known);
  families out;
  read_text(http::metrics(known, {}).body, out);
  http::carriage carried;
  carried.mailboxes = {{"sla-core", true, 1, {{"application-server", 1, 1, 0, 0, 0, 0, 1, {}}}}};
  carried.outboxes = {{"sla-core", 0, 0, 0}};
  read_text(http::carriage_text(carried), out);
  read_text(webhooks::text_of({{"ops", {}, 0, 0ns, false}}), out);
  return out;
}

families of_gateway() {
  gateway::metrics_view x;
  x.gateway = "gw1";
  x.version = "1";
  auto& stream = x.streams.emplace_back();
  stream.what.id = {"gw1", "vol", "10.0.0.7"};
  stream.what.in_force.iops = rate{1};
  stream.what.in_force.bandwidth = rate{1};
  stream.what.in_force.depth = 1;
  auto& group = x.groups.emplace_back();
  group.config.name = "all";
  group.config.limits.iops = rate{1};
  group.config.limits.bandwidth = rate{1};
  group.config.limits.depth = 1;
  x.volumes.push_back({"vol", "disk", 0, 1, false});
  x.backends.push_back({"disk", "memory", 1, true});
  families out;
  read_text(gateway::text_of(x), out);
  return out;
}

std::vector<std::string> cells_of(const std::string& row) {
  std::vector<std::string> out;
  std::istringstream in{row.substr(1)};
  for (std::string cell; std::getline(in, cell, '|');) {
    const auto first = cell.find_first_not_of(' ');
    out.push_back(first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(' ') - first + 1));
  }
  return out;
}

struct listed_family {
  exported what;
  std::string unit;
  std::string meaning;
};

/// The rows that begin with a metric's name: | `name` | type | labels | unit | meaning |
std::map<std::string, listed_family> listed() {
  std::ifstream file{SLUICE_METRICS_LIST};
  REQUIRE(file);
  std::map<std::string, listed_family> out;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| `sluice_"))
      continue;
    const auto cells = cells_of(line);
    REQUIRE_MESSAGE(cells.size() == 5, line);
    listed_family x{{cells[1], {}}, cells[3], cells[4]};
    std::istringstream labels{cells[2]};
    for (std::string label; std::getline(labels, label, ',');)
      if (const auto first = label.find_first_not_of(' '); label.substr(first) != "–")
        x.what.labels.insert(label.substr(first));
    const auto name = cells[0].substr(1, cells[0].size() - 2);
    const bool is_new = out.emplace(name, std::move(x)).second;
    CHECK_MESSAGE(is_new, name, " is listed twice");
  }
  return out;
}

families all_exported() {
  auto out = of_application_server();
  for (const auto& [name, x] : of_gateway()) {
    const bool is_new = out.emplace(name, x).second;
    CHECK_MESSAGE(is_new, name, " is exported by both");
  }
  return out;
}

std::string text_of(const exported& x) {
  auto out = x.type;
  for (const auto& label : x.labels)
    out += ' ' + label;
  return out;
}

} // namespace

TEST_CASE("every family that is exported is in the list, with its type and labels") {
  const auto list = listed();
  for (const auto& [name, x] : all_exported()) {
    const auto found = list.find(name);
    REQUIRE_MESSAGE(found != list.end(), name, " is not in METRICS.md");
    CHECK_MESSAGE(text_of(found->second.what) == text_of(x), name);
  }
}

TEST_CASE("every family in the list is exported") {
  const auto real = all_exported();
  for (const auto& [name, x] : listed())
    CHECK_MESSAGE(real.contains(name), name, " is exported by nobody");
}

TEST_CASE("names keep the conventions") {
  for (const auto& [name, x] : listed()) {
    CHECK_MESSAGE((x.what.type == "counter") == name.ends_with("_total"), name);
    const std::string base = name.substr(0, name.size() - (name.ends_with("_total") ? 6 : 0));
    const std::map<std::string_view, std::string_view> units{{"_seconds", "s"},
                                                             {"_bytes", "bytes"},
                                                             {"_bytes_per_second", "bytes/s"},
                                                             {"_ratio", "0 to 1"},
                                                             {"_iops", "I/O per second"}};
    for (const auto& [suffix, unit] : units)
      CHECK_MESSAGE(base.ends_with(suffix) == (x.unit == unit), name, ": ", x.unit);
    CHECK_MESSAGE(x.meaning.size() > 10, name);
  }
}
