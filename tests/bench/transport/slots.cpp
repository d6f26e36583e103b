// Our slots without actors: outlet and inbox, used as the transport's sender and receiver thread use them.
#include "tests/bench/transport/subjects.hpp"

#include "shm/mailslot/futex.hpp"
#include "shm/mailslot/inbox.hpp"
#include "shm/mailslot/outlet.hpp"
#include "shm/mailslot/participant.hpp"

#include <optional>
#include <stdexcept>
#include <thread>

namespace sluice::bench {

namespace {

using namespace std::chrono_literals;

/// As many lanes as a Sluice instance has roles. Node n is role n + 1.
constexpr std::uint32_t lanes = max_nodes;
/// As in shm/transport/inbound.cpp: messages taken from one lane before the next has its turn.
constexpr int lane_turn = 32;
constexpr auto room_look = 5ms;
constexpr auto patience = 5s;

constexpr std::uint32_t role_of(unsigned node) {
  return node + 1;
}
std::string role_name(unsigned node) {
  return "node" + std::to_string(node);
}

/// Sluice's own sizes as long as the message fits a slot; else slots that hold it, 64 of them.
shm::geometry sizes_for(std::size_t message_bytes) {
  shm::geometry result;
  result.lanes = lanes;
  if (message_bytes > result.capacity()) {
    result.slots_per_lane = 64;
    result.slot_bytes = static_cast<std::uint32_t>((message_bytes + sizeof(shm::slot) + 63) / 64 * 64);
  }
  return result;
}

template<class T>
T must(shm::outcome<T> x) {
  if (!x)
    throw std::runtime_error{x.why().sentence};
  return std::move(*x);
}

class slots_endpoint final : public endpoint {
public:
  slots_endpoint(const run_plan& plan, unsigned node, std::chrono::nanoseconds spin)
      : where_{plan.directory, plan.name},
        own_(must(shm::membership::join(where_, role_of(node), role_name(node)))),
        spin_(spin) {
    const bool receives = node == 0 || plan.what == measure::round_trip;
    const bool sends = node != 0 || plan.what == measure::round_trip;
    if (receives) {
      auto mailbox = must(shm::segment::create(where_.segment(role_name(node)), sizes_for(plan.size), role_of(node),
                                               own_.incarnation()));
      in_.emplace(std::move(mailbox), own_.self(), [this](shm::participant x) {
        return own_.alive(x);
      });
    }
    if (sends)
      connect(node == 0 ? 1 : 0);
    header_.operation = 100;
    header_.sender_role = static_cast<std::uint8_t>(role_of(node));
    header_.sender_incarnation = own_.incarnation();
  }

  void send(std::span<const std::byte> message) override {
    ++header_.sequence;
    while (!out_->put(header_, {}, message))
      out_->wait_for_room(room_look);
    out_->notify();
  }

  std::span<const std::byte> receive() override {
    for (;;) {
      if (turn_ < lane_turn) {
        switch (in_->take(role_, found_, parameters_)) {
        case shm::take_result::message:
          ++turn_;
          any_ = true;
          return parameters_;
        case shm::take_result::nothing:
          break;
        default:
          throw std::runtime_error{"a slot was refused or recovered"};
        }
      }
      turn_ = 0;
      if (++role_ <= lanes)
        continue;
      role_ = 1;
      in_->beat();
      if (!any_)
        in_->wait(shm::no_limit, spin_);
      any_ = false;
    }
  }

private:
  /// Waits until the other node has made its mailbox.
  void connect(unsigned other) {
    const auto file = where_.segment(role_name(other));
    for (const auto until = std::chrono::steady_clock::now() + patience;; std::this_thread::sleep_for(1ms)) {
      auto mailbox = shm::segment::open(file, role_of(other));
      if (mailbox) {
        out_.emplace(std::move(*mailbox), own_.self());
        return;
      }
      if (std::chrono::steady_clock::now() > until)
        throw std::runtime_error{mailbox.why().sentence};
    }
  }

  shm::place where_;
  shm::membership own_;
  std::chrono::nanoseconds spin_;
  std::optional<shm::inbox> in_;
  std::optional<shm::outlet> out_;
  shm::message_header header_;
  shm::message_header found_;
  std::vector<std::byte> parameters_;
  std::uint32_t role_ = 1; ///< whose lane has its turn
  int turn_ = 0;
  bool any_ = false; ///< in this round over the lanes
};

class slots_subject final : public endpoint_subject {
public:
  slots_subject(std::string name, std::chrono::nanoseconds spin) : name_(std::move(name)), spin_(spin) {}
  [[nodiscard]] std::string name() const override {
    return name_;
  }

protected:
  std::unique_ptr<endpoint> open(const run_plan& plan, unsigned node) override {
    return std::make_unique<slots_endpoint>(plan, node, spin_);
  }

private:
  std::string name_;
  std::chrono::nanoseconds spin_;
};

} // namespace

subject_ptr slots(std::string name, std::chrono::nanoseconds spin) {
  return std::make_unique<slots_subject>(std::move(name), spin);
}

} // namespace sluice::bench
