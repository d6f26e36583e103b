// What the database manager's tests share: the actor and somebody who asks it, and troubles of PostgreSQL.
#pragma once

#include "actors/database_manager/database_manager.hpp"
#include "tests/process/actor_answer.hpp"
#include "tests/process/store_fixture.hpp"

#include <thread>

#include <doctest/doctest.h>

namespace sluice::test {

inline constexpr auto patience = std::chrono::seconds{60}; // for anything that must happen

struct database_manager_config : caf::actor_system_config {
  database_manager_config() {
    add_message_types<caf::id_block::sluice>();
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", 2u);
    set("logger.file-verbosity", caf::atom("quiet"));
  }
};

inline database_manager_settings settings() {
  database_manager_settings x;
  x.connection = settings_for(server().url());
  x.connection.statement_timeout = std::chrono::seconds{2};
  x.kept = kept;
  x.patience = std::chrono::seconds{6};
  x.clock = [] {
    return noon;
  };
  return x;
}

/// The manager and somebody who asks it.
class running {
public:
  explicit running(database_manager_settings x = settings())
      : manager_(spawn_database_manager(system_, std::move(x))), self_(system_) {}
  ~running() {
    self_->send_exit(manager_, caf::exit_reason::kill);
  }
  running(const running&) = delete;
  running& operator=(const running&) = delete;

  /// Asks and waits for the answer.
  template<class T, class... Request>
  caf::expected<T> ask(const Request&... request) {
    return answer_of<T>(self_, manager_, patience, request...);
  }

  /// Asks without waiting; `await` gives the answer.
  auto send(const row_batch& x) {
    return self_->request(manager_, patience, x);
  }
  template<class Handle>
  caf::expected<std::uint64_t> await(Handle& handle) {
    caf::expected<std::uint64_t> result{caf::sec::none};
    handle.receive(
        [&](std::uint64_t x) {
          result = x;
        },
        [&](caf::error& why) {
          result = std::move(why);
        });
    return result;
  }

  database_status status() {
    return *ask<database_status>(status_atom::value);
  }
  /// Polls until the status is as wanted.
  template<class Predicate>
  bool becomes(Predicate wanted) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!wanted(status())) {
      if (std::chrono::steady_clock::now() > end)
        return false;
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return true;
  }
  bool becomes_connected() {
    return becomes([](const database_status& x) {
      return x.connected;
    });
  }
  bool becomes_away() {
    return becomes([](const database_status& x) {
      return !x.connected && x.away_since != wall_time{};
    });
  }

  void stop() {
    self_->send_exit(manager_, caf::exit_reason::user_shutdown);
  }
  bool ends() {
    bool ended = false;
    self_->monitor(manager_);
    self_->receive(
        [&](const caf::down_msg&) {
          ended = true;
        },
        caf::after(patience) >> [] {});
    return ended;
  }

private:
  database_manager_config config_;
  caf::actor_system system_{config_};
  database_manager_actor manager_;
  caf::scoped_actor self_;
};

inline row_batch rows_at(std::int64_t second_s, int streams = 1) {
  row_batch x;
  for (int i = 0; i < streams; ++i)
    x.rows.push_back(row_of("client" + std::to_string(i), second_s, static_cast<std::uint64_t>(second_s)));
  return x;
}

inline event event_of(const std::string& text) {
  event x;
  x.at = noon;
  x.subject = "gw1";
  x.text = text;
  return x;
}

/// PostgreSQL is stopped for as long as this lives.
struct stopped_server {
  stopped_server() {
    server().stop();
  }
  ~stopped_server() {
    if (!started)
      server().start();
  }
  void start() {
    server().start();
    started = true;
  }
  bool started = false;
};

/// Holds a lock that nobody can write `table` under.
struct table_lock {
  explicit table_lock(const std::string& table) {
    holding.exec("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
  }
  pqxx::connection connection{server().url()};
  pqxx::work holding{connection};
};

} // namespace sluice::test
