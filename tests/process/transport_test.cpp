// Actors of two processes talk, watch each other and die, over real segments. Not speed, not the slots themselves.
#include "tests/process/child_process.hpp"
#include "tests/process/transport_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <future>
#include <optional>
#include <thread>

using namespace sluice;
using namespace sluice::shm;
using namespace sluice::shm::test;
using namespace std::chrono_literals;
using sluice::test::child_process;
using sluice::test::scratch_directory;

namespace {

constexpr auto patience = 5s;

/// Process "alpha" (this one), and as many others as a test starts.
struct world {
  scratch_directory directory;
  config settings;
  std::optional<caf::actor_system> system;
  std::optional<caf::scoped_actor> self;

  explicit world(std::vector<std::string> options = {}, bool tcp = false) {
    options.push_back("--shm.directory=" + directory.path().string());
    REQUIRE(!settings.parse(options));
    settings.role = "alpha";
    load_transport(settings);
    if (tcp)
      settings.load<caf::io::middleman>();
    system.emplace(settings);
    self.emplace(*system, true);
  }

  child_process start(const std::string& role, std::vector<std::string> more = {},
                      const std::filesystem::path& error_file = {}) const {
    more.push_back("--role=" + role);
    more.push_back("--shm.directory=" + directory.path().string());
    return child_process{sluice::test::bin_directory() / "sluice-test-transport-peer", more, error_file};
  }

  /// Waits until `name` of `role` is found; empty when it takes too long.
  caf::strong_actor_ptr find(const std::string& role, const std::string& name, const interface& wanted = {}) {
    const auto finder = spawn_finder(*system, role, name, wanted, caf::actor_cast<caf::strong_actor_ptr>(*self));
    caf::strong_actor_ptr result;
    (*self)->receive(
        [&](peer_up_atom, const std::string&, const caf::strong_actor_ptr& found) {
          result = found;
        },
        caf::after(patience) >> [] {});
    (*self)->send_exit(finder, caf::exit_reason::user_shutdown);
    return result;
  }
  caf::actor boss(const std::string& role = "beta") {
    return caf::actor_cast<caf::actor>(find(role, "boss"));
  }

  /// The result of a request, or the error as text.
  template<class Result, class Target, class... Ts>
  std::string ask(const Target& target, const Ts&... xs) {
    std::string answer;
    (*self)
        ->request(target, patience, xs...)
        .receive(
            [&](const Result& x) {
              answer = caf::deep_to_string(x);
            },
            [&](const caf::error& e) {
              answer = "error: " + system->render(e);
            });
    return answer;
  }

  /// The reason in the next down message, as text.
  std::string next_down() {
    std::string reason = "nothing";
    (*self)->receive(
        [&](const caf::down_msg& x) {
          reason = system->render(x.reason);
        },
        caf::after(patience) >> [] {});
    return reason;
  }
};

/// Polls for `condition` until it holds or time is up.
template<class Condition>
bool eventually(Condition condition) {
  for (const auto until = std::chrono::steady_clock::now() + patience; std::chrono::steady_clock::now() < until;) {
    if (condition())
      return true;
    std::this_thread::sleep_for(5ms);
  }
  return condition();
}

caf::behavior linked(caf::event_based_actor* self, const caf::actor& other) {
  self->link_to(other);
  return {[](std::int32_t x) {
    return x;
  }};
}

calculator::behavior_type add(calculator::pointer) {
  return {[](std::int32_t a, std::int32_t b) {
            return a + b;
          },
          [](const volume&) {
            return std::string{};
          },
          [](const std::string&) {}};
}

} // namespace

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

TEST_CASE("SIGKILL of a process ends its actors and its requests, and a restarted one is found by name") {
  world here;
  auto beta = here.start("beta");
  const auto boss = here.boss();
  REQUIRE(boss);
  (*here.self)->monitor(boss);
  auto pending = (*here.self)->request(boss, caf::infinite, slow_atom_v);
  CHECK(here.ask<std::int32_t>(boss, pid_atom_v) == std::to_string(beta.pid()));
  const auto before = std::chrono::steady_clock::now();
  beta.signal(SIGKILL);
  std::string answer;
  pending.receive([](std::int32_t) {},
                  [&](const caf::error& e) {
                    answer = here.system->render(e);
                  });
  const auto took = std::chrono::steady_clock::now() - before;
  CHECK(answer == "exit_reason(remote_link_unreachable)");
  MESSAGE("request in flight failed after " << std::chrono::duration<double, std::milli>(took).count() << " ms");
  CHECK(took < 500ms); // not the bar (10 ms on a quiet machine), but far from any timeout
  CHECK(here.next_down() == "exit_reason(remote_link_unreachable)");
  CHECK(here.ask<std::int32_t>(boss, pid_atom_v).starts_with("error"));
  beta.wait();

  auto again = here.start("beta");
  const auto new_boss = here.boss();
  REQUIRE(new_boss);
  CHECK(new_boss != boss);
  CHECK(here.ask<std::int32_t>(new_boss, pid_atom_v) == std::to_string(again.pid()));
}

TEST_CASE("the last result of a process that ends arrives before the news of its end") {
  world here;
  for (int i = 0; i < 10; ++i) {
    auto beta = here.start("beta");
    const auto boss = here.boss();
    REQUIRE(boss);
    CHECK(here.ask<std::int32_t>(boss, stop_atom_v, i) == std::to_string(i));
    CHECK(beta.wait() == 0);
  }
}

TEST_CASE("a finder reports up, down and up again, and ends with its listener") {
  world here;
  const auto me = caf::actor_cast<caf::strong_actor_ptr>(*here.self);
  const auto finder = spawn_finder<calculator>(*here.system, "beta", "calculator", me);
  (*here.self)->monitor(finder);
  const auto next = [&] {
    std::string what = "nothing";
    (*here.self)
        ->receive(
            [&](peer_up_atom, const std::string& role, const caf::strong_actor_ptr&) {
              what = "up " + role;
            },
            [&](peer_down_atom, const std::string& role, const caf::error&) {
              what = "down " + role;
            },
            caf::after(patience) >> [] {});
    return what;
  };
  auto beta = here.start("beta");
  CHECK(next() == "up beta");
  beta.signal(SIGKILL);
  CHECK(next() == "down beta");
  beta.wait();
  auto again = here.start("beta");
  CHECK(next() == "up beta");
  (*here.self)->send_exit(finder, caf::exit_reason::user_shutdown);
  CHECK(here.next_down() == "exit_reason(user_shutdown)");

  const auto listener = here.system->spawn([](caf::event_based_actor*) -> caf::behavior {
    return {[](std::int32_t) {}};
  });
  const auto second = spawn_finder<calculator>(*here.system, "gamma", "calculator", listener);
  (*here.self)->monitor(second);
  caf::anon_send_exit(listener, caf::exit_reason::kill);
  CHECK(here.next_down() != "nothing");
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

TEST_CASE("a second process of the same role is refused with a sentence") {
  world here;
  auto beta = here.start("beta");
  REQUIRE(here.boss());
  const auto errors = here.directory.path() / "errors";
  auto second = here.start("beta", {}, errors);
  CHECK(second.wait() == 3);
  std::string sentence;
  std::getline(std::ifstream{errors} >> std::ws, sentence);
  CHECK(sentence.starts_with("role 'beta' of instance 'default' is already running"));
  CHECK(here.ask<std::int32_t>(here.boss(), pid_atom_v) == std::to_string(beta.pid()));
}

TEST_CASE("a directory that cannot be used is a sentence, not a crash") {
  config settings;
  REQUIRE(!settings.parse(std::vector<std::string>{"--shm.directory=/nonexistent/place"}));
  settings.role = "alpha";
  load_transport(settings);
  std::string sentence;
  try {
    caf::actor_system system{settings};
  } catch (const transport_error& error) {
    sentence = error.what();
  }
  CHECK(sentence == "cannot open /nonexistent/place/sluice.default.roster.lives: No such file or directory");
}

TEST_CASE("an orderly stop leaves no file behind, and the other side hears of it") {
  world here;
  auto beta = here.start("beta");
  const auto boss = here.boss();
  REQUIRE(boss);
  (*here.self)->monitor(boss);
  (*here.self)->send_exit(boss, caf::exit_reason::user_shutdown);
  CHECK(here.next_down() == "exit_reason(user_shutdown)");
  CHECK(beta.wait() == 0);
  here.self.reset();
  here.system.reset();
  CHECK(std::filesystem::is_empty(here.directory.path()));
}

TEST_CASE("a stopped process blocks nobody: requests are answered or refused at once, and it is reported") {
  world here{{"--shm.slots=16", "--shm.outbox=262144", "--shm.heartbeat-interval=20ms", "--shm.hung-after=100ms"}};
  auto beta = here.start("beta", {"--shm.slots=16", "--shm.heartbeat-interval=20ms", "--shm.hung-after=100ms"});
  auto gamma = here.start("gamma", {"--shm.heartbeat-interval=20ms", "--shm.hung-after=100ms"});
  const auto boss = here.boss("beta");
  const auto other = here.boss("gamma");
  REQUIRE(boss);
  REQUIRE(other);
  beta.signal(SIGSTOP);
  constexpr int requests = 200;
  using response = decltype((*here.self)->request(boss, caf::infinite, hello_atom_v, std::string{}));
  std::vector<response> pending;
  auto slowest = 0ns;
  const std::string text(8000, 'q');
  for (int i = 0; i < requests; ++i) {
    const auto before = std::chrono::steady_clock::now();
    pending.push_back((*here.self)->request(boss, caf::infinite, hello_atom_v, text));
    slowest = std::max<std::chrono::nanoseconds>(slowest, std::chrono::steady_clock::now() - before);
  }
  MESSAGE("slowest send to a stopped process " << std::chrono::duration<double, std::micro>(slowest).count() << " us");
  CHECK(slowest < 1s);
  CHECK(here.ask<std::int32_t>(other, pid_atom_v) == std::to_string(gamma.pid()));
  CHECK(eventually([&] {
    return transport_of(*here.system).counters().hung == 1;
  }));
  beta.signal(SIGCONT);
  int answered = 0;
  int refused = 0;
  for (auto& x : pending)
    x.receive(
        [&](std::size_t) {
          ++answered;
        },
        [&](const caf::error& e) {
          refused += e == problem::overloaded ? 1 : 0;
        });
  CHECK(answered + refused == requests);
  CHECK(answered >= 16);
  CHECK(refused > 0);
}

TEST_CASE("samples to a stopped process are dropped oldest first and counted; those that arrive are in order") {
  world here{{"--shm.slots=16", "--shm.outbox=262144"}};
  auto beta = here.start("beta", {"--shm.slots=16"});
  const auto boss = here.boss();
  REQUIRE(boss);
  beta.signal(SIGSTOP);
  constexpr std::uint64_t samples = 2000;
  for (std::uint64_t i = 1; i <= samples; ++i)
    (*here.self)->send(boss, sample_atom_v, i, std::string(1000, 's'));
  beta.signal(SIGCONT);
  std::uint64_t received = 0;
  std::uint64_t last = 0;
  bool in_order = false;
  (*here.self)
      ->request(boss, patience, count_atom_v)
      .receive(
          [&](std::uint64_t n, std::uint64_t newest, bool ordered) {
            received = n;
            last = newest;
            in_order = ordered;
          },
          [](caf::error&) {});
  const auto dropped = transport_of(*here.system).counters().peers.at(0).samples_dropped;
  CHECK(dropped > 1000);
  CHECK(received + dropped == samples);
  CHECK(last == samples);
  CHECK(in_order);
}

TEST_CASE("a receiver that runs actors in its own thread answers the same") {
  world here{{"--shm.inline"}};
  auto beta = here.start("beta", {"--shm.inline"});
  const auto boss = here.boss();
  REQUIRE(boss);
  const auto mine = here.system->spawn(add);
  for (int i = 0; i < 100; ++i)
    REQUIRE(here.ask<std::int32_t>(boss, ask_atom_v, mine) == "42");
  caf::anon_send_exit(mine, caf::exit_reason::user_shutdown);
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
