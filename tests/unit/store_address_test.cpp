// Where the database is, and that its password is seen nowhere.
#include "actors/database_manager/store/address.hpp"

#include <fstream>

#include <unistd.h>

#include <doctest/doctest.h>

using namespace sluice::store;
using std::chrono::seconds;

TEST_CASE("a URL without a password is good") {
  for (const auto* url : {"postgresql:///sluice", "postgres://sluice@db.example:5432/sluice?sslmode=verify-full",
                          "postgresql://sluice@/sluice?host=/run/postgresql", "host=/run/postgresql dbname=sluice",
                          "postgresql://[::1]:5432/sluice"})
    CHECK_MESSAGE(problem_with_url(url).empty(), url);
}

TEST_CASE("a URL with a password is refused, whatever its form") {
  for (const auto* url : {"postgresql://sluice:secret@db/sluice", "postgresql:///sluice?user=a&password=secret",
                          "host=db password=secret", "postgres://a:b@[::1]:5432/sluice"}) {
    const auto problem = problem_with_url(url);
    CHECK_MESSAGE(problem.find("password-file") != std::string::npos, url);
    CHECK_MESSAGE(problem.find("secret") == std::string::npos, url);
  }
}

TEST_CASE("what is no URL is refused") {
  for (const auto* url : {"", "sluice", "http://db/sluice", "postgresql:///sluice\nhost=x"})
    CHECK_MESSAGE(!problem_with_url(url).empty(), url);
}

TEST_CASE("a password of any characters goes into the connection string unharmed") {
  const auto url = connection_string("postgresql:///sluice", "a b&c'/\\é", seconds{5});
  CHECK(url.find("&password=a%20b%26c%27%2F%5C%C3%A9") != std::string::npos);
  CHECK(url.find("?connect_timeout=5&") != std::string::npos);
  CHECK(connection_string("postgresql:///sluice?host=/x", "p", seconds{5}).find("?host=/x&connect_timeout=5&")
        != std::string::npos);
  const auto pairs = connection_string("dbname=sluice", "a b&c'/\\", seconds{5});
  CHECK(pairs.find(" password='a b&c\\'/\\\\'") != std::string::npos);
}

TEST_CASE("without a password none is given, and the time-out is at least what libpq can do") {
  const auto url = connection_string("postgresql:///sluice", "", seconds{0});
  CHECK(url.find("password") == std::string::npos);
  CHECK(url.find("connect_timeout=2") != std::string::npos);
}

TEST_CASE("a secret is the first line of its file") {
  const std::filesystem::path file = "/tmp/sluice-secret-" + std::to_string(::getpid());
  std::ofstream{file} << "open sesame\r\nsecond line\n";
  const auto secret = read_secret(file);
  REQUIRE(secret);
  CHECK(*secret == "open sesame");
  std::filesystem::permissions(file, std::filesystem::perms{0600});
  CHECK_FALSE(readable_by_others(file));
  std::filesystem::permissions(file, std::filesystem::perms{0644});
  CHECK(readable_by_others(file));
  std::ofstream{file} << "\n";
  CHECK_FALSE(read_secret(file));
  std::filesystem::remove(file);
  const auto missing = read_secret(file);
  REQUIRE_FALSE(missing);
  CHECK(missing.why().text.find(file.string()) != std::string::npos);
}

TEST_CASE("each reason for a failed connection begins with what it means") {
  CHECK(connect_problem("FATAL:  password authentication failed for user \"x\"\n")
            .find("PostgreSQL refuses the login: FATAL: p")
        == 0);
  CHECK(connect_problem("FATAL:  role \"x\" does not exist\n").find("PostgreSQL refuses the login") == 0);
  CHECK(connect_problem("FATAL:  database \"x\" does not exist\n").find("PostgreSQL has no such database") == 0);
  CHECK(connect_problem("FATAL:  the database system is starting up\n").find("PostgreSQL is not ready") == 0);
  CHECK(connect_problem("could not connect:\n\tIs the server running?\n")
        == "PostgreSQL cannot be reached: could not connect: Is the server running?");
}

TEST_CASE("a URL that libpq quotes because it cannot parse it does not show the password") {
  const auto url = connection_string("postgresql://[::1]x/sluice", "s e", seconds{5});
  const auto said = connect_problem("unexpected character \"x\" at position 19 in URI: \"" + url + "\"\n");
  CHECK(said.find("postgresql://[::1]x/sluice") != std::string::npos);
  CHECK(said.find("s%20e") == std::string::npos);
}
