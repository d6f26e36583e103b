// Questions about the past to the query desk: how many wait, when one is given up, and that its connection is free
// again afterwards. A lock that somebody else holds makes PostgreSQL slow on demand.
#include "actors/database_manager/query_desk.hpp"
#include "tests/process/store_fixture.hpp"

#include <thread>

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("process.query_desk");

namespace {

constexpr auto patience = 20s; // for anything that must happen

struct config : caf::actor_system_config {
  config() {
    add_message_types<caf::id_block::sluice>();
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", 2u);
    set("logger.file-verbosity", caf::atom("quiet"));
  }
};

/// Nobody reads verdicts while it lives.
struct locked_verdicts {
  locked_verdicts() : connection{server().url()}, transaction{connection} {
    transaction.exec("LOCK TABLE verdicts IN ACCESS EXCLUSIVE MODE");
  }
  pqxx::connection connection;
  pqxx::work transaction;
};

history_question slow_question() {
  history_question x;
  x.what = question_kind::top;
  x.from = later(-3600);
  x.to = noon;
  return x;
}

struct desk {
  explicit desk(std::chrono::milliseconds question_patience = patience, std::size_t waiting = 2)
      : handle{spawn_query_desk(system, {settings_for(server().url()), kept, waiting, question_patience,
                                         [] {
                                           return noon;
                                         }})},
        self{system} {
    REQUIRE(filled.database.create(gold(), later(-7200)));
  }
  ~desk() {
    self->send_exit(handle, caf::exit_reason::user_shutdown);
  }
  desk(const desk&) = delete;
  desk& operator=(const desk&) = delete;

  /// How many sessions run a statement that asks for verdicts and waits for the lock.
  static bool becomes_stuck(const std::string& count) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (server().sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE "
                        "'%FROM verdicts%' AND pid <> pg_backend_pid()")
           != count) {
      if (std::chrono::steady_clock::now() > end)
        return false;
      std::this_thread::sleep_for(5ms);
    }
    return true;
  }

  template<class Handle>
  static caf::expected<history_answer> await(Handle& response) {
    caf::expected<history_answer> result{caf::sec::none};
    response.receive(
        [&](history_answer& x) {
          result = std::move(x);
        },
        [&](caf::error& why) {
          result = std::move(why);
        });
    return result;
  }

  fresh_store filled;
  config settings;
  caf::actor_system system{settings};
  query_desk_actor handle;
  caf::scoped_actor self;
};

} // namespace

TEST_CASE("a question is answered, and one that breaks a rule is refused") {
  desk x;
  auto good = x.self->request(x.handle, patience, slow_question());
  const auto answer = desk::await(good);
  REQUIRE(answer);
  CHECK(answer->ranking.empty());
  CHECK(answer->at == noon);
  auto wrong = slow_question();
  wrong.to = wrong.from;
  auto refused = x.self->request(x.handle, patience, wrong);
  CHECK(desk::await(refused).error() == ec::invalid);
  wrong = slow_question();
  wrong.agreement = "nobody";
  wrong.what = question_kind::compliance;
  auto unknown = x.self->request(x.handle, patience, wrong);
  CHECK(desk::await(unknown).error() == ec::not_found);
}

TEST_CASE("beside the one that is answered only so many questions wait; rows are stored meanwhile") {
  desk x;
  std::optional<locked_verdicts> lock{std::in_place};
  auto first = x.self->request(x.handle, patience, slow_question());
  REQUIRE(desk::becomes_stuck("1"));
  auto second = x.self->request(x.handle, patience, slow_question());
  auto third = x.self->request(x.handle, patience, slow_question());
  auto fourth = x.self->request(x.handle, patience, slow_question());
  CHECK(desk::await(fourth).error() == ec::busy);
  const std::vector<batch_ptr> batches{batch_of({row_of("10.0.0.1", noon_s)})};
  CHECK(x.filled.database.append(batches, noon, kept)->fresh == std::vector<std::uint64_t>{1});
  lock.reset();
  CHECK(desk::await(first));
  CHECK(desk::await(second));
  CHECK(desk::await(third));
}

TEST_CASE("a question that takes too long is given up, in PostgreSQL too, and the next one is answered") {
  desk x{500ms};
  std::optional<locked_verdicts> lock{std::in_place};
  auto slow = x.self->request(x.handle, patience, slow_question());
  CHECK(desk::await(slow).error() == ec::query_ended);
  CHECK(desk::becomes_stuck("0"));
  lock.reset();
  auto next = x.self->request(x.handle, patience, slow_question());
  CHECK(desk::await(next));
}

TEST_CASE("a question whose asker is gone is given up") {
  desk x;
  const locked_verdicts lock;
  const auto asker = x.system.spawn([to = x.handle](caf::event_based_actor* self) {
    self->request(to, caf::infinite, slow_question()).then([](const history_answer&) {});
  });
  REQUIRE(desk::becomes_stuck("1"));
  x.self->send_exit(asker, caf::exit_reason::kill);
  CHECK(desk::becomes_stuck("0"));
}

TEST_CASE("a connection that was cut while nobody asked is replaced") {
  desk x;
  auto first = x.self->request(x.handle, patience, slow_question());
  REQUIRE(desk::await(first));
  server().sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'sluice' AND pid <> "
               "pg_backend_pid()");
  auto second = x.self->request(x.handle, patience, slow_question());
  CHECK(desk::await(second));
}
