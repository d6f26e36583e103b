// What actors see when processes die, stop, end, start twice or do not keep up.
#include "tests/process/transport_world.hpp"

#include <fstream>

using namespace sluice::shm;
using namespace sluice::shm::test;
using sluice::peer_down_atom;
using sluice::peer_up_atom;
using sluice::test::bin_directory;

TEST_SUITE_BEGIN("process.transport.failure");

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

TEST_CASE("life and death are seen across pid namespaces, where every process is number 1") {
  if (child_process{"/usr/bin/unshare", {"--pid", "--fork", "true"}}.wait() != 0) {
    MESSAGE("skipped: this user may not make a pid namespace");
    return;
  }
  world here;
  child_process beta{"/usr/bin/unshare",
                     {"--pid", "--fork", "--kill-child", (bin_directory() / "sluice-test-transport-peer").string(),
                      "--role=beta", "--shm.directory=" + here.directory.path().string()}};
  const auto boss = here.boss();
  REQUIRE(boss);
  CHECK(here.ask<std::int32_t>(boss, pid_atom_v) == "1");
  (*here.self)->monitor(boss);
  beta.signal(SIGKILL);
  CHECK(here.next_down() == "exit_reason(remote_link_unreachable)");
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
  beta.stop();
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
  beta.stop();
  constexpr std::uint64_t samples = 2000;
  for (std::uint64_t i = 1; i <= samples; ++i)
    (*here.self)->send(boss, sample_atom_v, i, std::string(1000, 's'));
  const auto dropped_now = [&] {
    return transport_of(*here.system).counters().peers.at(0).samples_dropped;
  };
  // Sending only hands over to the transport: before it is through, there is room again.
  CHECK(eventually([&] {
    return dropped_now() > 1000;
  }));
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
  CHECK(received + dropped_now() == samples);
  CHECK(last == samples);
  CHECK(in_order);
}

TEST_SUITE_END();
