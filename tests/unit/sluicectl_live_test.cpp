// What the client makes of a stream of events: pieces, lost connections, changed rows. No server and no sleep.
#include "actors/sluicectl/event_lines.hpp"
#include "actors/sluicectl/event_stream.hpp"
#include "actors/sluicectl/follow.hpp"

#include <doctest/doctest.h>
#include <sstream>

using namespace sluice::ctl;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("unit.sluicectl_live");

namespace {

/// What was read, one text for each event.
std::vector<std::string> events_in(const std::vector<std::string>& pieces) {
  event_reader reader;
  std::vector<std::string> out;
  for (const auto& piece : pieces)
    CHECK(reader.read(piece, [&](const server_event& x) {
      out.push_back(x.name + '|' + x.id + '|' + x.data);
    }));
  return out;
}

/// One connection that a server would have.
struct scripted_connection {
  long status = 200;
  std::vector<std::string> pieces;
  std::string body{};
};

class talking : public server_link {
public:
  explicit talking(std::vector<scripted_connection> all)
      : server_link({"http://s", "secret", "t", output_format::table}), all_(std::move(all)) {}
  http_answer exchange(const http_request&) override {
    FAIL("nothing is asked");
    return {};
  }
  listening_end listen(const std::string& path, const std::string& last, const piece_taker& take) override {
    paths.push_back(path);
    last_ids.push_back(last);
    REQUIRE(paths.size() <= all_.size());
    const auto& x = all_[paths.size() - 1];
    listening_end end{{x.status, x.body}, false};
    for (const auto& piece : x.pieces)
      if (!take(piece)) {
        end.enough = true;
        break;
      }
    return end;
  }
  std::vector<std::string> paths;
  std::vector<std::string> last_ids;

private:
  std::vector<scripted_connection> all_;
};

/// What a follower was told, in order; it has enough after the event whose data is "end".
struct followed {
  std::vector<std::string> told;
  std::vector<std::chrono::milliseconds> pauses;
  std::ostringstream out, err;

  void run(server_link& server) {
    follow(server, {"streams?limit=5", "events"},
           {[&](bool anew) {
              told.push_back(anew ? "anew" : "goes on");
              return true;
            },
            [&](const std::string& topic, const std::string& id, const std::string& data) {
              told.push_back(topic + ' ' + id + ' ' + data);
              return data != "end";
            },
            [&](std::chrono::milliseconds x) {
              pauses.push_back(x);
            }},
           {out, err});
  }
  exit_code failed(server_link& server) {
    try {
      run(server);
    } catch (const failure& problem) {
      return problem.code();
    }
    return exit_code::done;
  }
};

using strings = std::vector<std::string>;

} // namespace

TEST_CASE("events are read as the specification says") {
  CHECK(events_in({"event: a\nid: 1\ndata: x\n\n"}) == strings{"a|1|x"});
  CHECK(events_in({"data: x\ndata: y\n\n"}) == strings{"||x\ny"});
  CHECK(events_in({"id: 1\ndata\n\ndata:x\n\n"}) == strings{"|1|", "|1|x"}); // the id stays
  CHECK(events_in({": comment\n\nevent: a\n\n"}).empty());                   // without data it is none
  CHECK(events_in({"event: a\r\ndata: x\r\n\r\nevent: b\rdata: y\r\r"}) == strings{"a||x", "b||y"});
  CHECK(events_in({"data: x\n"}).empty()); // it has not ended
  event_reader reader;
  CHECK(reader.read("retry: 250\nretry: soon\n", [](const server_event&) {}));
  CHECK(reader.pause() == 250ms);
}

TEST_CASE("property: wherever the pieces end, the events are the same") {
  const std::string text =
      "retry: 1000\n\n:\n\nevent: a\r\nid: b-1\r\ndata: {\"x\": \"y\"}\r\n\r\nid: b-2\ndata: 1\ndata: 2\n\n";
  const auto whole = events_in({text});
  CHECK(whole.size() == 2);
  for (std::size_t i = 0; i <= text.size(); ++i)
    for (std::size_t k = i; k <= text.size(); ++k)
      CHECK(events_in({text.substr(0, i), text.substr(i, k - i), text.substr(k)}) == whole);
}

TEST_CASE("an event without an end is not read for ever") {
  event_reader reader;
  const std::string piece(1 << 20, 'x');
  bool readable = true;
  for (int i = 0; i < 17 && readable; ++i)
    readable = reader.read("data: " + piece + '\n', [](const server_event&) {});
  CHECK_FALSE(readable);
}

TEST_CASE("who follows goes on behind the last event, with pauses that grow until there is a connection") {
  talking server{{{200, {"retry: 200\n\nevent: events\nid: b-1\ndata: one\n\n"}},
                  {0, {}, "refused"},
                  {503, {}, "{}"},
                  {401, {}, "{}"},
                  {200, {"event: events\nid: b-2\ndata: two\n\n"}},
                  {200,
                   {"event: reset\nid: c-0\ndata: {}\n\n",
                    "event: events\nid: c-1\ndata: end\n\nevent: events\ndata: more\n\n"}}}};
  followed x;
  x.run(server);
  CHECK(server.paths[0] == "/api/v1/watch?topics=streams%3Flimit%3D5%2Cevents");
  CHECK(server.last_ids == strings{"", "b-1", "b-1", "b-1", "b-1", "b-2"});
  CHECK(x.told == strings{"anew", "events b-1 one", "goes on", "events b-2 two", "goes on", "anew", "events c-1 end"});
  CHECK(x.pauses == std::vector<std::chrono::milliseconds>{200ms, 400ms, 800ms, 1600ms, 1000ms});
  const auto said = x.err.str();
  CHECK(said.find("the connection was lost; trying again every 1 s to 30 s") != std::string::npos);
  CHECK(said.find("connected again") != std::string::npos);
  CHECK(longer(20s) == 30s);
}

TEST_CASE("what will not get better ends it") {
  followed x;
  talking nobody{{{0, {}, "refused"}}};
  CHECK(x.failed(nobody) == exit_code::unreachable);
  talking wrong_token{{{401, {}, "{}"}}};
  CHECK(x.failed(wrong_token) == exit_code::refused);
  talking wrong_topic{{{422, {}, R"({"detail":"a topic cannot be watched"})"}}};
  CHECK(x.failed(wrong_topic) == exit_code::refused);
  talking no_right_any_more{{{200, {":\n\n"}}, {403, {}, "{}"}}};
  CHECK(x.failed(no_right_any_more) == exit_code::refused);
  CHECK(x.pauses.size() == 1);
}

TEST_CASE("only rows that are new or look otherwise are told, and those that are gone") {
  using nlohmann::json;
  changing_rows rows{resource_kind::throttle};
  const auto list = [](const char* text) {
    return json::parse(text);
  };
  CHECK(rows.take(list(R"([{"stream":"g/v/a","iops":5},{"stream":"g/v/b","iops":6}])")).rows.size() == 2);
  const auto same = rows.take(list(R"([{"stream":"g/v/a","iops":5,"lease_ms":1},{"stream":"g/v/b","iops":7}])"));
  REQUIRE(same.rows.size() == 1);
  CHECK(same.rows[0][0] == "g/v/b");
  CHECK(same.gone.empty());
  CHECK(rows.take(list(R"([{"stream":"g/v/b","iops":7}])")).gone == strings{"g/v/a"});
}

TEST_CASE("colours stand for what is lost and what is back, and only where colours may be") {
  CHECK(colour_of("promise-violated") == colour::red);
  CHECK(colour_of("promise-recovered") == colour::green);
  CHECK(colour_of("agreement-established") == colour::none);
  std::ostringstream out, err;
  CHECK(painted({out, err}, colour::red, "x") == "x");
  CHECK(painted({out, err, true, true, true}, colour::red, "x") == "\033[31mx\033[0m");
}
