// Actors of two processes talk and watch each other, over real segments. Not speed, not the slots themselves, no
// crashes.
#include "tests/process/transport_world.hpp"

#include <fstream>
#include <future>

using namespace sluice::shm;
using namespace sluice::shm::test;

TEST_SUITE_BEGIN("process.transport");

TEST_CASE("a request to an actor of another process is answered, with and without an operation code") {
  world here;
  auto beta = here.start("beta");
  const auto boss = here.boss();
  REQUIRE(boss);
  CHECK(here.ask<std::int32_t>(boss, pid_atom_v) == std::to_string(beta.pid()));
  const auto sum =
      caf::actor_cast<calculator>(here.find("beta", "calculator", here.system->message_types<calculator>()));
  REQUIRE(sum);
  CHECK(here.ask<std::int32_t>(sum, 40, 2) == "42");
  const volume oltp{"oltp", 500, {1, 2, 3}, caf::actor_cast<caf::actor>(*here.self)};
  CHECK(here.ask<std::string>(sum, oltp) == "\"oltp:500:3\"");
  std::string heard;
  (*here.self)
      ->receive(
          [&](hello_atom, const std::string& x) {
            heard = x;
          },
          caf::after(patience) >> [] {});
  CHECK(heard == "from typed oltp");
}

TEST_CASE("an error keeps its code, and a result without a value arrives") {
  world here;
  auto beta = here.start("beta");
  const auto boss = here.boss();
  REQUIRE(boss);
  caf::error seen;
  (*here.self)
      ->request(boss, patience, fail_atom_v)
      .receive([](std::int32_t) {},
               [&](caf::error& e) {
                 seen = e;
               });
  CHECK(seen == caf::sec::bad_function_call);
  bool ended = false;
  (*here.self)
      ->request(boss, patience, sample_atom_v, std::uint64_t{1}, std::string{"x"})
      .receive(
          [&] {
            ended = true;
          },
          [](caf::error&) {});
  CHECK(ended);
}

TEST_CASE("handles travel inside messages, both ways, and promises and delegation cross") {
  world here;
  auto beta = here.start("beta");
  const auto boss = here.boss();
  REQUIRE(boss);
  (*here.self)->send(boss, call_back_atom_v, caf::actor_cast<caf::actor>(*here.self), "me");
  std::string heard;
  (*here.self)
      ->receive(
          [&](hello_atom, const std::string& x) {
            heard = x;
          },
          caf::after(patience) >> [] {});
  CHECK(heard == "called back me");
  const auto mine = here.system->spawn(add);
  CHECK(here.ask<std::int32_t>(boss, ask_atom_v, mine) == "42");
  CHECK(here.ask<std::int32_t>(boss, delegate_atom_v, 4, 5) == "9");
  caf::anon_send_exit(mine, caf::exit_reason::user_shutdown);
}

TEST_CASE("a message of many slots arrives whole, and one beyond 64 MiB is refused") {
  world here{{"--shm.slots=16", "--shm.slot-size=1024"}};
  auto beta = here.start("beta", {"--shm.slots=16", "--shm.slot-size=1024"});
  const auto boss = here.boss();
  REQUIRE(boss);
  const std::string large(5'000'000, 'x');
  CHECK(here.ask<std::size_t>(boss, hello_atom_v, large) == "5000000");
  const std::string too_large((64u << 20) + 1, 'x');
  CHECK(here.ask<std::size_t>(boss, hello_atom_v, too_large) == "error: the message is larger than 64 MiB");
  CHECK(here.ask<std::size_t>(boss, hello_atom_v, std::string{"still there"}) == "11");
}

TEST_CASE("a monitor hears of the end of a remote actor, with its reason") {
  world here;
  auto beta = here.start("beta");
  const auto boss = here.boss();
  REQUIRE(boss);
  caf::actor worker;
  (*here.self)
      ->request(boss, patience, spawn_atom_v)
      .receive(
          [&](const caf::actor& x) {
            worker = x;
          },
          [](caf::error&) {});
  REQUIRE(worker);
  CHECK(worker.node() != here.system->node());
  (*here.self)->monitor(worker);
  (*here.self)->send(worker, "quit");
  CHECK(here.next_down() == "exit_reason(user_shutdown)");
}

TEST_CASE("linked actors of two processes end together, whichever ends first") {
  world here;
  auto beta = here.start("beta");
  const auto boss = here.boss();
  REQUIRE(boss);
  for (const bool remote_first : {true, false}) {
    CAPTURE(remote_first);
    caf::actor worker;
    (*here.self)
        ->request(boss, patience, spawn_atom_v)
        .receive(
            [&](const caf::actor& x) {
              worker = x;
            },
            [](caf::error&) {});
    const auto mine = here.system->spawn(linked, worker);
    // A round trip on the way that the link took: it has arrived.
    CHECK(here.ask<std::int32_t>(mine, 1) == "1");
    CHECK(here.ask<std::string>(worker, hello_atom_v, std::string{"x"}) == "\"x echoed\"");
    (*here.self)->monitor(remote_first ? mine : worker);
    caf::anon_send_exit(remote_first ? worker : mine, caf::exit_reason::kill);
    CHECK(here.next_down() == "exit_reason(kill)");
  }
}

TEST_CASE("asking for what is not there says what is missing") {
  world here;
  const auto resolve = [&](const std::string& role, const std::string& name, const interface& wanted) {
    std::promise<std::string> answer;
    transport_of(*here.system).resolve(role, name, wanted, [&](const caf::expected<caf::strong_actor_ptr>& x) {
      answer.set_value(x ? "found" : here.system->render(x.error()));
    });
    return answer.get_future().get();
  };
  CHECK(resolve("beta", "boss", {}).starts_with("no process of that role is running"));
  std::ofstream{here.directory.path() / "sluice.default.gamma"} << std::string(8192, 'x');
  CHECK(resolve("gamma", "boss", {})
        == "the mailbox of that role cannot be used: " + (here.directory.path() / "sluice.default.gamma").string()
               + " is no Sluice mailbox");
  CHECK(resolve("delta", "boss", {}).starts_with("the mailbox of that role cannot be used: there is no such role"));
  auto beta = here.start("beta");
  REQUIRE(here.boss());
  CHECK(resolve("beta", "boss", {}) == "found");
  CHECK(resolve("beta", "nobody", {}) == "the process has published no actor of that name");
  CHECK(resolve("beta", "calculator", here.system->message_types<other_interface>())
        == "the actor of that name has another interface");
}

TEST_CASE("a receiver that hands actors over to the scheduler answers the same") {
  world here{{"--hand-over"}};
  auto beta = here.start("beta", {"--hand-over"});
  const auto boss = here.boss();
  REQUIRE(boss);
  const auto mine = here.system->spawn(add);
  for (int i = 0; i < 100; ++i)
    REQUIRE(here.ask<std::int32_t>(boss, ask_atom_v, mine) == "42");
  caf::anon_send_exit(mine, caf::exit_reason::user_shutdown);
}

TEST_CASE("a request that is not answered in time fails, and its late answer disturbs nobody") {
  world here;
  auto beta = here.start("beta");
  const auto boss = here.boss();
  REQUIRE(boss);
  std::string answer;
  (*here.self)
      ->request(boss, 50ms, slow_atom_v)
      .receive(
          [&](std::int32_t x) {
            answer = std::to_string(x);
          },
          [&](const caf::error& e) {
            answer = here.system->render(e);
          });
  CHECK(answer == "system_error(request_timeout)");
  CHECK(here.ask<std::int32_t>(boss, slow_atom_v, 42) == "42"); // now the late one comes too, and before this one
  CHECK(here.ask<std::int32_t>(boss, pid_atom_v) == std::to_string(beta.pid()));
}

TEST_CASE("TCP to a gateway and shared memory to a peer live in one actor system") {
  world here{{}, true};
  const auto port_file = here.directory.path() / "port";
  auto gateway = here.start("gateway", {"--port-file=" + port_file.string()});
  auto beta = here.start("beta", {"--port-file=" + (here.directory.path() / "beta-port").string()});
  std::uint16_t port = 0;
  REQUIRE(eventually([&] {
    return static_cast<bool>(std::ifstream{port_file} >> port);
  }));
  const auto remote = here.system->middleman().remote_actor("127.0.0.1", port);
  REQUIRE(remote);
  const auto boss = here.boss("beta");
  REQUIRE(boss);
  CHECK(here.ask<std::int32_t>(*remote, pid_atom_v) == std::to_string(gateway.pid()));
  CHECK(here.ask<std::int32_t>(boss, pid_atom_v) == std::to_string(beta.pid()));
  const auto mine = here.system->spawn(add); // its handle goes both ways
  CHECK(here.ask<std::int32_t>(*remote, ask_atom_v, mine) == "42");
  CHECK(here.ask<std::int32_t>(boss, ask_atom_v, mine) == "42");
  caf::anon_send_exit(mine, caf::exit_reason::user_shutdown);
  (*here.self)->monitor(*remote);
  gateway.signal(SIGKILL);
  CHECK(here.next_down() != "nothing");
  CHECK(here.ask<std::int32_t>(boss, pid_atom_v) == std::to_string(beta.pid()));
}

TEST_SUITE_END();
