// iceoryx 2: untyped publisher and subscriber that lose nothing, its service RouDi started and ended here.
#include "tests/bench/transport/child.hpp"
#include "tests/bench/transport/subjects.hpp"

#include <iceoryx_hoofs/log/logmanager.hpp>
#include <iceoryx_posh/mepoo/chunk_header.hpp>
#include <iceoryx_posh/popo/untyped_publisher.hpp>
#include <iceoryx_posh/popo/untyped_subscriber.hpp>
#include <iceoryx_posh/popo/wait_set.hpp>
#include <iceoryx_posh/runtime/posh_runtime.hpp>

#include <csignal>
#include <cstring>
#include <ctime>
#include <optional>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 10s;

/// As many messages as a lane of the slots has for this size.
std::uint64_t depth_for(std::size_t message_bytes) {
  return message_bytes > 4096 ? 64 : 256;
}

iox::capro::IdString_t text(const std::string& x) {
  return {iox::cxx::TruncateToCapacity, x.c_str()};
}

template<class Condition>
void await(Condition condition, const char* what) {
  for (const auto until = std::chrono::steady_clock::now() + patience; !condition(); std::this_thread::sleep_for(1ms))
    if (std::chrono::steady_clock::now() > until)
      throw std::runtime_error{std::string{"iceoryx: no "} + what};
}

iox::popo::PublisherOptions publisher_options() {
  iox::popo::PublisherOptions x;
  x.subscriberTooSlowPolicy = iox::popo::ConsumerTooSlowPolicy::WAIT_FOR_CONSUMER;
  return x;
}

iox::popo::SubscriberOptions subscriber_options(std::size_t size) {
  iox::popo::SubscriberOptions x;
  x.queueCapacity = depth_for(size);
  x.queueFullPolicy = iox::popo::QueueFullPolicy::BLOCK_PRODUCER;
  return x;
}

class iceoryx_endpoint final : public endpoint {
public:
  iceoryx_endpoint(const run_plan& plan, unsigned node, iceoryx_receiver how) : how_(how) {
    const auto process = plan.name + "-" + std::to_string(node);
    iox::log::LogManager::GetLogManager().SetDefaultLogLevel(iox::log::LogLevel::kOff,
                                                             iox::log::LogLevelOutput::kHideLogLevel);
    iox::runtime::PoshRuntime::initRuntime({iox::cxx::TruncateToCapacity, process.c_str()});
    const auto service = [&](bool there) {
      return iox::capro::ServiceDescription{"sluice-bench", text(plan.name), text(there ? "there" : "back")};
    };
    const bool both = plan.what == measure::round_trip;
    if (node == 0 || both)
      in_.emplace(service(node == 0), subscriber_options(plan.size));
    if (node != 0 || both)
      out_.emplace(service(node != 0), publisher_options());
    if (in_ && how_ == iceoryx_receiver::wait_set) {
      waiting_.emplace();
      waiting_->attachState(*in_, iox::popo::SubscriberState::HAS_DATA).or_else([](auto) {
        throw std::runtime_error{"iceoryx: cannot wait for the subscriber"};
      });
    }
    if (out_)
      await(
          [this] {
            return out_->hasSubscribers();
          },
          "subscriber");
    if (in_)
      await(
          [this] {
            return in_->getSubscriptionState() == iox::SubscribeState::SUBSCRIBED;
          },
          "subscription");
  }
  ~iceoryx_endpoint() override {
    give_back();
    waiting_.reset();
  }

  void send(std::span<const std::byte> message) override {
    for (bool sent = false; !sent;)
      out_->loan(static_cast<std::uint32_t>(message.size())).and_then([&](void* chunk) {
        std::memcpy(chunk, message.data(), message.size());
        out_->publish(chunk);
        sent = true;
      });
  }

  std::span<const std::byte> receive() override {
    give_back();
    for (;;) {
      in_->take().and_then([this](const void* chunk) {
        held_ = chunk;
      });
      if (held_ != nullptr)
        return {static_cast<const std::byte*>(held_),
                iox::mepoo::ChunkHeader::fromUserPayload(held_)->userPayloadSize()};
      if (how_ == iceoryx_receiver::wait_set)
        waiting_->wait();
    }
  }

private:
  void give_back() {
    if (held_ != nullptr)
      in_->release(held_);
    held_ = nullptr;
  }

  iceoryx_receiver how_;
  std::optional<iox::popo::UntypedSubscriber> in_;
  std::optional<iox::popo::UntypedPublisher> out_;
  std::optional<iox::popo::WaitSet<>> waiting_;
  const void* held_ = nullptr;
};

/// The process that owns iceoryx's shared memory. Its names are fixed: one for the whole machine.
class roudi {
public:
  void start() {
    if (process_)
      return;
    process_.emplace([] {
      const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
      ::dup2(nowhere, STDOUT_FILENO);
      ::dup2(nowhere, STDERR_FILENO);
      ::execlp("iox-roudi", "iox-roudi", "--monitoring-mode", "off", "--log-level", "off", nullptr);
      ::_exit(127);
    });
    std::this_thread::sleep_for(300ms); // a second RouDi, or none at all, shows itself by then
    if (process_->ended()) {
      process_.reset();
      throw std::runtime_error{"iox-roudi does not start: is another one running?"};
    }
  }

  /// By SIGTERM, upon which it removes its shared memory; by force after two seconds.
  void stop() {
    if (!process_)
      return;
    ::kill(process_->pid(), SIGTERM);
    for (int i = 0; i < 200 && !process_->ended(); ++i)
      std::this_thread::sleep_for(10ms);
    process_.reset();
  }

  [[nodiscard]] std::int64_t cpu_ns() const {
    clockid_t clock{};
    timespec ts{};
    if (!process_ || ::clock_getcpuclockid(process_->pid(), &clock) != 0 || ::clock_gettime(clock, &ts) != 0)
      return 0;
    return std::int64_t{ts.tv_sec} * 1'000'000'000 + ts.tv_nsec;
  }

private:
  std::optional<child> process_;
};

roudi& service() {
  static roudi one;
  return one;
}

class iceoryx_subject final : public endpoint_subject {
public:
  explicit iceoryx_subject(iceoryx_receiver how) : how_(how) {}
  ~iceoryx_subject() override {
    service().stop();
  }
  [[nodiscard]] std::string name() const override {
    return how_ == iceoryx_receiver::polling ? "iceoryx-polling" : "iceoryx-waitset";
  }
  void prepare(const run_plan&) override {
    service().start();
  }
  void leave() override {
    service().stop();
  }
  [[nodiscard]] std::int64_t service_cpu_ns() const override {
    return service().cpu_ns();
  }

protected:
  std::unique_ptr<endpoint> open(const run_plan& plan, unsigned node) override {
    return std::make_unique<iceoryx_endpoint>(plan, node, how_);
  }

private:
  iceoryx_receiver how_;
};

} // namespace

subject_ptr iceoryx(iceoryx_receiver how) {
  return std::make_unique<iceoryx_subject>(how);
}

} // namespace sluice::bench
