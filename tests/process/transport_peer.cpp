// The other process of the transport's tests: publishes a few actors and runs until its "boss" is told to stop.
#include "tests/process/transport_fixture.hpp"

#include <csignal>
#include <fstream>
#include <iostream>

#include <sys/prctl.h>
#include <unistd.h>

namespace sluice::shm::test {
namespace {

calculator::behavior_type calculate(calculator::pointer self) {
  return {
      [](std::int32_t a, std::int32_t b) {
        return a + b;
      },
      [](const volume& x) {
        caf::anon_send(x.watcher, hello_atom_v, "from typed " + x.name);
        return x.name + ":" + std::to_string(x.iops) + ":" + std::to_string(x.latencies.size());
      },
      [self](const std::string&) {
        self->quit();
      },
  };
}

caf::behavior work(caf::event_based_actor* self) {
  return {
      [self](const std::string& command) {
        if (command == "quit")
          self->quit(caf::exit_reason::user_shutdown);
      },
      [](hello_atom, std::string& echo) {
        return echo + " echoed";
      },
  };
}

struct boss_state {
  std::vector<caf::response_promise> never_answered;
  std::uint64_t samples = 0;
  std::uint64_t last_sample = 0;
  bool in_order = true;
};

caf::behavior rule(caf::stateful_actor<boss_state>* self, const calculator& mine) {
  return {
      [](pid_atom) {
        return static_cast<std::int32_t>(::getpid());
      },
      [self](spawn_atom) -> caf::actor {
        return self->spawn(work);
      },
      [self](slow_atom) -> caf::result<std::int32_t> {
        self->state.never_answered.push_back(self->make_response_promise());
        return caf::delegated<std::int32_t>{};
      },
      [self](slow_atom, std::int32_t late) {
        for (auto& x : self->state.never_answered)
          x.deliver(late);
        self->state.never_answered.clear();
        return late;
      },
      [self](call_back_atom, const caf::actor& who, const std::string& text) {
        self->send(who, hello_atom_v, "called back " + text);
      },
      [self](ask_atom, const calculator& theirs) -> caf::result<std::int32_t> {
        auto promise = self->make_response_promise<std::int32_t>();
        self->request(theirs, caf::infinite, 20, 22)
            .then(
                [promise](std::int32_t x) mutable {
                  promise.deliver(x);
                },
                [promise](caf::error& e) mutable {
                  promise.deliver(std::move(e));
                });
        return promise;
      },
      [self](sample_atom, std::uint64_t sequence, const std::string&) {
        self->state.in_order = self->state.in_order && sequence > self->state.last_sample;
        self->state.last_sample = sequence;
        ++self->state.samples;
      },
      [self](count_atom) {
        return caf::make_message(self->state.samples, self->state.last_sample, self->state.in_order);
      },
      [self](stop_atom, std::int32_t x) {
        self->quit();
        return x;
      },
      [](fail_atom) -> caf::result<std::int32_t> {
        return caf::make_error(caf::sec::bad_function_call, "as told");
      },
      [self, mine](delegate_atom, std::int32_t a, std::int32_t b) {
        return self->delegate(mine, a, b);
      },
      [self](delegate_atom, const caf::actor& to) {
        return self->delegate(to, slow_atom_v);
      },
      [self](delegate_atom, const caf::actor& to, std::int32_t x) {
        return self->delegate(to, slow_atom_v, x);
      },
      [](hello_atom, const std::string& text) {
        return text.size();
      },
  };
}

int run(int argc, char** argv) {
  config settings;
  if (auto error = settings.parse(argc, argv)) {
    std::cerr << settings.render(error) << "\n";
    return 2;
  }
  settings.inline_execution = !settings.hand_over;
  const bool gateway = settings.role == "gateway"; // reached over TCP only
  if (!gateway)
    load_transport(settings);
  if (!settings.port_file.empty())
    settings.load<caf::io::middleman>();
  try {
    caf::actor_system system{settings};
    const auto mine = system.spawn(calculate);
    const auto boss = system.spawn(rule, mine);
    if (!gateway) {
      auto& carrier = transport_of(system);
      carrier.publish("boss", caf::actor_cast<caf::strong_actor_ptr>(boss));
      carrier.publish("calculator", caf::actor_cast<caf::strong_actor_ptr>(mine));
    }
    if (!settings.port_file.empty()) {
      const auto port = system.middleman().publish(boss, 0, "127.0.0.1");
      std::ofstream{settings.port_file + ".new"} << (port ? *port : 0);
      std::rename((settings.port_file + ".new").c_str(), settings.port_file.c_str());
    }
    caf::scoped_actor self{system};
    self->wait_for(boss);
    caf::anon_send_exit(mine, caf::exit_reason::user_shutdown);
  } catch (const transport_error& error) {
    std::cerr << error.what() << "\n";
    return 3;
  }
  return 0;
}

} // namespace
} // namespace sluice::shm::test

int main(int argc, char** argv) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL); // no test leaves a process behind
  return sluice::shm::test::run(argc, argv);
}
