// The shard's loop.
#include "gateways/engine/shard.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace sluice::gateway {

namespace {

/// Events taken by one system call. Chosen.
constexpr int max_events = 64;

/// How often late handshakes are looked for, and how long accepting pauses when descriptors ran out. Chosen.
constexpr duration chore_interval = std::chrono::milliseconds{250};

/// When the kernel had no memory for what was to be submitted, it is asked again after that time. Chosen.
constexpr int retry_ms = 1;

void watch(int epoll_fd, int fd, std::uint32_t events, event_source& who) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &who;
  if (::epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

} // namespace

shard::shard(engine_core& core, std::size_t index)
    : core_(core),
      index_(index),
      poll_(std::thread::hardware_concurrency() > 1 ? core.config.max_poll : duration::zero()),
      ring_(core.rings.empty() ? nullptr : core.rings[index].get()),
      epoll_fd_(::epoll_create1(EPOLL_CLOEXEC)),
      timer_fd_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
  if (epoll_fd_ < 0 || timer_fd_ < 0)
    throw std::system_error(errno, std::generic_category(), "epoll or timer");
  watch(epoll_fd_, answers_.descriptor(), EPOLLIN, wake_source_);
  watch(epoll_fd_, timer_fd_, EPOLLIN | EPOLLET, timer_source_);
}

shard::~shard() {
  join();
  // Whoever was on its way here when everything stopped.
  for (auto& message : mailbox_)
    if (auto* const x = std::get_if<adopt_connection>(&message); x != nullptr) {
      core_.streams->detach(*x->who->stream(), monotonic_now());
      core_.connections.fetch_sub(1, std::memory_order_relaxed);
    }
  for (auto* x = answers_.take_all(); x != nullptr; x = x->next)
    buffers_.release(static_cast<pending_request*>(x)->memory);
  connections_.clear();
  ::close(timer_fd_);
  ::close(epoll_fd_);
}

void shard::start(const std::vector<listener>& listeners) {
  listening_.reserve(listeners.size());
  for (const auto& l : listeners)
    listening_.emplace_back(*this, l);
  watch_listeners(true);
  thread_ = std::thread([this] {
    run();
  });
}

void shard::join() {
  if (thread_.joinable())
    thread_.join();
}

void shard::post(shard_message x) {
  {
    const std::lock_guard lock{mailbox_mutex_};
    mailbox_.push_back(std::move(x));
  }
  answers_.wake();
}

void shard::watch_listeners(bool on) {
  for (auto& l : listening_) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLEXCLUSIVE;
    event.data.ptr = static_cast<event_source*>(&l);
    ::epoll_ctl(epoll_fd_, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, l.from.descriptor(), &event);
  }
  listening_now_ = on;
}

void shard::run() {
  ::prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0); // wake-ups on the nanosecond rather than within 50 us
  begin_ring();
  while (!finished()) {
    arm_timer();
    const auto wait_ms = !to_resume_.empty() || !to_hand_over_.empty() ? 0
                         : ring_ != nullptr && ring_->unsubmitted()    ? retry_ms
                                                                       : -1;
    epoll_event events[max_events];
    const auto n = wait_for_events(events, max_events, wait_ms);
    for (int i = 0; i < n; ++i)
      static_cast<event_source*>(events[i].data.ptr)->on_event(events[i].events);
    after_events();
  }
  // Past the deadline: what waits for its throttle is given up, what is at a backend comes back to the destructor.
  for (auto& x : connections_)
    x->drop("the gateway stops");
  bury();
  if (ring_ != nullptr)
    ring_->drain(); // until then the kernel writes into our buffers
}

/// Looks for events as long as that pays, then sleeps. @param wait_ms at most; -1 = until there is one
int shard::wait_for_events(epoll_event* to, int most, int wait_ms) {
  const auto began = monotonic_now();
  auto n = 0;
  if (wait_ms < 0)
    for (auto now = began; n == 0 && now - began < poll_.now(); now = monotonic_now())
      n = ::epoll_wait(epoll_fd_, to, most, 0);
  if (n == 0)
    n = ::epoll_wait(epoll_fd_, to, most, wait_ms);
  now_ = round_began_ = monotonic_now();
  poll_.waited(now_ - began);
  return n;
}

void shard::begin_ring() {
  if (ring_ == nullptr)
    return;
  // Watched only now: a ring that belongs to no thread yet would not wake who watches it.
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = static_cast<event_source*>(&ring_source_);
  if (!ring_->begin() || ::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, ring_->descriptor(), &event) != 0)
    ring_ = nullptr; // the pool does it all
}

bool shard::finished() const {
  return stopping_ && (connections_.empty() || now_ >= stop_deadline_);
}

void shard::arm_timer() {
  auto next = std::min(next_chore_, stop_deadline_);
  if (const auto* const first = wakes_.first(); first != nullptr)
    next = std::min(next, first->due());
  if (next == armed_)
    return;
  armed_ = next;
  itimerspec when{};
  if (next != instant::max()) {
    const auto ns = std::max<std::int64_t>(next.count(), 1); // 0 would switch it off
    when.it_value = {static_cast<time_t>(ns / 1'000'000'000), ns % 1'000'000'000};
  }
  ::timerfd_settime(timer_fd_, TFD_TIMER_ABSTIME, &when, nullptr);
}

void shard::woken() {
  answers_.clear_wake();
  take_messages();
}

void shard::timer_fired() {
  armed_ = instant{0}; // it has to be set again, whatever is next; being edge-triggered it need not be read
}

void shard::take_messages() {
  std::vector<shard_message> messages;
  {
    const std::lock_guard lock{mailbox_mutex_};
    messages.swap(mailbox_);
  }
  for (auto& message : messages) {
    if (auto* const adopted = std::get_if<adopt_connection>(&message))
      adopt(std::move(adopted->who));
    else if (auto* const changed = std::get_if<control_changed>(&message))
      changed->who->flow.obey(changed->control, now_);
    else if (auto* const volume = std::get_if<volume_changed>(&message))
      volume->who->flow.obey(volume->limits, volume->control, now_);
    else if (auto* const group = std::get_if<group_changed>(&message))
      group->who->obey(group->limits, group->weight, now_);
    else if (auto* const joined = std::get_if<groups_joined>(&message))
      joined->who->flow.join(joined->groups, now_);
    else if (auto* const stop = std::get_if<stop_serving>(&message))
      begin_stopping(stop->deadline);
  }
}

void shard::ring_has_answers() {
  // after_events() takes them, as it does in every round.
}

void shard::take_answers() {
  pass_on(answers_.take_all());
  if (ring_ != nullptr)
    pass_on(ring_->take_done());
}

void shard::pass_on(io_request* x) {
  if (x == nullptr)
    return;
  now_ = monotonic_now();
  while (x != nullptr) {
    auto* const next = x->next;
    auto& request = static_cast<pending_request&>(*x);
    request.stream->returned(request, now_);
    x = next;
  }
}

void shard::pump_due_streams() {
  for (auto* x = wakes_.first(); x != nullptr && x->due() <= now_; x = wakes_.first())
    now_ = x->wake(now_);
}

void shard::after_events() {
  for (auto* const x : to_hand_over_)
    hand_over(*x);
  to_hand_over_.clear();
  take_answers();
  pump_due_streams();
  flush_answers();
  resume_connections();
  flush_answers();
  if (ring_ != nullptr)
    ring_->submit();
  if (now_ >= next_chore_)
    drop_late_handshakes();
  if (bury_)
    bury();
}

void shard::flush_answers() {
  for (std::size_t i = 0; i < to_flush_.size(); ++i) { // the list may grow meanwhile
    to_flush_[i]->to_flush = false;
    to_flush_[i]->flush();
  }
  to_flush_.clear();
}

void shard::resume_connections() {
  if (std::exchange(released_, false) && !starved_.empty()) {
    // They take what was released in this order and come back in it: each time another one is the first.
    std::rotate(starved_.begin(), starved_.begin() + 1, starved_.end());
    for (auto* const x : starved_) {
      x->starved = false;
      resume_later(*x);
    }
    starved_.clear();
  }
  resuming_.swap(to_resume_); // who has used its turn comes again in the next round
  for (auto* const x : resuming_) {
    x->to_resume = false;
    x->resume();
  }
  resuming_.clear();
}

void shard::drop_late_handshakes() {
  auto waiting = false;
  for (auto& x : connections_) {
    if (!x->handshaking())
      continue;
    if (now_ - x->since() >= core_.config.handshake_time) {
      core_.report({engine_event::kind::client_refused, x->peer(), "why=\"no volume chosen in time\""});
      x->drop("no volume chosen in time");
    } else {
      waiting = true;
    }
  }
  if (!listening_now_ && !stopping_)
    watch_listeners(true);
  next_chore_ = waiting ? now_ + chore_interval : instant::max();
}

} // namespace sluice::gateway
