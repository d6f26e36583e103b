// The watching thread and how it is told to stop.
#include "shm/mailslot/death_watch.hpp"

#include <chrono>
#include <csignal>
#include <mutex>

#include <pthread.h>

namespace sluice::shm {

namespace {

constexpr auto retry_pause = std::chrono::milliseconds{5};

int wake_signal() {
  return SIGRTMIN + 3;
}

void install_handler() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigemptyset(&action.sa_mask);
    action.sa_flags = 0; // no SA_RESTART: the lock call must come back
    ::sigaction(wake_signal(), &action, nullptr);
  });
}

} // namespace

death_watch::death_watch(const membership& own, participant peer, std::function<void()> died) {
  install_handler();
  thread_ = std::thread{[this, &own, peer, died = std::move(died)] {
    sigset_t open;
    sigemptyset(&open);
    sigaddset(&open, wake_signal());
    ::pthread_sigmask(SIG_UNBLOCK, &open, nullptr);
    bool dead = false;
    while (!stop_.load(std::memory_order_acquire)) {
      dead = own.wait_for_death(peer) && !own.alive(peer);
      if (dead)
        break;
      std::this_thread::sleep_for(retry_pause); // a stray signal, or a kernel that is out of locks
    }
    done_.store(true, std::memory_order_release);
    if (dead && !stop_.load(std::memory_order_acquire))
      died();
  }};
}

death_watch::~death_watch() {
  stop_.store(true, std::memory_order_release);
  // The signal may arrive just before the thread blocks: repeat until it has left the call.
  while (!done_.load(std::memory_order_acquire)) {
    ::pthread_kill(thread_.native_handle(), wake_signal());
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  thread_.join();
}

} // namespace sluice::shm
