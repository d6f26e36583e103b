// The database manager as a process of its own, killed and started as a test likes, and the application server's side
// of it: an actor system that finds the manager through shared memory.
#pragma once

#include "actors/protocol/interfaces.hpp"
#include "actors/runtime/server_process_config.hpp"
#include "shm/transport/finder.hpp"
#include "tests/process/actor_answer.hpp"
#include "tests/process/child_process.hpp"
#include "tests/process/store_fixture.hpp"

#include <optional>

#include <caf/all.hpp>

namespace sluice::test {

inline constexpr auto patience = std::chrono::seconds{60}; // for anything that must happen

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
                     std::vector<std::string>{
                         "--shm.directory=" + place_.path().string(), "--database-manager.url=" + server().url(),
                         "--database-manager.spool-directory=" + (place_.path() / "spool").string(),
                         "--database-manager.signing-key=" + (place_.path() / "signing-key").string(),
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

} // namespace sluice::test
