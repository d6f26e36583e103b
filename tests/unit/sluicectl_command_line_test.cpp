// What the client makes of its arguments, its configuration file and its surroundings.
#include "actors/sluicectl/command_line.hpp"
#include "actors/sluicectl/config_file.hpp"
#include "actors/sluicectl/settings.hpp"

#include <doctest/doctest.h>
#include <map>

using namespace sluice::ctl;
using namespace std::chrono_literals;

namespace {

command_line line_of(std::vector<std::string> arguments) {
  auto parsed = parse_command_line(std::move(arguments));
  INFO(parsed.text);
  REQUIRE(parsed.line);
  return *parsed.line;
}

template<class Command>
Command command_of(std::vector<std::string> arguments) {
  const auto line = line_of(std::move(arguments));
  REQUIRE(line.what);
  REQUIRE(std::holds_alternative<Command>(*line.what));
  return std::get<Command>(*line.what);
}

/// The sentence for a command line that is wrong.
std::string mistake_in(std::vector<std::string> arguments) {
  const auto parsed = parse_command_line(std::move(arguments));
  CHECK_FALSE(parsed.line);
  CHECK(parsed.code == exit_code::usage);
  return parsed.text;
}

using words = std::map<std::string, std::string>;

surroundings made_of(words environment, words files) {
  const auto lookup = [](const words& all, const std::string& key) {
    const auto found = all.find(key);
    return found == all.end() ? std::nullopt : std::optional{found->second};
  };
  return {[=](const std::string& name) {
            return lookup(environment, name);
          },
          [=](const std::string& path) {
            return lookup(files, path);
          }};
}

std::string settings_mistake(const command_line& line, const surroundings& from) {
  try {
    (void)make_settings(line, from);
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

} // namespace

TEST_CASE("traffic is of all streams and ten minutes unless told") {
  CHECK(command_of<traffic_command>({"traffic"}).seconds == 600);
  CHECK(command_of<traffic_command>({"traffic"}).streams.empty());
  const auto some = command_of<traffic_command>({"traffic", "g/v/a", "g/v/b", "--last", "1500ms"});
  CHECK(some.seconds == 2);
  CHECK(some.streams == std::vector<std::string>{"g/v/a", "g/v/b"});
  CHECK(contains(mistake_in({"traffic", "--last", "11m"}), "remembers 10m"));
  CHECK(contains(mistake_in({"traffic", "g/v"}), "expected GATEWAY/VOLUME/CLIENT"));
}

TEST_CASE("apply takes several sources in their order") {
  CHECK(command_of<apply_command>({"apply", "-f", "a.yaml", "-f", "-"}).sources
        == std::vector<std::string>{"a.yaml", "-"});
}

TEST_CASE("policies are applied with who and why, and have a history") {
  const auto x =
      command_of<apply_command>({"apply", "-f", "p.yaml", "--dry-run", "--force", "--who", "ann", "--why", "a"});
  CHECK(x.dry_run);
  CHECK(x.force);
  CHECK(x.who == "ann");
  CHECK(x.why == "a");
  (void)command_of<policy_command>({"policy", "history", "-o", "json"});
  CHECK(command_of<get_command>({"get", "policy"}).kind == resource_kind::policy);
  CHECK(mistake_in({"policy"}).find("policy history") != std::string::npos);
  CHECK(mistake_in({"describe", "policy", "x"}).find("get policy") != std::string::npos);
  CHECK(command_of<explain_command>({"explain", "backend", "disk"}).kind == resource_kind::backend);
  CHECK(command_of<explain_command>({"explain", "g/v/c"}).name == "g/v/c");
}

TEST_CASE("get takes a kind in singular or plural, and a name") {
  const auto x = command_of<get_command>({"get", "stream", "g/v/c"});
  CHECK(x.kind == resource_kind::stream);
  CHECK(x.name == "g/v/c");
  CHECK(command_of<get_command>({"get", "streams"}).kind == resource_kind::stream);
}

TEST_CASE("an unknown kind is answered with those that there are") {
  CHECK(contains(mistake_in({"get", "frogs"}), "there is no kind frogs; there are agreements, streams"));
}

TEST_CASE("global options may stand before and behind the command") {
  CHECK(line_of({"-o", "json", "get", "streams"}).output == output_format::json);
  CHECK(line_of({"get", "streams", "-o", "json"}).output == output_format::json);
  CHECK(line_of({"get", "streams", "--server", "http://x:1"}).server == "http://x:1");
}

TEST_CASE("limit wants a stream and at least one bound") {
  const auto x = command_of<limit_command>({"limit", "g/v/c", "--iops", "500", "--for", "10m", "--why", "a migration"});
  CHECK(x.iops == 500);
  CHECK(x.length == "10m");
  CHECK(x.why == "a migration");
  CHECK(contains(mistake_in({"limit", "g/v/c"}), "--iops, --bandwidth or both"));
  CHECK(contains(mistake_in({"limit", "g-v-c", "--iops", "5"}), "expected GATEWAY/VOLUME/CLIENT, got g-v-c"));
  CHECK(contains(mistake_in({"limit", "g/v/c", "--iops", "0"}), "expected a whole number from 1 on, got 0"));
  CHECK(contains(mistake_in({"limit", "g/v/c", "--iops", "-5"}), "expected a whole number from 1 on, got -5"));
}

TEST_CASE("clearing a limit excludes setting one") {
  CHECK(command_of<limit_command>({"limit", "g/v/c", "--clear"}).clear);
  CHECK(contains(mistake_in({"limit", "g/v/c", "--clear", "--iops", "5"}), "excludes"));
}

TEST_CASE("delete wants a name or a file, not both") {
  CHECK(command_of<delete_command>({"delete", "agreement", "gold"}).name == "gold");
  CHECK(command_of<delete_command>({"delete", "-f", "x"}).sources.size() == 1);
  CHECK(contains(mistake_in({"delete"}), "agreement NAME or -f FILE"));
  CHECK(contains(mistake_in({"delete", "agreement", "gold", "-f", "x"}), "agreement NAME or -f FILE"));
  CHECK(contains(mistake_in({"delete", "stream", "g/v/c"}), "only an agreement"));
}

TEST_CASE("wait takes its time-out before and behind the state") {
  CHECK(command_of<wait_command>({"wait", "ready", "--timeout", "5s"}).timeout == 5s);
  CHECK(command_of<wait_command>({"wait", "--timeout", "5s", "ready"}).timeout == 5s);
  const auto x = command_of<wait_command>({"wait", "throttled", "g/v/c", "g/v/d", "--timeout", "500ms"});
  CHECK(x.streams == std::vector<std::string>{"g/v/c", "g/v/d"});
  CHECK(x.timeout == 500ms);
  CHECK(contains(mistake_in({"wait"}), "ready, or throttled STREAM, or agreement NAME"));
  CHECK(contains(mistake_in({"wait", "throttled"}), "STREAM"));
  CHECK(contains(mistake_in({"wait", "ready", "--timeout", "5"}), "expected a length of time"));
}

TEST_CASE("wait for an agreement knows its states") {
  const auto x = command_of<wait_command>({"wait", "agreement", "gold", "--for=kept", "--timeout", "5s"});
  CHECK(x.agreement == "gold");
  CHECK(x.state == "kept");
  CHECK(x.timeout == 5s);
  CHECK(command_of<wait_command>({"wait", "agreement", "gold"}).state == "established");
  CHECK(contains(mistake_in({"wait", "agreement", "gold", "--for", "fun"}), "{established,kept,violated,suspended}"));
}

TEST_CASE("a choice of streams is for the list of streams alone") {
  const auto x = command_of<get_command>({"get", "streams", "--backend", "disk", "--throttled", "--limit", "5"});
  CHECK(x.streams.backend == "disk");
  CHECK(x.streams.throttled);
  CHECK(x.streams.limit == 5);
  CHECK(contains(mistake_in({"get", "agreements", "--throttled"}), "is for a list of streams"));
  CHECK(contains(mistake_in({"get", "stream", "g/v/c", "--limit", "5"}), "is for a list of streams"));
  CHECK(contains(mistake_in({"get", "streams", "--after", "x"}), "expected GATEWAY/VOLUME/CLIENT"));
}

TEST_CASE("a token is made for a role, a customer's for a tenant") {
  const auto x = command_of<token_command>(
      {"token", "create", "--role", "customer", "--tenant", "acme", "--label", "the portal", "--for", "90d"});
  CHECK(x.what == token_command::verb::create);
  CHECK(x.tenant == "acme");
  CHECK(x.length == "90d");
  CHECK(command_of<token_command>({"token", "revoke", "a", "b"}).ids == std::vector<std::string>{"a", "b"});
  CHECK(command_of<token_command>({"token", "list", "-o", "json"}).what == token_command::verb::list);
  CHECK(contains(mistake_in({"token"}), "say token create, list or revoke"));
  CHECK(contains(mistake_in({"token", "create", "--role", "customer", "--label", "x"}), "a customer has a --tenant"));
  CHECK(contains(mistake_in({"token", "create", "--role", "admin", "--tenant", "a", "--label", "x"}), "nobody else"));
  CHECK(
      contains(mistake_in({"token", "create", "--role", "king", "--label", "x"}), "{viewer,customer,operator,admin}"));
}

TEST_CASE("contexts are local commands, and what they set are the options that every command has") {
  const auto set = line_of({"context", "set", "lab", "--server", "https://lab:1", "--ca-file", "c"});
  REQUIRE(set.local);
  CHECK_FALSE(set.what);
  CHECK(std::get<context_command>(*set.local).what == context_command::verb::set);
  CHECK(std::get<context_command>(*set.local).name == "lab");
  CHECK(set.server == "https://lab:1");
  CHECK(set.ca_file == "c");
  CHECK(std::get<context_command>(*line_of({"context", "show"}).local).name.empty());
  CHECK(contains(mistake_in({"context"}), "say context list, use, show, set or delete"));
  CHECK(contains(mistake_in({"context", "use"}), "CONTEXT"));
  CHECK(contains(mistake_in({"context", "set", "a b"}), "no context can be called a b"));
  CHECK(line_of({"get", "streams", "--context", "lab"}).context == "lab");
}

TEST_CASE("help and version end well, no command and a stray word do not") {
  CHECK(parse_command_line({"--help"}).code == exit_code::done);
  CHECK(contains(parse_command_line({"limit", "--help"}).text, "--bandwidth"));
  CHECK(parse_command_line({"--version"}).text == "sluicectl " SLUICE_VERSION "\n");
  CHECK(contains(mistake_in({}), "say what to do"));
  CHECK(contains(mistake_in({"get", "streams", "--frob"}), "--frob"));
}

TEST_CASE("there is no argument that takes a token") {
  CHECK(contains(mistake_in({"get", "streams", "--token", "abc"}), "--token"));
}

TEST_CASE("spans have a unit and an end") {
  CHECK(parse_span("1m30s") == 90s);
  for (const auto* text : {"", "5", "0s", "-1s", "1us", "9000h"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_span(text));
  }
}

TEST_CASE("a configuration file may hold four keys and nothing else") {
  const auto right =
      parse_config_file("x.ini", "; mine\n[sluicectl]\nserver=\"http://a:1\"\ntoken-file = t\r\nca-file=c\n");
  CHECK(right.ca_file == "c");
  CHECK(right.mistakes.empty());
  CHECK(right.server == "http://a:1");
  CHECK(right.token_file == "t");
  const auto wrong = parse_config_file("x.ini", "sever=a\noutput=xml\n[other]\nserver\nserver=");
  CHECK(wrong.mistakes
        == std::vector<std::string>{"x.ini: line 1: sever: there is no such key; there are server, "
                                    "token-file, ca-file, output",
                                    "x.ini: line 2: output: expected table, json or yaml, got xml",
                                    "x.ini: line 3: [other]: expected the section [sluicectl]",
                                    "x.ini: line 4: server: expected KEY=VALUE",
                                    "x.ini: line 5: server: expected a value, quoted or not"});
}

TEST_CASE("a flag outranks the environment, which outranks the file") {
  const auto from = made_of({{"SLUICE_SERVER", "http://env"}}, {{"c", "server=http://file\noutput=json\n"}});
  CHECK(make_settings(line_of({"top", "--server", "http://flag/", "--config-file", "c"}), from).server
        == "http://flag");
  CHECK(make_settings(line_of({"top", "--config-file", "c"}), from).server == "http://env");
  CHECK(make_settings(line_of({"top", "--config-file", "c"}), made_of({}, {{"c", "server=http://file"}})).server
        == "http://file");
  CHECK(make_settings(line_of({"top"}), made_of({}, {})).server == "http://127.0.0.1:8080");
  CHECK(make_settings(line_of({"top", "--config-file", "c"}), from).output == output_format::json);
  CHECK(make_settings(line_of({"top", "--config-file", "c", "-o", "table"}), from).output == output_format::table);
}

TEST_CASE("the token comes from the first file that exists") {
  const auto both = made_of({}, {{"var/run/token", "near\n"}, {"/var/lib/sluice/token", "far\n"}});
  CHECK(make_settings(line_of({"top"}), both).token == "near");
  CHECK(make_settings(line_of({"top"}), made_of({}, {{"/var/lib/sluice/token", "far\n"}})).token == "far");
  const auto named = made_of({{"SLUICE_TOKEN_FILE", "e"}}, {{"e", "env"}, {"f", "flag"}});
  CHECK(make_settings(line_of({"top"}), named).token == "env");
  CHECK(make_settings(line_of({"top", "--token-file", "f"}), named).token == "flag");
}

TEST_CASE("without a token file it is said where one was looked for") {
  const auto x = make_settings(line_of({"top"}), made_of({}, {}));
  CHECK(x.token.empty());
  CHECK(contains(x.token_source, "var/run/token"));
}

TEST_CASE("what is no token file, no address and no configuration is refused") {
  CHECK(settings_mistake(line_of({"top", "--token-file", "f"}), made_of({}, {})) == "f: the token file cannot be read");
  CHECK(contains(settings_mistake(line_of({"top", "--token-file", "f"}), made_of({}, {{"f", "a\nHost: b"}})),
                 "f: holds no token"));
  CHECK(contains(settings_mistake(line_of({"top", "--token-file", "f"}), made_of({}, {{"f", "\n"}})),
                 "f: holds no token"));
  CHECK(
      contains(settings_mistake(line_of({"top", "--server", "localhost:80"}), made_of({}, {})), "expected an address"));
  CHECK(settings_mistake(line_of({"top", "--config-file", "c"}), made_of({}, {})) == "c: cannot be read");
  CHECK(contains(settings_mistake(line_of({"top", "--config-file", "c"}), made_of({}, {{"c", "x=1"}})),
                 "c: line 1: x: there is no such key"));
}
