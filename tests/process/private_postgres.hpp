// A PostgreSQL of the test's own, by private_postgres.sh: a cluster in a directory under /tmp, a Unix socket alone,
// removed afterwards. The including test is compiled with SLUICE_PRIVATE_POSTGRES, the script's path.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <pqxx/pqxx>

namespace sluice::test {

class private_postgres {
public:
  /// Makes and starts it, with an empty database `sluice`. @throws std::runtime_error
  private_postgres() {
    char pattern[] = "/tmp/sluice-pg-XXXXXX";
    if (::mkdtemp(pattern) == nullptr)
      throw std::runtime_error{"no directory for PostgreSQL"};
    directory_ = pattern;
    run("make");
  }
  ~private_postgres() {
    static_cast<void>(std::system(command("remove").c_str()));
  }
  private_postgres(const private_postgres&) = delete;
  private_postgres& operator=(const private_postgres&) = delete;

  /// Waits until it answers.
  void start() {
    run("start");
  }
  void stop() {
    run("stop");
  }
  /// SIGKILLs the postmaster.
  void kill() {
    run("kill");
  }

  [[nodiscard]] const std::filesystem::path& directory() const {
    return directory_;
  }

  [[nodiscard]] std::string url(const std::string& database = "sluice", const std::string& role = "sluice") const {
    return "postgresql://" + role + "@/" + database + "?host=" + directory_.string();
  }

  /// Runs statements, each committed for itself, and gives the last one's first field as text.
  std::string sql(const std::string& text) const {
    pqxx::connection connection{url()};
    pqxx::nontransaction direct{connection};
    const auto rows = direct.exec(text);
    return rows.empty() ? std::string{} : std::string{rows[0][0].c_str()};
  }

  [[nodiscard]] std::int64_t count(const std::string& of) const {
    return std::stoll(sql("SELECT count(*) FROM " + of));
  }

  /// An empty database instead of what was in it; connections to it are cut.
  void clear() const {
    pqxx::connection connection{url("postgres", "postgres")};
    pqxx::nontransaction direct{connection};
    direct.exec0("DROP DATABASE IF EXISTS sluice WITH (FORCE)");
    direct.exec0("CREATE DATABASE sluice OWNER sluice");
  }

private:
  [[nodiscard]] std::string command(const std::string& verb) const {
    return std::string{SLUICE_PRIVATE_POSTGRES} + ' ' + verb + ' ' + directory_.string();
  }
  void run(const std::string& verb) const {
    if (std::system(command(verb).c_str()) != 0)
      throw std::runtime_error{"private_postgres.sh " + verb + " failed"};
  }

  std::filesystem::path directory_;
};

} // namespace sluice::test
