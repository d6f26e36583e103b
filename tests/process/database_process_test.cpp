// The process sluice-database-manager as its operator meets it: exit codes, sentences, start without PostgreSQL, stop.
#include "tests/process/child_process.hpp"
#include "tests/process/private_postgres.hpp"

#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

#include <doctest/doctest.h>

using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

class manager {
public:
  explicit manager(std::vector<std::string> options, const std::string& ini = {})
      : process_(bin_directory() / "sluice-database-manager", arguments(std::move(options), ini), said_) {}

  int wait() {
    return process_.wait();
  }
  void stop() const {
    process_.signal(SIGTERM);
  }
  /// Everything written to standard error, where the log goes too.
  [[nodiscard]] std::string said() const {
    std::ifstream file{said_};
    return {std::istreambuf_iterator<char>{file}, {}};
  }
  /// Polls the log until it holds `text`.
  [[nodiscard]] bool says(const std::string& text) const {
    const auto end = std::chrono::steady_clock::now() + 15s;
    while (said().find(text) == std::string::npos) {
      if (std::chrono::steady_clock::now() > end)
        return false;
      std::this_thread::sleep_for(10ms);
    }
    return true;
  }

private:
  std::vector<std::string> arguments(std::vector<std::string> options, const std::string& ini) const {
    options.push_back("--shm.directory=" + place_.path().string());
    options.push_back("--database-manager.spool-directory=" + (place_.path() / "spool").string());
    options.push_back("--database-manager.signing-key=" + (place_.path() / "signing-key").string());
    if (!ini.empty()) {
      const auto file = place_.path() / "test.ini";
      std::ofstream{file} << ini;
      options.push_back("--config-file=" + file.string());
    } else {
      options.push_back("--database-manager.schema-directory=" SLUICE_SCHEMA_DIRECTORY);
    }
    return options;
  }

  scratch_directory place_;
  std::filesystem::path said_ = place_.path() / "said";
  child_process process_;
};

constexpr auto nowhere = "--database-manager.url=postgresql://sluice@/sluice?host=/nowhere";

} // namespace

TEST_CASE("each mistake in the ini file is a line with file, key and what was expected, and exit code 2") {
  manager x{
      {"--check-config"},
      "[database-manager]\nurl=\"postgresql://sluice:secret@/sluice\"\nschema-directory=\"" SLUICE_SCHEMA_DIRECTORY
      "\"\nkeep-samples=0\nbuffer-rows=5\nstatement-timeout=1ms\n"};
  CHECK(x.wait() == 2);
  const auto said = x.said();
  CHECK(said.find("test.ini: database-manager.url: must not hold a password") != std::string::npos);
  CHECK(said.find("database-manager.keep-samples: expected 1 to 3650 days") != std::string::npos);
  CHECK(said.find("database-manager.buffer-rows: expected 100 to 10000000") != std::string::npos);
  CHECK(said.find("database-manager.statement-timeout: expected 100ms to 60s") != std::string::npos);
  CHECK(said.find("secret") == std::string::npos);
}

TEST_CASE("an unknown key and a value of the wrong type are refused") {
  manager x{{"--check-config"}, "[database-manager]\nkeep-samples=\"long\"\nnonsense=1\n"};
  CHECK(x.wait() == 2);
  const auto said = x.said();
  CHECK(said.find("database-manager.nonsense: there is no such option") != std::string::npos);
  CHECK(said.find("database-manager.keep-samples: expected ") != std::string::npos);
}

TEST_CASE("a directory without migrations is refused") {
  const scratch_directory empty;
  manager x{{"--check-config"}, "[database-manager]\nschema-directory=\"" + empty.path().string() + "\"\n"};
  CHECK(x.wait() == 2);
  CHECK(x.said().find("database-manager.schema-directory: there are no migrations") != std::string::npos);
}

TEST_CASE("asked to, it exits with 3 and one sentence when PostgreSQL cannot be reached at start") {
  manager x{{nowhere, "--database-manager.exit-if-unreachable", "--logger.console-verbosity=quiet"}};
  CHECK(x.wait() == 3);
  CHECK(x.said().find("sluice-database-manager: PostgreSQL cannot be reached: ") == 0);
}

TEST_CASE("otherwise it says so, waits, and stops in order") {
  manager x{{nowhere}};
  CHECK(x.says("database-away reason=\"PostgreSQL cannot be reached: "));
  x.stop();
  CHECK(x.wait() == 0);
}

TEST_CASE("an unwritable log is a missing resource") {
  manager x{{nowhere, "--logger.file-name=/nowhere/log", "--logger.file-verbosity=info"}};
  CHECK(x.wait() == 3);
  CHECK(x.said().find("cannot write the log file /nowhere/log") != std::string::npos);
}

TEST_CASE("with PostgreSQL it makes schema and partitions and stops in order") {
  private_postgres server;
  manager x{{"--database-manager.url=" + server.url()}};
  CHECK(x.says("migration-applied version=3"));
  CHECK(x.says("database-connected schema=8"));
  CHECK(x.says("partition-made table=events"));
  x.stop();
  CHECK(x.wait() == 0);
  CHECK(server.count("schema_migrations") == 8);
}
