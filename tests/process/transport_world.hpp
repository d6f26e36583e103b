// This process and others that talk to it: what the transport's process tests arrange.
#pragma once

#include "tests/process/child_process.hpp"
#include "tests/process/transport_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <thread>

namespace sluice::shm::test {

using namespace std::chrono_literals;
using sluice::test::child_process;
using sluice::test::scratch_directory;

inline constexpr auto patience = 5s;

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
    settings.inline_execution = !settings.hand_over;
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

inline caf::behavior linked(caf::event_based_actor* self, const caf::actor& other) {
  self->link_to(other);
  return {[](std::int32_t x) {
    return x;
  }};
}

inline calculator::behavior_type add(calculator::pointer) {
  return {[](std::int32_t a, std::int32_t b) {
            return a + b;
          },
          [](const volume&) {
            return std::string{};
          },
          [](const std::string&) {}};
}

} // namespace sluice::shm::test
