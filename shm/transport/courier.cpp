// The courier's round.
#include "shm/transport/courier.hpp"

#include <utility>

namespace sluice::shm {

namespace {
/// While an outbox waits for room we sleep on the peer's mailbox; tasks wait for no longer than this. Chosen: below the
/// 10 ms in which a death must be noticed.
constexpr auto room_patience = std::chrono::milliseconds{5};
/// Requests in flight of which a check asks whether anybody still waits. Chosen: some 10 us, and all of max_in_flight
/// in a minute.
constexpr std::size_t requests_looked_at = 1024;
} // namespace

courier::courier(peer_table& peers, caf::timespan heartbeat_interval, caf::timespan hung_after, reports to)
    : peers_(peers), interval_(heartbeat_interval), hung_after_(hung_after), report_(std::move(to)) {}

void courier::start(std::function<std::shared_ptr<void>()> prepare) {
  thread_ = std::thread{[this, prepare = std::move(prepare)] {
    const auto kept = prepare();
    run();
  }};
}

void courier::stop(std::chrono::milliseconds patience) {
  {
    const std::lock_guard lock{mutex_};
    stop_ = true;
    stop_by_ = clock::now() + patience;
  }
  wake_.notify_one();
  if (thread_.joinable())
    thread_.join();
}

void courier::defer(std::function<void()> task) {
  {
    const std::lock_guard lock{mutex_};
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void courier::poke() {
  {
    const std::lock_guard lock{mutex_};
    poked_ = true;
  }
  wake_.notify_one();
}

void courier::run() {
  auto next_check = clock::now() + interval_;
  for (;;) {
    run_tasks();
    peers_.bury();
    const auto blocked = flush_all();
    const auto now = clock::now();
    if (now >= next_check) {
      check(now);
      next_check = now + interval_;
    }
    std::unique_lock lock{mutex_};
    if (stop_ && (!blocked || now >= stop_by_))
      return;
    if (blocked) {
      lock.unlock();
      blocked->wait_for_room(room_patience);
    } else {
      wake_.wait_until(lock, next_check, [this] {
        return stop_ || poked_ || !tasks_.empty();
      });
      poked_ = false;
    }
  }
}

void courier::run_tasks() {
  std::vector<std::function<void()>> tasks;
  {
    const std::lock_guard lock{mutex_};
    tasks.swap(tasks_);
  }
  for (auto& task : tasks)
    task();
}

/// A peer whose mailbox is full, if there is one. With several, each gets its turn by the short wait.
peer_ptr courier::flush_all() {
  peer_ptr blocked;
  for (auto& x : peers_.all()) {
    auto result = flush_result::empty;
    while (!x->down() && x->waiting() && (result = x->flush()) == flush_result::more) {
    }
    if (result == flush_result::full)
      blocked = x;
  }
  return blocked;
}

void courier::check(clock::time_point now) {
  for (auto& x : peers_.all())
    if (!x->down())
      check_one(*x, pulses_[x->role()], now);
  report_.looked();
}

void courier::check_one(peer& x, pulse& p, clock::time_point now) {
  if (p.incarnation != x.incarnation())
    p = {x.incarnation(), x.heartbeat(), now, false, 0, 0};
  x.in_flight().forget_ended(requests_looked_at);
  const auto beat = x.heartbeat();
  if (beat != p.beat) {
    p.beat = beat;
    p.since = now;
  }
  const bool hung = now - p.since >= hung_after_;
  if (std::exchange(p.hung, hung) != hung)
    report_.hung(x, hung);
  const auto samples = x.samples_dropped();
  const auto others = x.refused();
  if (samples != p.samples || others != p.others)
    report_.dropped(x, samples - std::exchange(p.samples, samples), others - std::exchange(p.others, others));
}

} // namespace sluice::shm
