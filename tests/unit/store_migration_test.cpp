// What counts as a directory of migrations.
#include "actors/database_manager/store/migration.hpp"

#include <fstream>

#include <stdlib.h>

#include <doctest/doctest.h>

using namespace sluice::store;

namespace {

class directory {
public:
  directory() {
    char pattern[] = "/tmp/sluice-migrations-XXXXXX";
    path_ = ::mkdtemp(pattern);
  }
  ~directory() {
    std::filesystem::remove_all(path_);
  }
  directory(const directory&) = delete;
  directory& operator=(const directory&) = delete;

  void add(const char* name, const char* text = "SELECT 1;") const {
    std::ofstream{path_ / name} << text;
  }
  [[nodiscard]] const std::filesystem::path& path() const {
    return path_;
  }

private:
  std::filesystem::path path_;
};

} // namespace

TEST_CASE("a migration's version is the number its name begins with") {
  CHECK(migration_version("0001_tables.sql") == 1);
  CHECK(migration_version("0120_roll_ups_2.sql") == 120);
  for (const auto* name :
       {"1_x.sql", "0001.sql", "0001_.sql", "0001-x.sql", "0001_X.sql", "0001_x.txt", "x001_x.sql", ".sql", ""})
    CHECK_MESSAGE(migration_version(name) == 0, name);
}

TEST_CASE("migrations are read in the order of their versions") {
  const directory x;
  x.add("0002_b.sql", "two");
  x.add("0001_a.sql", "one");
  x.add("README.md");
  const auto list = read_migrations(x.path());
  REQUIRE(list.problem.empty());
  REQUIRE(list.steps.size() == 2);
  CHECK(list.steps[0].file == "0001_a.sql");
  CHECK(list.steps[0].sql == "one");
  CHECK(list.steps[1].version == 2);
}

TEST_CASE("the product's own migrations are complete") {
  CHECK(read_migrations(SLUICE_SCHEMA_DIRECTORY).problem == "");
}

TEST_CASE("each thing that is wrong with a directory is said") {
  const directory x;
  CHECK(read_migrations(x.path() / "none").problem.find("cannot read") != std::string::npos);
  CHECK(read_migrations(x.path()).problem.find("there are no migrations") == 0);
  x.add("0002_b.sql");
  CHECK(read_migrations(x.path()).problem.find("migration 1 is missing") == 0);
  x.add("0001_a.sql");
  CHECK(read_migrations(x.path()).problem == "");
  x.add("0002_c.sql");
  CHECK(read_migrations(x.path()).problem.find("migration 3 is missing or there twice") == 0);
  std::filesystem::remove(x.path() / "0002_c.sql");
  x.add("0003_c.sql", "");
  CHECK(read_migrations(x.path()).problem.find("0003_c.sql is empty") != std::string::npos);
  x.add("later.sql");
  CHECK(read_migrations(x.path()).problem.find("not named NNNN_name.sql") != std::string::npos);
}
