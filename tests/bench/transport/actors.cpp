// CAF actors that call each other and send to each other, over TCP or over the slots. The actors are the same.
#include "actors/protocol/peers.hpp"
#include "shm/transport/finder.hpp"
#include "shm/transport/transport.hpp"
#include "tests/bench/transport/actors_messages.hpp"
#include "tests/bench/transport/payload.hpp"

#include <array>
#include <future>
#include <stdexcept>
#include <thread>

namespace sluice::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 15s;
constexpr const char* published_name = "server";

/// How many messages of a sender may be under way, and after how many the receiver gives more.
struct credit {
  std::uint32_t window;
  std::uint32_t step;
  static credit for_size(std::size_t bytes) {
    return bytes > 4096 ? credit{64, 16} : credit{1024, 256};
  }
};

std::span<const std::byte> bytes_of(const std::string& x) {
  return std::as_bytes(std::span{x});
}

std::string string_of(std::span<const std::byte> x) {
  return {reinterpret_cast<const char*>(x.data()), x.size()};
}

/// What an actor tells the thread that waits for it: the end, or what was wrong.
class outcome {
public:
  /// Runs a part of a handler; what it throws ends the run.
  template<class Part>
  void guard(Part part) {
    try {
      part();
    } catch (...) {
      if (!said_)
        promise_.set_exception(std::current_exception());
      said_ = true;
    }
  }
  void done() {
    if (!said_)
      promise_.set_value();
    said_ = true;
  }
  /// In the waiting thread. @throws what a guarded part threw
  void await() {
    promise_.get_future().get();
  }

private:
  std::promise<void> promise_;
  bool said_ = false;
};

/// What the actors of one node know of the run; outlives them.
struct part {
  const run_plan& plan;
  unsigned node;
  node_report& report;
  outcome end;
};

/// Node 0's: answers calls, counts what is sent to it.
struct server_state {
  std::array<std::uint64_t, max_nodes> sequence{};
  std::array<caf::actor, max_nodes> senders;
  unsigned ended = 0;
};

caf::behavior serve(caf::stateful_actor<server_state>* self, part* mine) {
  const auto terms = credit::for_size(mine->plan.size);
  const auto take = [=](const std::string& x) {
    const auto sender = head_of(bytes_of(x)).sender;
    if (sender == 0 || sender > mine->plan.senders)
      throw std::runtime_error{"message of an unknown sender"};
    return check(bytes_of(x), mine->plan.size, sender, ++self->state.sequence.at(sender));
  };
  return {
      [=](ping_atom, std::string& x) {
        mine->end.guard([&] {
          if (take(x).last != 0)
            mine->end.done();
        });
        return std::move(x);
      },
      [=](hello_atom, std::uint32_t sender, const caf::actor& who) {
        self->state.senders.at(sender) = who;
        self->send(who, credit_atom_v, terms.window);
      },
      [=](data_atom, const std::string& x) {
        mine->end.guard([&] {
          const auto head = take(x);
          ++mine->report.messages;
          if (head.sequence % terms.step == 0)
            self->send(self->state.senders.at(head.sender), credit_atom_v, terms.step);
          if (head.last == 0 || ++self->state.ended < mine->plan.senders)
            return;
          mine->report.end_ns = now_ns();
          mine->end.done();
        });
      },
  };
}

/// Calls one after the other, each from the handler of the result before.
struct caller_state {
  explicit caller_state(const part& mine) : message(mine.plan.size, mine.node), log(mine.plan.duration_ns) {}
  payload message;
  latency_log log;
  std::uint64_t sequence = 0;
  std::int64_t warm_until = 0;
  bool recording = false;
};

void call_again(caf::event_based_actor* self, caller_state* x, const caf::actor& server, part* mine) {
  if (!x->recording && now_ns() > x->warm_until) {
    x->recording = true;
    x->log.start();
  }
  const bool last = x->recording && !x->log.open();
  self->request(server, caf::infinite, ping_atom_v, string_of(x->message.stamp(++x->sequence, last)))
      .then(
          [=](const std::string& reply) {
            mine->end.guard([&] {
              check(bytes_of(reply), mine->plan.size, mine->node, x->sequence);
              if (last)
                return mine->end.done();
              if (x->recording)
                x->log.lap();
              call_again(self, x, server, mine);
            });
          },
          [=](const caf::error& problem) {
            mine->end.guard([&] {
              throw std::runtime_error{self->system().render(problem)};
            });
          });
}

caf::behavior call(caf::event_based_actor* self, const caf::actor& server, caller_state* x, part* mine) {
  return {[=](start_atom) {
    x->warm_until = now_ns() + mine->plan.duration_ns / 10;
    call_again(self, x, server, mine);
  }};
}

/// Sends whenever it has credit, until time is up.
struct sender_state {
  std::uint64_t sequence = 0;
  std::int64_t until = 0;
  bool ended = false;
};

caf::behavior send(caf::stateful_actor<sender_state>* self, const caf::actor& server, part* mine) {
  const auto message = std::make_shared<payload>(mine->plan.size, mine->node);
  return {
      [=](start_atom) {
        self->state.until = now_ns() + mine->plan.duration_ns;
        self->send(server, hello_atom_v, std::uint32_t{mine->node}, caf::actor_cast<caf::actor>(self));
      },
      [=](credit_atom, std::uint32_t messages) {
        auto& x = self->state;
        for (std::uint32_t i = 0; i < messages && !x.ended; ++i) {
          x.ended = i % 16 == 0 && now_ns() > x.until;
          self->send(server, data_atom_v, string_of(message->stamp(++x.sequence, x.ended)));
        }
        if (x.ended)
          mine->end.done();
      },
  };
}

class actors_subject final : public subject {
public:
  actors_subject(actor_path how, std::string ini_file) : how_(how), ini_file_(std::move(ini_file)) {}

  [[nodiscard]] std::string name() const override {
    switch (how_) {
    case actor_path::tcp:
      return "actors-tcp";
    case actor_path::tcp_default:
      return "actors-tcp-default";
    case actor_path::slots:
      return "actors-slots";
    default:
      return "actors-slots-inline";
    }
  }

  void take_part(const run_plan& plan, unsigned node, stage& at) override {
    actors_config settings{how_, ini_file_, plan, node};
    caf::actor_system system{settings};
    caf::scoped_actor self{system};
    part mine{plan, node, at.report(), {}};
    if (plan.what == measure::idle)
      be_idle(mine, at, system, self);
    else if (node == 0)
      be_server(mine, at, system, self);
    else
      be_client(mine, at, system, self);
  }

private:
  void be_server(part& mine, stage& at, caf::actor_system& system, caf::scoped_actor& self) const {
    const auto server = system.spawn(serve, &mine);
    publish(system, server, at);
    at.begin();
    mine.end.await();
    at.finish();
    self->send_exit(server, caf::exit_reason::user_shutdown);
    self->wait_for(server);
  }

  void be_client(part& mine, stage& at, caf::actor_system& system, caf::scoped_actor& self) const {
    caller_state calls{mine};
    const auto server = find(system, self, "node0", at);
    const bool two_way = mine.plan.what == measure::round_trip;
    const auto client = two_way ? system.spawn(call, server, &calls, &mine) : system.spawn(send, server, &mine);
    at.begin();
    self->send(client, start_atom_v);
    mine.end.await();
    if (two_way) {
      at.report().messages = calls.sequence;
      at.report().end_ns = now_ns();
    }
    at.finish();
    calls.log.report_to(at.report());
    self->send_exit(client, caf::exit_reason::user_shutdown);
    self->wait_for(client);
  }

  void be_idle(part& mine, stage& at, caf::actor_system& system, caf::scoped_actor& self) const {
    const auto server = system.spawn(serve, &mine);
    publish(system, server, at);
    for (unsigned other = 0; other <= mine.plan.senders; ++other)
      if (other != mine.node)
        static_cast<void>(find(system, self, "node" + std::to_string(other), at));
    at.begin();
    std::this_thread::sleep_for(std::chrono::nanoseconds{mine.plan.duration_ns});
    at.finish();
    self->send_exit(server, caf::exit_reason::user_shutdown);
    self->wait_for(server);
  }

  void publish(caf::actor_system& system, const caf::actor& server, stage& at) const {
    if (!over_tcp(how_)) {
      shm::transport_of(system).publish(published_name, caf::actor_cast<caf::strong_actor_ptr>(server));
      return;
    }
    const auto port = system.middleman().publish(server, 0, "127.0.0.1");
    if (!port)
      throw std::runtime_error{system.render(port.error())};
    at.note().store(*port);
  }

  caf::actor find(caf::actor_system& system, caf::scoped_actor& self, const std::string& role, stage& at) const {
    if (over_tcp(how_)) {
      for (const auto until = std::chrono::steady_clock::now() + patience; at.note().load() == 0;) {
        if (std::chrono::steady_clock::now() > until)
          throw std::runtime_error{"no port"};
        std::this_thread::sleep_for(1ms);
      }
      auto server = system.middleman().remote_actor("127.0.0.1", static_cast<std::uint16_t>(at.note().load()));
      if (!server)
        throw std::runtime_error{system.render(server.error())};
      return *server;
    }
    const auto finder =
        shm::spawn_finder(system, role, published_name, {}, caf::actor_cast<caf::strong_actor_ptr>(self));
    caf::actor found;
    self->receive(
        [&](peer_up_atom, const std::string&, const caf::strong_actor_ptr& server) {
          found = caf::actor_cast<caf::actor>(server);
        },
        caf::after(patience) >> [] {});
    self->send_exit(finder, caf::exit_reason::user_shutdown);
    if (!found)
      throw std::runtime_error{"actor of " + role + " not found"};
    return found;
  }

  actor_path how_;
  std::string ini_file_;
};

} // namespace

subject_ptr actors(actor_path how, std::string ini_file) {
  return std::make_unique<actors_subject>(how, std::move(ini_file));
}

} // namespace sluice::bench
