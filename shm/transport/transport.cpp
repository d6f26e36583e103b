// The transport's life: role, mailbox and threads, in this order; and the ends of peers.
#include "shm/transport/transport.hpp"

#include "actors/runtime/log.hpp"
#include "shm/transport/node_identity.hpp"
#include "shm/transport/problem.hpp"

#include <caf/detail/set_thread_name.hpp>

#include <algorithm>
#include <utility>

#include <unistd.h>

namespace sluice::shm {

namespace {

constexpr auto component = caf::atom("transport");
constexpr auto goodbye_patience = std::chrono::milliseconds{200};

template<class T>
T unwrap(outcome<T> x) {
  if (!x)
    throw transport_error{x.why().sentence};
  return std::move(*x);
}

} // namespace

transport::transport(caf::actor_system& system, const transport_settings& settings)
    : system_(system),
      settings_(settings),
      where_{settings.directory, settings.instance},
      proxies_(system, *this),
      unit_(system, proxies_, settings.inline_execution) {}

transport::~transport() {
  stop();
}

void transport::acquire() {
  if (const auto wrong = mistakes(settings_); !wrong.empty())
    throw transport_error{wrong.front()};
  const auto position = std::find(settings_.roles.begin(), settings_.roles.end(), settings_.role);
  const auto role = static_cast<std::uint32_t>(position - settings_.roles.begin()) + 1;
  own_ = unwrap(membership::join(where_, role, settings_.role));
  const geometry sizes{static_cast<std::uint32_t>(settings_.roles.size()), settings_.slots, settings_.slot_size};
  auto mailbox = unwrap(segment::create(where_.segment(settings_.role), sizes, role, own_->incarnation()));
  inbox_.emplace(std::move(mailbox), own_->self(), [this](participant x) {
    return own_->alive(x);
  });
  peers_.emplace(settings_, *own_, [this](const peer_ptr& x) {
    on_death(x);
  });
  courier::reports reports;
  reports.hung = [this](const peer& x, bool hung) {
    if (hung)
      hung_.fetch_add(1, std::memory_order_relaxed);
    log(hung ? log_events::peer_hung : log_events::peer_resumed, component, log_field{"role", x.name()});
  };
  reports.dropped = [](const peer& x, std::uint64_t samples, std::uint64_t others) {
    log(log_events::messages_dropped, component, log_field{"role", x.name()}, log_field{"samples", samples},
        log_field{"others", others});
  };
  reports.looked = [this] {
    inbox_->wake(); // the receiver shows that it goes round
    report_refusal();
  };
  courier_.emplace(*peers_, settings_.heartbeat_interval, settings_.hung_after, std::move(reports));
}

void transport::start() {
  log(log_events::transport_ready, component, log_field{"role", settings_.role},
      log_field{"instance", settings_.instance}, log_field{"directory", settings_.directory},
      log_field{"life", own_->self().life()});
  courier_->start([this] {
    caf::detail::set_thread_name("shm.courier");
    return std::make_shared<log_scope>(system_);
  });
  receiver_ = std::thread{[this] {
    caf::detail::set_thread_name("shm.receiver");
    const log_scope scope{system_};
    system_.thread_started();
    receive();
    system_.thread_terminates();
  }};
}

void transport::stop() {
  if (!own_)
    return;
  if (courier_)
    courier_->stop(goodbye_patience);
  if (inbox_) {
    inbox_->close();
    stop_.store(true, std::memory_order_release);
    inbox_->wake();
    if (receiver_.joinable())
      receiver_.join();
  }
  if (peers_)
    peers_->forget_all();
  for (auto& question : names_.clear())
    question.answer(caf::make_error(problem::not_running, "this process is stopping"));
  senders_.fill(nullptr);
  proxies_.clear();
  if (inbox_)
    ::unlink(where_.segment(settings_.role).c_str());
  own_.reset(); // gives the role back
}

caf::node_id transport::node() const {
  return make_node(settings_.instance, {own_->self().role(), own_->incarnation()});
}

/// Somebody of another layout could not talk to one of us: its own log says so, and now ours.
void transport::report_refusal() {
  const auto refusal = own_->next_refusal();
  if (!refusal)
    return;
  const auto known = refusal->role >= 1 && refusal->role <= settings_.roles.size();
  log(log_events::layout_refused, component,
      log_field{"role", known ? settings_.roles[refusal->role - 1] : std::to_string(refusal->role)},
      log_field{"layout_version", refusal->layout_version}, log_field{"ours", layout_version},
      log_field{"reason", "run the same release in all processes"});
}

void transport::on_death(const peer_ptr& dead) {
  {
    const std::lock_guard lock{dying_mutex_};
    dying_.push_back(dead);
  }
  inbox_->wake(); // the receiver's thread goes on with it
}

transport_counters transport::counters() const {
  transport_counters result;
  if (!inbox_)
    return result;
  for (std::uint32_t i = 0; i < inbox_->mailbox().sizes().lanes; ++i) {
    const auto lane = inbox_->mailbox().lane_at(i);
    const auto& from = lane.header();
    const auto head = from.head.load(std::memory_order_relaxed);
    const auto tail = from.tail.load(std::memory_order_relaxed);
    result.lanes.push_back({settings_.roles[i], from.messages.load(std::memory_order_relaxed),
                            from.bytes.load(std::memory_order_relaxed), from.recovered.load(std::memory_order_relaxed),
                            from.refused.load(std::memory_order_relaxed), from.full.load(std::memory_order_relaxed),
                            tail > head ? std::min(tail - head, lane.slots()) : 0});
  }
  for (const auto& x : peers_->all())
    result.peers.push_back({x->name(), x->outbox_bytes(), x->samples_dropped(), x->refused()});
  result.malformed = malformed_.load(std::memory_order_relaxed);
  result.deaths = deaths_.load(std::memory_order_relaxed);
  result.hung = hung_.load(std::memory_order_relaxed);
  return result;
}

} // namespace sluice::shm
