// Reading scenario files: what is meant, and what is said about wrong ones.
#include "tests/sim/scenario/trace_file.hpp"
#include "tests/sim/test/sim_fixture.hpp"

#include <filesystem>
#include <fstream>

#include <unistd.h>

using namespace sluice;
using namespace sluice::sim;
using namespace std::chrono_literals;

namespace {

/// All complaints, a line each.
std::string complaints(const std::string& text) {
  const auto read = read_scenario(text, "x");
  std::string all;
  for (const auto& x : read.problems)
    all += to_string(x, "x") + '\n';
  return all;
}

std::string with_bar(const std::string& bar) {
  return replaced("{ measure: rate, clients: victim, at_least: 1 }", "{ " + bar + " }");
}

std::string with_phase(const std::string& phase) {
  return replaced("{ depth: 16 }", "{ " + phase + " }");
}

} // namespace

TEST_CASE("a good file is read as it says") {
  auto text = replaced("phases: [{ depth: 16 }]", "reads: 70%\n    size: { 4KiB: 25%, 64KiB: 75% }\n    phases:\n"
                                                  "      - { from: 500ms, to: 2s, open: 900, on: 1s, off: 250ms }");
  text += "link: { delay: [1ms, 7ms], lost: 30% }\nfaults: [{ at: 1s, fault: clock, back: 1h }]\npolicy: { knee: 25ms, "
          "tenants: { acme: { weight: 3 } } }\n";
  const auto x = read_good(text);
  CHECK(x.length == 4s);
  CHECK(x.policy.knee == 25ms);
  CHECK(x.policy.tenants == std::vector<tenant_share>{{"acme", "", 3}});
  CHECK(x.gateways.front().link.delay_most == 7ms);
  CHECK(x.gateways.front().link.lost == 300'000);
  REQUIRE(x.agreements.size() == 1);
  CHECK(x.agreements.front().objective.reservation == rate{1000});
  const auto& victim = x.clients.front();
  CHECK(victim.reads == 700'000);
  CHECK(victim.sizes[1].bytes == 65536);
  CHECK(victim.phases.front().from == 500ms);
  CHECK(victim.phases.front().per_second == 900);
  CHECK(x.streams[victim.streams.front()].id == stream_id{"g", "oltp", "db"});
  CHECK(x.faults.front().length == -1h);
}

TEST_CASE("many clients are numbered, and go round the gateways") {
  auto text = replaced("g: { volumes", "g: { count: 3, volumes");
  text.replace(text.find("g/oltp/db"), 9, "g-#/oltp/db-#\n    count: 5");
  text.replace(text.find("g/batch/job"), 11, "[g-1/batch/job, g-2/batch/job]");
  text.replace(text.find("clients: victim"), 15, "clients: victim-*");
  const auto x = read_good(text);
  REQUIRE(x.clients.size() == 6);
  CHECK(x.clients[4].name == "victim-5");
  CHECK(to_string(x.streams[x.clients[4].streams.front()].id) == "g-2/oltp/db-5");
  CHECK(x.clients[5].streams.size() == 2);
  CHECK(x.bars.front().clients.size() == 5);
}

TEST_CASE("each mistake is one sentence with line and key") {
  CHECK(complaints(replaced("length: 4s", "length: 4"))
        == "x:2: length must be a time such as 500us, 20ms or 1.5s, from 1s to 24h\n");
  CHECK(complaints(replaced("servers: 8", "servers: 0"))
        == "x:4: backends.disk.servers must be a whole number from 1 to 4096\n");
  CHECK(complaints(replaced("service: 1ms", "latency: 1ms"))
            .starts_with("x:4: backends.disk.latency is no key here; there are "));
  CHECK(complaints(replaced("batch: disk", "batch: tape"))
            .starts_with("x:6: gateways.g.volumes.batch must be the name of a backend; there are disk\n"));
  CHECK(complaints(replaced("g/oltp/db", "g/oltp"))
        == "x:16: clients.victim.stream must be GATEWAY/VOLUME/CLIENT\nx:22: bars[0].clients has victim, which is the "
           "name of no client\n");
  CHECK(complaints(replaced("tier: gold", "tier: platinum"))
        == "x:13: agreements[0].spec.objective.tier must be best-effort, bronze, silver or gold\n");
  CHECK(complaints(replaced("iops: 1000", "iops: many"))
        == "x:13: agreements[0].spec.objective.reservation.iops must be a whole number from 1 to 100000000\n");
  CHECK(complaints(with_phase("depth: 4, open: 5"))
        == "x:17: clients.victim.phases[0] must have exactly one of open, depth, trace and probe\n");
  CHECK(complaints(with_phase("open: 5, think: 1ms"))
        == "x:17: clients.victim.phases[0].think is only for phases with depth\n");
  CHECK(complaints(with_phase("open: 5, from: 2s, to: 1s"))
        == "x:17: clients.victim.phases[0].to must be later than from\n");
  CHECK(complaints(with_phase("open: 5, on: 1s"))
        == "x:17: clients.victim.phases[0].on needs the other of on and off\n");
  CHECK(complaints(with_phase("trace: no/such/file.csv"))
        == "x:17: clients.victim.phases[0].trace cannot be read: No such file or directory\n");
  CHECK(complaints(with_bar("measure: speed, at_least: 1")).starts_with("x:22: bars[0].measure must be windows_met, "));
  CHECK(complaints(with_bar("measure: rate")) == "x:22: bars[0] must have at_least, at_most, or is and within\n");
  CHECK(complaints(with_bar("measure: rate, is: 4")) == "x:22: bars[0].is needs the other of is and within\n");
  CHECK(complaints(with_bar("measure: rate, clients: nobody, at_least: 1"))
        == "x:22: bars[0].clients has nobody, which is the name of no client\n");
  CHECK(complaints(with_bar("measure: windows_met, at_least: 99%")) == "x:22: bars[0].target is missing\n");
  CHECK(complaints(with_bar("measure: rate, at_least: 99%"))
        == "x:22: bars[0].at_least must be a number such as 0.98 or 1900\n");
}

TEST_CASE("all mistakes are said at once, by line") {
  auto text = replaced("servers: 8", "servers: x");
  text.replace(text.find("at_least: 1"), 11, "at_most: few");
  text += "faults: [{ at: 9s, fault: restart, of: disk, for: 0s }, { at: 1s, fault: restart, of: gateway, gateway: h, "
          "for: 1s }]\n";
  CHECK(complaints(text)
        == "x:4: backends.disk.servers must be a whole number from 1 to 4096\n"
           "x:22: bars[0].at_most must be a number such as 0.98 or 1900\n"
           "x:23: faults[0].at must be within the length of the scenario\n"
           "x:23: faults[0].of must be core, monitor, application-server or gateway\n"
           "x:23: faults[0].for must be a time such as 500us, 20ms or 1.5s, from 1ms to 24h\n"
           "x:23: faults[1].gateway must be the name of a gateway; there are g\n");
}

TEST_CASE("what is no YAML, or more than that, is refused") {
  CHECK(complaints("") == "x: the file is empty\n");
  CHECK(complaints("[1, 2").starts_with("x:"));
  CHECK(complaints("a: 1\na: 2\n") == "x:2: the key a is given twice\n");
  CHECK(complaints("a: &x 1\nb: *x\n") == "x:1: anchors are not allowed\n");
  CHECK(complaints("a: !!int 1\n") == "x:1: tags are not allowed\n");
  CHECK(complaints("a: 1\n---\nb: 2\n") == "x: there is more than one document in the file\n");
  CHECK(complaints(std::string("a: \0", 4)) == "x: this is no YAML: there is a zero byte\n");
  CHECK(complaints(std::string(2'000'000, ' ')) == "x: the file is larger than 1 MiB\n");
  CHECK(complaints(std::string(100, '[') + std::string(100, ']')).find("nested too deeply") != std::string::npos);
  CHECK(complaints("just text").starts_with("x:1: "));
  CHECK(read_scenario_file("/no/such/scenario.yaml").problems.front().what
        == "cannot be read: No such file or directory");
}

TEST_CASE("nothing that stands in a file brings the reader down") {
  const std::string good = small_scenario;
  for (std::size_t i = 0; i < good.size(); i += 3) {
    for (const auto c : {'\0', '{', ':', '-', '9', '\xff'}) {
      auto text = good;
      text[i] = c;
      static_cast<void>(read_scenario(text, "x"));
    }
    static_cast<void>(read_scenario(good.substr(0, i), "x"));
  }
}

TEST_CASE("traces are read by line, and a wrong line is named") {
  const auto path = std::filesystem::temp_directory_path() / ("sluice-sim-trace-" + std::to_string(::getpid()));
  const auto read = [&](const std::string& text, std::string& problem) {
    std::ofstream{path} << text;
    return read_trace_file(path.string(), problem);
  };
  std::string problem;
  const auto good = read("# made up\ntime_us,operation,size_bytes,offset_bytes\n5,R,4096,0\r\n7,W,512,1024\n", problem);
  CHECK(problem.empty());
  REQUIRE(good.size() == 2);
  CHECK(good[1].at == 7us);
  CHECK(good[1].write);
  CHECK(good[1].offset == 1024);
  for (const auto* text :
       {"5,R,4096\n", "5,X,4096,0\n", "5,R,4096,0,1\n", "7,R,1,0\n5,R,1,0\n", "-5,R,4096,0\n", "5,R,,0\n"}) {
    problem.clear();
    CHECK(read(text, problem).empty());
    CHECK(problem.starts_with("line "));
  }
  problem.clear();
  CHECK(read("# nothing\n", problem).empty());
  CHECK(problem == "holds no request");
  std::filesystem::remove(path);
}
