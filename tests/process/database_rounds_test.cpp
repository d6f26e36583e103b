// The database manager as a process of its own, reached through shared memory and killed at any moment: every row that
// was sent is stored once, every agreement that was acknowledged is there.
#include "actors/protocol/interfaces.hpp"
#include "actors/runtime/server_process_config.hpp"
#include "shm/transport/finder.hpp"
#include "tests/process/actor_answer.hpp"
#include "tests/process/child_process.hpp"
#include "tests/process/store_fixture.hpp"

#include <deque>
#include <optional>
#include <random>

#include <caf/all.hpp>

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 20s;

struct asking_config : server_process_config {
  explicit asking_config(const std::filesystem::path& place)
      : server_process_config({"database_rounds_test", "asks the database manager"}, "application-server") {
    directory = place.string();
    set("logger.console-verbosity", caf::atom("quiet"));
  }
};

/// The process, and the application server's side of it.
class pair_of_processes {
public:
  pair_of_processes() {
    start();
    shm::spawn_finder<database_manager_actor>(system_, "database-manager", database_manager_name, self_.ptr());
    find();
  }

  void start() {
    process_.emplace(bin_directory() / "sluice-database-manager",
                     std::vector<std::string>{"--shm.directory=" + place_.path().string(),
                                              "--database-manager.url=" + server().url(),
                                              "--database-manager.schema-directory=" SLUICE_SCHEMA_DIRECTORY},
                     place_.path() / "said");
  }
  void kill() {
    process_->signal(SIGKILL);
    process_->wait();
  }
  int stop() {
    process_->signal(SIGTERM);
    return process_->wait();
  }

  /// Waits until the manager is found; forgets what was found before.
  void find() {
    manager_ = nullptr;
    self_->receive_while([&] {
      return manager_ == nullptr;
    })(
        [&](peer_up_atom, const std::string&, const caf::strong_actor_ptr& who) {
          manager_ = caf::actor_cast<database_manager_actor>(who);
        },
        [](peer_down_atom, const std::string&, const caf::error&) {},
        caf::after(patience) >>
            [] {
              throw std::runtime_error{"the database manager is not found"};
            });
  }

  template<class T, class... Request>
  caf::expected<T> ask(const Request&... request) {
    return answer_of<T>(self_, manager_, patience, request...);
  }
  auto send(const row_batch& x) {
    return self_->request(manager_, patience, x);
  }
  void wait_for_connection() {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!ask<database_status>(status_atom::value)->connected) {
      if (std::chrono::steady_clock::now() > end)
        throw std::runtime_error{"the database manager does not connect"};
    }
  }

private:
  scratch_directory place_;
  asking_config config_{place_.path()};
  std::optional<child_process> process_;
  caf::actor_system system_{config_};
  caf::scoped_actor self_{system_};
  database_manager_actor manager_;
};

row_batch rows_at(std::int64_t second_s) {
  row_batch x;
  for (int i = 0; i < 20; ++i)
    x.rows.push_back(row_of("client" + std::to_string(i), second_s, static_cast<std::uint64_t>(second_s)));
  return x;
}

} // namespace

TEST_CASE("requests, results and errors cross shared memory") {
  server().clear();
  pair_of_processes x;
  x.wait_for_connection();
  const auto stored = x.ask<agreement>(create_atom::value, gold());
  REQUIRE(stored);
  CHECK(stored->version == 1);
  CHECK(x.ask<terms>(terms_atom::value)->agreements == std::vector{*stored});
  const auto missing = x.ask<agreement>(end_atom::value, std::string{"nobody"});
  CHECK(missing.error() == ec::not_found);
  CHECK(missing.error().context().get_as<std::string>(0) == "no agreement nobody is in force");
  CHECK(*x.ask<std::uint64_t>(rows_at(noon_s)) == 20);
  CHECK(x.stop() == 0);
}

TEST_CASE("killed again and again it stores every row once and forgets no acknowledged agreement") {
  server().clear();
  pair_of_processes x;
  const unsigned seed = 7;
  CAPTURE(seed);
  std::mt19937 random{seed};
  std::deque<std::int64_t> unanswered;
  std::int64_t next = noon_s;
  std::uint32_t versions = 0;
  constexpr int rounds = 5;
  for (int round = 0; round < rounds; ++round) {
    x.wait_for_connection();
    auto changed = gold();
    changed.objective.weight = static_cast<std::uint32_t>(10 + round);
    if (const auto stored = x.ask<agreement>(replace_atom::value, changed))
      versions = std::max(versions, stored->version);
    for (int i = 0; i < 30; ++i)
      unanswered.push_back(next++);
    std::vector<std::pair<std::int64_t, decltype(x.send(row_batch{}))>> sent;
    for (const auto second : unanswered)
      sent.emplace_back(second, x.send(rows_at(second)));
    const auto answers_before_kill = random() % sent.size();
    for (std::size_t i = 0; i < sent.size(); ++i) {
      if (i == answers_before_kill && round + 1 < rounds)
        x.kill();
      sent[i].second.receive(
          [&](std::uint64_t) {
            std::erase(unanswered, sent[i].first);
          },
          [](const caf::error&) {});
    }
    if (round + 1 < rounds) {
      x.start();
      x.find();
    }
  }
  CHECK(unanswered.empty());
  CHECK(versions == rounds);
  CHECK(server().count("samples") == (next - noon_s) * 20);
  CHECK(server().count("agreements") == rounds);
  CHECK(x.stop() == 0);
}
