// Contexts at the client: the file, and which of all the places a setting comes from. No server.
#include "actors/sluicectl/contexts.hpp"
#include "actors/sluicectl/failure.hpp"
#include "actors/sluicectl/settings.hpp"

#include <doctest/doctest.h>
#include <map>

using namespace sluice::ctl;

TEST_SUITE_BEGIN("unit.sluicectl_contexts");

namespace {

std::string mistake_in(const std::string& text) {
  try {
    (void)read_contexts("c.yaml", text);
  } catch (const failure& problem) {
    CHECK(problem.code() == exit_code::usage);
    return problem.what();
  }
  FAIL("nothing was wrong");
  return {};
}

using texts = std::map<std::string, std::string>;

surroundings made_of(texts environment, texts files, std::string open = {}) {
  const auto lookup = [](const texts& all, const std::string& key) {
    const auto found = all.find(key);
    return found == all.end() ? std::nullopt : std::optional{found->second};
  };
  return {[=](const std::string& name) {
            return lookup(environment, name);
          },
          [=](const std::string& path) {
            return lookup(files, path);
          },
          [=](const std::string& path) {
            return path == open;
          }};
}

command_line line_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"get", "streams"});
  auto parsed = parse_command_line(std::move(arguments));
  INFO(parsed.text);
  REQUIRE(parsed.line);
  return *parsed.line;
}

const std::string path = "/home/ann/.config/sluice/config.yaml";
const std::string book = R"(current: near
contexts:
  near: {server: "http://near:1/", token-file: /t/near, ca-file: /c/near}
  far: {server: "https://far:2", token-file: /t/far}
)";
const texts files{{path, book}, {"/t/near", "token-near"}, {"/t/far", "token-far"}, {"/t/other", "token-other"}};

settings found(texts environment, std::vector<std::string> arguments) {
  environment.emplace("HOME", "/home/ann");
  return make_settings(line_of(std::move(arguments)), made_of(std::move(environment), files));
}

} // namespace

TEST_CASE("contexts are read and written, and read again are the same") {
  const auto read = read_contexts("c.yaml", book);
  CHECK(read.current == "near");
  REQUIRE(read.contexts.size() == 2);
  CHECK(read.contexts.at("far").server == "https://far:2");
  CHECK(read.contexts.at("far").token_file == "/t/far");
  CHECK_FALSE(read.contexts.at("far").ca_file);
  const auto again = read_contexts("c.yaml", write_contexts(read));
  CHECK(again.current == read.current);
  CHECK(again.contexts == read.contexts);
  CHECK(read_contexts("c.yaml", "").contexts.empty());
  CHECK(read_contexts("c.yaml", "contexts:\n").contexts.empty());
}

TEST_CASE("what is wrong with a contexts file is one sentence") {
  CHECK(mistake_in("a: [").starts_with("c.yaml: line 1: is no YAML: "));
  CHECK(mistake_in("[1]") == "c.yaml: expected names with values");
  CHECK(mistake_in("context: a") == "c.yaml: there is no key context; there are current, contexts");
  CHECK(mistake_in("contexts: {a: {server: s, token: x}}")
        == "c.yaml: contexts.a: there is no key token; there are server, token-file, ca-file");
  CHECK(mistake_in("contexts: {a: {}}") == "c.yaml: contexts.a: server is missing");
  CHECK(mistake_in("contexts: {a: {server: s}, a: {server: s}}") == "c.yaml: contexts: a is given twice");
  CHECK(mistake_in("contexts: {a/b: {server: s}}") == "c.yaml: contexts: no context can be called a/b");
  CHECK(mistake_in("contexts: {a: {server: s, token-file: t}}")
        == "c.yaml: contexts.a: token-file: expected a path from the root on, found t");
  CHECK(mistake_in("current: b\ncontexts: {a: {server: s}}")
        == "c.yaml: there is no context b; there are: a (sluicectl context set makes one)");
  CHECK(mistake_in(std::string(max_context_bytes + 1, ' ')).starts_with("c.yaml: is larger than"));
}

TEST_CASE("the contexts file is where XDG says, else below the home directory") {
  CHECK(contexts_path(made_of({{"XDG_CONFIG_HOME", "/x"}, {"HOME", "/h"}}, {})) == "/x/sluice/config.yaml");
  CHECK(contexts_path(made_of({{"XDG_CONFIG_HOME", "x"}, {"HOME", "/h"}}, {})) == "/h/.config/sluice/config.yaml");
  CHECK_FALSE(contexts_path(made_of({}, {})));
}

TEST_CASE("the current context counts where nothing else was said") {
  const auto x = found({}, {});
  CHECK(x.server == "http://near:1");
  CHECK(x.token == "token-near");
  CHECK(x.ca_file == "/c/near");
}

TEST_CASE("each place outranks those behind it") {
  // In the order of rank, the first being the last resort; each is added to those before.
  CHECK(make_settings(line_of({}), made_of({}, {})).server == "http://127.0.0.1:8080");
  CHECK(found({}, {}).server == "http://near:1");
  const auto with_file = [&](texts environment, std::vector<std::string> arguments) {
    environment.emplace("HOME", "/home/ann");
    auto all = files;
    all.emplace("c.ini", "server=http://file");
    arguments.insert(arguments.end(), {"--config-file", "c.ini"});
    return make_settings(line_of(std::move(arguments)), made_of(std::move(environment), all)).server;
  };
  CHECK(with_file({}, {}) == "http://file");
  CHECK(with_file({{"SLUICE_CONTEXT", "far"}}, {}) == "https://far:2");
  CHECK(with_file({{"SLUICE_CONTEXT", "far"}, {"SLUICE_SERVER", "http://env"}}, {}) == "http://env");
  CHECK(with_file({{"SLUICE_SERVER", "http://env"}}, {"--context", "far"}) == "https://far:2");
  CHECK(with_file({{"SLUICE_SERVER", "http://env"}}, {"--context", "far", "--server", "http://flag"}) == "http://flag");
}

TEST_CASE("a context's token and authority go to its own server alone") {
  const auto elsewhere = found({}, {"--server", "http://elsewhere"});
  CHECK(elsewhere.token.empty());
  CHECK(elsewhere.ca_file.empty());
  CHECK(elsewhere.token_source == "none was named for http://elsewhere");
  CHECK(found({}, {"--server", "http://near:1"}).token == "token-near"); // it is that server
  CHECK(found({{"SLUICE_CONTEXT", "far"}}, {}).token == "token-far");
  CHECK(found({{"SLUICE_CONTEXT", "far"}}, {}).ca_file.empty());
  CHECK(found({{"SLUICE_TOKEN_FILE", "/t/other"}}, {}).token == "token-other");
  CHECK(found({{"SLUICE_TOKEN_FILE", "/t/other"}}, {"--context", "far"}).token == "token-far");
  CHECK(found({}, {"--context", "far", "--token-file", "/t/other"}).token == "token-other");
  CHECK(found({{"SLUICE_CA_FILE", "/c/env"}}, {}).ca_file == "/c/env");
}

TEST_CASE("the token of this machine's server goes to this machine alone") {
  const texts own{{"var/run/token", "own"}};
  const auto token_for = [&](const char* server) {
    return make_settings(line_of({"--server", server}), made_of({}, own)).token;
  };
  for (const auto* here : {"http://127.0.0.1:8080", "https://localhost", "http://[::1]:8080", "http://localhost/x"})
    CHECK(token_for(here) == "own");
  for (const auto* there : {"http://example.org", "http://localhost.example.org", "http://127.0.0.10:80"})
    CHECK(token_for(there).empty());
  CHECK_THROWS_AS(token_for("http://127.0.0.1:80@example.org"), failure);
}

TEST_CASE("a token file that others can read is told") {
  const auto from = made_of({}, {{"f", "token"}}, "f");
  const auto x = make_settings(line_of({"--token-file", "f"}), from);
  CHECK(x.warnings == std::vector<std::string>{"f can be read by others; chmod 600 it"});
  CHECK(make_settings(line_of({"--token-file", "f"}), made_of({}, {{"f", "token"}})).warnings.empty());
}

TEST_CASE("a context that is not there is told with those that are") {
  for (const auto& environment : {texts{}, texts{{"SLUICE_CONTEXT", "lab"}}}) {
    try {
      (void)found(environment,
                  environment.empty() ? std::vector<std::string>{"--context", "lab"} : std::vector<std::string>{});
      FAIL("nothing was wrong");
    } catch (const failure& problem) {
      CHECK(std::string{problem.what()}
            == path
                   + ": there is no context lab; there are: far, near (sluicectl context "
                     "set makes one)");
    }
  }
}
