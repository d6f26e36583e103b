// What leaves the server as a file and comes back, with the real processes and a real PostgreSQL: exports proved by two
// verifiers, pages that are asked for twice, the check of what is stored, CSV out and in again.
#include "tests/process/child_process.hpp"
#include "tests/process/evidence_store_fixture.hpp"
#include "tests/process/http_client.hpp"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <thread>

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 30s; // for anything that must happen
constexpr auto day_one = "from=2024-05-01&to=2024-05-02";
constexpr auto all_days = "from=2024-05-01&to=2024-06-01";

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

template<class Predicate>
bool eventually(Predicate holds) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

struct ran {
  int code = 0;
  std::string said; ///< both streams
};

/// Database manager, application server and performance monitor over what a proved_store put into PostgreSQL.
class server_processes {
public:
  server_processes() {
    start_manager();
    start(server_, "sluice-application-server",
          {"--application-server.port=0", "--application-server.token-file=" + file("token")});
    start(monitor_, "sluice-performance-monitor", {"--performance-monitor.port=0"});
    REQUIRE(eventually([&] {
      return port() != 0 && said("sluice-application-server").find("terms-loaded") != std::string::npos;
    }));
    token_ = content_of(file("token"));
    while (!token_.empty() && token_.back() == '\n')
      token_.pop_back();
  }

  void start_manager() {
    start(manager_, "sluice-database-manager",
          {"--database-manager.url=" + server().url(), "--database-manager.schema-directory=" SLUICE_SCHEMA_DIRECTORY,
           "--database-manager.spool-directory=" + file("spool"), "--database-manager.signing-key=" + file("key"),
           "--database-manager.keep-verdicts=3650", "--database-manager.keep-decisions=3650",
           "--database-manager.keep-late=3650", "--database-manager.keep-samples=3650"});
  }
  void kill_manager() {
    manager_->signal(SIGKILL);
    manager_->wait();
  }

  [[nodiscard]] std::string file(const std::string& name) const {
    return (place_.path() / name).string();
  }
  [[nodiscard]] std::string said(const std::string& program) const {
    return content_of(file(program + ".log"));
  }

  heard send(const std::string& method, const std::string& path, const std::string& body = {}) const {
    http_client client{static_cast<std::uint16_t>(port())};
    client.send(method + ' ' + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token_
                + "\r\nContent-Type: text/csv\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.receive(patience);
  }
  heard get(const std::string& path) const {
    return send("GET", path);
  }

  /// sluicectl with these words.
  ran ctl(const std::string& words) const {
    return run((bin_directory() / "sluicectl").string() + " --server http://127.0.0.1:" + std::to_string(port())
               + " --token-file " + file("token") + ' ' + words);
  }
  static ran run(const std::string& command) {
    auto* pipe = ::popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    ran x;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
      x.said += static_cast<char>(c);
    x.code = WEXITSTATUS(::pclose(pipe));
    return x;
  }

private:
  void start(std::optional<child_process>& to, const std::string& program, std::vector<std::string> options) {
    options.push_back("--shm.directory=" + place_.path().string());
    to.emplace(bin_directory() / program, std::move(options), place_.path() / (program + ".log"));
  }
  [[nodiscard]] int port() const {
    const auto log = said("sluice-application-server");
    const auto ready = log.find("ready process=");
    const auto at = ready == std::string::npos ? ready : log.find("port=", ready);
    return at == std::string::npos ? 0 : std::atoi(log.c_str() + at + 5);
  }

  scratch_directory place_;
  std::optional<child_process> manager_;
  std::optional<child_process> server_;
  std::optional<child_process> monitor_;
  std::string token_;
};

/// Target of the Link header to the next page; empty if there is none.
std::string next_of(const heard& x) {
  constexpr std::string_view name = "\r\nLink: <";
  const auto at = x.header.find(name);
  if (at == std::string::npos)
    return {};
  const auto begin = at + name.size();
  return x.header.substr(begin, x.header.find(">; rel=\"next\"") - begin);
}

std::string whole_text(const server_processes& x, std::string path) {
  std::string text;
  while (!path.empty()) {
    const auto page = x.get(path);
    REQUIRE(page.status == 200);
    text += page.body;
    path = next_of(page);
  }
  return text;
}

/// So many intervals of three points are 1.5 MB of an export.
constexpr std::int64_t three_pages = 1'500;

/// Changes what is stored, as somebody may who owns the machine: without the tables' triggers.
void as_superuser(const std::string& statement) {
  pqxx::connection connection{server().url("sluice", "postgres")};
  pqxx::nontransaction direct{connection};
  direct.exec("SET session_replication_role = replica");
  direct.exec(statement);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("an export by sluicectl is right by both verifiers, and a byte that changes in the database is found") {
  proved_store filled;
  server_processes x;
  const auto file = x.file("may.evidence");
  // The day is that of Berlin; two hours of it are before the first verdict.
  const auto made = x.ctl("evidence export a --period 2024-05-01 --output " + file);
  REQUIRE_MESSAGE(made.code == 0, made.said);
  CHECK(has(made.said, "verdicts    396\n"));
  CHECK(server_processes::run("/usr/bin/python3 " SLUICE_EVIDENCE_VERIFIER " " + file).said
        == "right: a, 396 verdicts, 3 roots\n");
  const auto key = x.ctl("evidence key");
  REQUIRE(key.code == 0);
  const auto digits = key.said.substr(key.said.find_first_not_of(' ', 3), 64);
  CHECK(x.ctl("evidence verify " + file + " --key " + digits).code == 1); // the days were signed by another one
  const auto own = evidence::to_hex(filled.key.published());
  CHECK(x.ctl("evidence verify " + file + " --key " + digits + " --key " + own).code == 0);

  const auto root = server().sql("SELECT encode(root, 'hex') FROM roots WHERE day = '2024-05-01'");
  CHECK(has(x.ctl("evidence verify " + file + " --root 2024-05-01=" + root).said, "compared    1 of its roots"));
  const auto other = (root.front() == '0' ? '1' : '0') + root.substr(1);
  const auto differs = x.ctl("evidence verify " + file + " --root 2024-05-01=" + other);
  CHECK(differs.code == 1);
  CHECK(has(differs.said, "has another root of 2024-05-01 than the one that was kept"));
  CHECK(x.ctl("evidence verify " + file + " --root " + file).code == 0);

  const auto right = x.ctl("evidence check --wait");
  CHECK_MESSAGE(right.code == 0, right.said);
  CHECK(has(right.said, "right "));
  as_superuser("UPDATE verdicts SET culprit = culprit || 'x' WHERE agreement = 'b' AND position = 77");
  const auto broken = x.ctl("evidence check --wait");
  CHECK(broken.code == 1);
  CHECK(has(broken.said, "the evidence is broken: verdicts/b 77 has another hash"));
  CHECK(has(x.said("sluice-database-manager"), "evidence-broken chain=verdicts/b position=77"));
  CHECK(eventually([] {
    return server().count("events WHERE kind = 'evidence-broken'") == 1;
  }));
  CHECK(has(x.get("/api/v1/evidence/check").body, "\"outcome\":\"broken\""));
  const auto refused = x.ctl("evidence export b --period 2024-05-01 --output " + x.file("none"));
  CHECK(refused.code == 1);
  CHECK(has(refused.said, "verdict 77 of b is not as it was written"));
  CHECK(!std::filesystem::exists(x.file("none")));
  CHECK(eventually([] {
    return server().count("audit WHERE action = 'export-evidence' AND subject = 'a'") == 1;
  }));
}

TEST_CASE("by itself the evidence is checked after days were signed") {
  proved_store filled{6};
  server_processes x;
  CHECK(eventually([&] {
    return has(x.said("sluice-database-manager"), "evidence-checked chains=4 ");
  }));
  CHECK(has(x.ctl("evidence check --last").said, "right "));
}

TEST_CASE("every byte of a small export is of weight") {
  proved_store filled{2};
  const auto text = export_text("a", in_may(0), in_may(600), filled.key);
  REQUIRE(text);
  REQUIRE(verified(*text) == "right");
  for (std::size_t i = 0; i < text->size(); ++i) {
    auto changed = *text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CAPTURE(i);
    REQUIRE(verified(changed) != "right");
  }
}

TEST_CASE("pages: the same again when asked again, unmoved by new verdicts, four exports at most") {
  proved_store filled{three_pages};
  server_processes x;
  const std::string path = "/api/v1/agreements/a/evidence?";
  const auto first = x.get(path + all_days);
  REQUIRE(first.status == 200);
  REQUIRE(!next_of(first).empty());
  in_transaction([&](pqxx::work& transaction) {
    write_verdicts(transaction, {stored_verdict("a", 0, in_may(three_pages * 600))});
  });
  const auto second = x.get(next_of(first));
  const auto again = x.get(next_of(first));
  CHECK(second.status == 200);
  CHECK(again.body == second.body);
  CHECK(next_of(again) == next_of(second));
  const auto text = first.body + second.body + whole_text(x, next_of(second));
  REQUIRE(verified(text) == "right");
  CHECK(content(text).verdicts == three_pages * 3);
  CHECK(x.get(next_of(first)).status == 410); // it is two pages ago
  CHECK(x.get(path + day_one + "&cursor=zz").status == 422);
  CHECK(x.get(path + "period=2024-13").status == 422);
  CHECK(x.get("/api/v1/agreements/nobody/evidence?" + std::string{day_one}).status == 404);
  // The one that was read to its end makes room; three more are open after it.
  std::vector<std::string> open;
  for (int i = 0; i < 4; ++i)
    open.push_back(next_of(x.get(path + all_days)));
  const auto fifth = x.get(path + all_days);
  CHECK(fifth.status == 503);
  CHECK(has(fifth.body, "4 exports of evidence are being read already"));
  CHECK(x.get("/api/v1/agreements/b/evidence" + open[0].substr(open[0].find('?'))).status == 410);
}

TEST_CASE("the database manager's death in the middle of an export is one sentence, and no half file is left") {
  proved_store filled{three_pages};
  server_processes x;
  const std::string path = "/api/v1/agreements/a/evidence?";
  const auto first = x.get(path + all_days);
  REQUIRE(!next_of(first).empty());
  x.kill_manager();
  const auto gone = x.get(next_of(first));
  CHECK(gone.status == 503);
  CHECK(has(gone.body, "\"detail\":\"the database manager "));
  const auto refused = x.ctl("evidence export a --period 2024-05 --output " + x.file("none"));
  CHECK(refused.code == 1);
  CHECK(has(refused.said, "sluicectl: the database manager "));
  CHECK(std::count(refused.said.begin(), refused.said.end(), '\n') == 1);
  CHECK(!std::filesystem::exists(x.file("none")));
  x.start_manager();
  std::optional<heard> after;
  CHECK(eventually([&] {
    after = x.get(next_of(first));
    return after->status == 410;
  }));
  CHECK(has(after->body, "begin it anew"));
}

TEST_CASE("verdicts go out as CSV and come back equal, apart from those that were judged here") {
  proved_store filled{three_pages};
  server_processes x;
  const auto out = x.file("out.csv");
  const auto first = x.ctl("export verdicts a --from 2024-05-01 --to 2024-06-01 --output " + out);
  REQUIRE_MESSAGE(first.code == 0, first.said);
  const auto text = content_of(out);
  CHECK(std::count(text.begin(), text.end(), '\n') == three_pages * 3 + 1);
  const auto refused = x.ctl("import verdicts " + out); // a culprit in this store is no stream
  CHECK(refused.code == 2);
  CHECK(has(refused.said, "The culprit is no stream"));
  as_superuser("UPDATE verdicts SET culprit = 'gw1/batch/c1' WHERE culprit <> ''");
  REQUIRE(x.ctl("export verdicts a --from 2024-05-01 --to 2024-06-01 --output " + out).code == 0);
  const auto taken = x.ctl("import verdicts " + out + " --who ann");
  REQUIRE_MESSAGE(taken.code == 0, taken.said);
  CHECK(taken.said == "4500 verdicts, 4500 of them new\n");
  CHECK(x.ctl("import verdicts " + out).said == "4500 verdicts, 0 of them new\n");
  CHECK(x.ctl("export verdicts a --imported --from 2024-05-01 --to 2024-06-01").said == content_of(out));
  CHECK(server().sql("SELECT DISTINCT author FROM imported_verdicts") == "ann");
  CHECK(whole_text(x, "/api/v1/agreements/a/verdicts?imported=yes&" + std::string{all_days}) == content_of(out));
  CHECK(eventually([] {
    return server().count("audit WHERE action = 'import-verdicts' AND who LIKE 'file%' AND subject = 'a'") > 0;
  }));
}

TEST_CASE("rows go out as CSV, and those of closed seconds come back as late ones, once") {
  fresh_store filled;
  REQUIRE(filled.result);
  std::vector<sample_row> rows;
  for (std::int64_t i = 0; i < 2'500; ++i)
    rows.push_back(row_of("10.0.0.1", may_first.unix_us / 1'000'000 + i, static_cast<std::uint64_t>(i + 1)));
  const auto batch = batch_of(rows);
  REQUIRE(filled.database.append({&batch, 1}, in_may(3'000), kept));
  server_processes x;
  const auto out = x.file("rows.csv");
  const std::string span = " --from 2024-05-01 --to 2024-05-02";
  REQUIRE(x.ctl("export samples gw1/oltp/10.0.0.1" + span + " --output " + out).code == 0);
  const auto text = content_of(out);
  CHECK(std::count(text.begin(), text.end(), '\n') == 2'501);
  // Nothing is new about them; of another stream all are, and then none.
  REQUIRE(eventually([&] {
    return x.ctl("import samples " + out).code == 0;
  }));
  CHECK(x.ctl("import samples " + out).said == "2500 rows, 0 of them new\n");
  auto moved = text;
  for (auto at = moved.find("10.0.0.1"); at != std::string::npos; at = moved.find("10.0.0.1", at))
    moved.replace(at, 8, "10.0.0.2");
  std::ofstream{x.file("moved.csv"), std::ios::binary} << moved;
  CHECK(x.ctl("import samples " + x.file("moved.csv")).said == "2500 rows, 2500 of them new\n");
  CHECK(x.ctl("import samples - <" + x.file("moved.csv")).said == "2500 rows, 0 of them new\n");
  CHECK(server().count("late_samples") == 2'500);
  CHECK(server().count("samples") == 2'500);
  CHECK(x.ctl("export samples gw1/oltp/10.0.0.2" + span).said == moved);
  const auto history =
      x.get("/api/v1/streams/gw1/oltp/10.0.0.2/history?from=2024-05-01T00:00:00Z&to=2024-05-01T00:01:00Z");
  CHECK_MESSAGE(has(history.body, "\"measured_s\":0.1"), history.body);
  const auto header = text.substr(0, text.find('\n') + 1);
  auto line = text.substr(header.size(), text.find('\n', header.size()) + 1 - header.size());
  line.replace(line.find("2024-05-01"), 10, "2099-05-01");
  const auto open = x.send("POST", "/api/v1/samples", header + line);
  CHECK(open.status == 422);
  CHECK(has(open.body, "only seconds that are closed can be imported"));
  const auto wrong = x.send("POST", "/api/v1/samples", header + line + "nonsense\n");
  CHECK(wrong.status == 422);
  CHECK(has(wrong.body, "line 3 is wrong"));
  CHECK(server().count("verdicts") == 0);
}
