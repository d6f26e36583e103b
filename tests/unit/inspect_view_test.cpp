// What people and scripts are shown, and what they may ask for.
#include "shm/inspect/figures.hpp"
#include "shm/inspect/json_text.hpp"
#include "shm/inspect/names.hpp"
#include "shm/inspect/options.hpp"
#include "shm/inspect/page.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <algorithm>

using namespace sluice::shm;
using namespace sluice::shm::inspect;
using namespace std::chrono_literals;

namespace {

/// The core's mailbox: two lanes in use, one of them in trouble, two never used. Its process is alive.
snapshot example(std::chrono::nanoseconds when, std::uint64_t messages, std::uint64_t beats) {
  snapshot x;
  x.directory = "/dev/shm";
  x.instance = "try";
  x.when = {std::chrono::system_clock::time_point{1'795'363'200s}, when, 0};
  x.roles = {{2, "application-server", 4, liveness::alive}, {3, "sla-core", 2, liveness::alive}};
  mailbox_found m;
  m.name = "sla-core";
  m.file = "/dev/shm/sluice.try.sla-core";
  m.version = layout_version;
  m.since = x.when.wall - 200s;
  m.role = 3;
  m.incarnation = 0xabc00002;
  m.state = liveness::alive;
  m.sizes = {4, 256, 4096};
  m.heartbeat = beats;
  m.sleeping = true;
  for (std::uint32_t i = 1; i <= 4; ++i) {
    lane_found l;
    l.sender = i;
    l.sender_name = role_names{{}}.of(i);
    m.lanes.push_back(l);
  }
  auto& busy = m.lanes[1];
  busy.head = 1'000;
  busy.tail = 1'002;
  busy.head_slot = slot_content::ready;
  busy.ready = 1;
  busy.writing = 1;
  busy.waiting = {{104, 1}};
  busy.holders = {{233, slot_content::writing, participant::of(2, 3), liveness::dead}};
  busy.oldest = 40ms;
  busy.messages = messages;
  busy.bytes = messages * 100;
  busy.full = 1;
  m.lanes[3].messages = 12'345'678;
  m.lanes[3].bytes = 98'765'432'100;
  x.mailboxes = {m};
  return x;
}

std::string text(const compared_look& x, bool colours = false) {
  std::string all;
  for (const auto& line : page(x, colours))
    all += line + "\n";
  return all;
}

bool has(const std::string& all, const std::string& part) {
  return all.find(part) != std::string::npos;
}

options asked(std::vector<std::string> arguments) {
  const auto parsed = parse_options(std::move(arguments));
  REQUIRE(parsed.asked);
  return *parsed.asked;
}

} // namespace

TEST_CASE("a page says who is there and what is in the lanes") {
  const auto before = example(1s, 500, 7);
  const auto now = example(3s, 530, 8);
  CHECK(text({now, &before, nullptr}) == R"(instance try in /dev/shm, 2026-11-22T16:00:00.000Z

ROLE                STATE  LIFE     UP  HEARTBEAT  RECEIVER  LANES x SLOTS x SIZE
application-server  alive     4      -          -         -                  none
sla-core            alive     2  3 min     moving    asleep      4 x 256 x 4096 B

to sla-core
  FROM                  USED  OLDEST  MESSAGES    BYTES
  application-server   2/256   40 ms       530  53.0 kB
      head 1000 ready, tail 1002
      waiting: 1 terms
      slot 233 is being written by application-server, life 3, dead
      found full 1 time
  performance-monitor  0/256       -     12.3M  98.8 GB
  never used: database-manager
)");
}

TEST_CASE("rates are those between two looks, and only of the same life") {
  const auto before = example(1s, 500, 7);
  auto now = example(3s, 530, 8);
  CHECK(has(text({now, &before, &before}), "530  53.0 kB   15.0  1.50 kB"));
  now.mailboxes[0].incarnation += 1;
  now.roles[1].life = 3;
  CHECK(has(text({now, &before, &before}), "530  53.0 kB      -        -"));
}

TEST_CASE("a heartbeat that stands still is told with how long") {
  const auto before = example(1s, 500, 7);
  const auto now = example(3s, 500, 7);
  CHECK(has(text({now, &before, nullptr}), "still 2.0 s"));
  CHECK_FALSE(has(text({now, &before, nullptr}), "moving"));
}

TEST_CASE("left-overs and unreadable mailboxes are told as such") {
  auto x = example(1s, 1, 1);
  x.mailboxes[0].state = liveness::dead;
  CHECK(has(text({x}), "to sla-core, left over from life 2, which is dead\n"));
  x.mailboxes[0].problem = "it is strange";
  CHECK(has(text({x}), "to sla-core\n  it is strange\n"));
  x.roster_problem = "there is none";
  CHECK(has(text({x}), "Nobody can say who is alive: there is none.\n"));
}

TEST_CASE("of one receiver only its mailbox is shown, and still everybody's state") {
  auto x = example(1s, 1, 1);
  x.mailboxes.push_back(x.mailboxes[0]);
  x.mailboxes[1].name = "application-server";
  const compared_look one{x, nullptr, nullptr, "sla-core"};
  CHECK_FALSE(has(text(one), "to application-server"));
  CHECK(has(text(one), "to sla-core"));
  CHECK(has(text(one), "4 x 256 x 4096 B"));
  CHECK(nlohmann::json::parse(json_text(one)).at("mailboxes").size() == 1);
}

TEST_CASE("lines keep to the width, with the largest numbers too") {
  auto x = example(3s, 530, 8);
  auto before = x;
  before.when.monotonic = 1s;
  auto& box = x.mailboxes[0];
  box.sizes = {8, max_slots, max_slot_bytes};
  before.mailboxes[0].lanes = box.lanes;
  for (auto& lane : box.lanes) {
    lane.sender_name = "performance-monitor";
    lane.messages = lane.bytes = lane.full = lane.recovered = lane.refused = ~std::uint64_t{0};
    lane.head = lane.tail = ~std::uint64_t{0};
    lane.ready = lane.impossible = max_slots;
    lane.oldest = std::chrono::milliseconds{~std::uint32_t{0}};
    lane.holders = {{65'535, slot_content::writing, participant::of(2, 0xfffff), liveness::unknown}};
  }
  for (const auto& line : page({x, &before, &before}, false))
    CHECK_MESSAGE(line.size() <= page_columns, line);
}

TEST_CASE("colours are sequences around the same text") {
  const auto now = example(3s, 530, 8);
  auto coloured = text({now}, true);
  CHECK(has(coloured, "\033[31mslot 233 is being written by application-server, life 3, dead\033[0m"));
  for (auto at = coloured.find('\033'); at != std::string::npos; at = coloured.find('\033'))
    coloured.erase(at, coloured.find('m', at) - at + 1);
  CHECK(coloured == text({now}, false));
}

TEST_CASE("the JSON object holds everything that was found") {
  const auto before = example(1s, 500, 7);
  const auto now = example(3s, 530, 8);
  const auto line = json_text({now, &before, &before});
  CHECK_FALSE(has(line, "\n"));
  const auto x = nlohmann::json::parse(line);
  CHECK(x.at("instance") == "try");
  CHECK(x.at("roster_problem") == nullptr);
  CHECK(x.at("roles").at(1).at("role") == "sla-core");
  CHECK(x.at("roles").at(1).at("state") == "alive");
  const auto& box = x.at("mailboxes").at(0);
  CHECK(box.at("receiver") == "sla-core");
  CHECK(box.at("life") == 2);
  CHECK(box.at("since") == "2026-11-22T15:56:40.000Z");
  CHECK(box.at("heartbeat_moved") == true);
  const auto& lane = box.at("lanes").at(1);
  CHECK(lane.at("sender") == "application-server");
  CHECK(lane.at("used") == 2);
  CHECK(lane.at("head_slot") == "ready");
  CHECK(lane.at("oldest_ms") == 40);
  CHECK(lane.at("waiting") == nlohmann::json::parse(R"([{"code": 104, "name": "terms", "slots": 1}])"));
  CHECK(lane.at("holders").at(0).at("state") == "dead");
  CHECK(lane.at("messages") == 530);
  CHECK(lane.at("messages_per_s") == 15.0);
  CHECK(box.at("lanes").at(0).at("oldest_ms") == nullptr);
  CHECK_FALSE(nlohmann::json::parse(json_text({now, nullptr, nullptr}))
                  .at("mailboxes")
                  .at(0)
                  .at("lanes")
                  .at(1)
                  .contains("messages_per_s"));
}

TEST_CASE("an unreadable mailbox is an object with its problem") {
  auto now = example(3s, 530, 8);
  now.mailboxes[0].problem = "not \xff text";
  const auto x = nlohmann::json::parse(json_text({now}));
  CHECK(has(x.at("mailboxes").at(0).at("problem"), "not "));
  CHECK_FALSE(x.at("mailboxes").at(0).contains("lanes"));
}

TEST_CASE("every operation code has a name of its own") {
  CHECK(operation_name(1) == "generic");
  CHECK(operation_name(100) == "sample-batch");
  CHECK(operation_name(132) == "database-status");
  CHECK(operation_name(4'711) == "code-4711");
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < 200; ++i)
    names.push_back(operation_name(i));
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
}

TEST_CASE("figures are short and have units") {
  CHECK(count_text(0) == "0");
  CHECK(count_text(999'999) == "999,999");
  CHECK(count_text(1'000'000) == "1.00M");
  CHECK(count_text(~std::uint64_t{0}) == "18.4E");
  CHECK(bytes_text(999) == "999 B");
  CHECK(bytes_text(4'096) == "4.10 kB");
  CHECK(bytes_text(999'600) == "1.00 MB");
  CHECK(rate_text(0.04) == "0.0");
  CHECK(rate_text(1'234.5) == "1,235");
  CHECK(span_text(999ms) == "999 ms");
  CHECK(span_text(1'500ms) == "1.5 s");
  CHECK(span_text(119s) == "119 s");
  CHECK(span_text(3h) == "3 h");
  CHECK(time_text(std::chrono::system_clock::time_point{951'782'400'123ms}) == "2000-02-29T00:00:00.123Z");
}

TEST_CASE("the command line") {
  CHECK_FALSE(asked({}).watch);
  CHECK(asked({"--watch"}).watch == 1s);
  CHECK(asked({"--watch=0.25", "--json"}).watch == 250ms);
  CHECK(asked({"--watch", "--json"}).json);
  CHECK(asked({"--instance", "a", "--role", "sla-core"}).instance == "a");
  CHECK(asked({"--directory=/x", "--no-color"}).directory == "/x");
  for (const auto& wrong : std::vector<std::vector<std::string>>{
           {"--watch=0"}, {"--watch=nan"}, {"--watch=4000"}, {"--wach"}, {"more"}, {"--role"}}) {
    const auto x = parse_options(wrong);
    CHECK_FALSE(x.asked);
    CHECK(x.code == exit_code::usage);
  }
  CHECK(has(parse_options({"--help"}).text, "--instance"));
  CHECK(has(parse_options({"--version"}).text, "sluice-shm-inspect " SLUICE_VERSION));
}

TEST_CASE("directory and instance are read from a process's ini file") {
  const auto x =
      parse_shm_section("core.ini", "[logger]\ninstance=5\n[shm]\n; a comment\ninstance = \"up-1\"\nslots=256\n"
                                    "directory=\"/run/sluice/slots\"\n[sla-core]\ndirectory=7\n");
  CHECK(x.mistakes.empty());
  CHECK(x.instance == "up-1");
  CHECK(x.directory == "/run/sluice/slots");
  CHECK(parse_shm_section("f", "[shm]\ninstance=5").mistakes
        == std::vector<std::string>{"f: line 2: shm.instance: expected a text in double quotes"});
  CHECK(has(parse_shm_section("f", "[shm]\ninstance=\"A B\"").mistakes.at(0), "expected 1 to 32 characters"));
}
