// What no transport between two processes can beat: a cache line there and back (limit A), a sleeper woken there and
// back (limit B).
#include "tests/bench/transport/subjects.hpp"

#include <atomic>
#include <new>
#include <stdexcept>

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sluice::bench {

namespace {

struct two_words {
  alignas(64) std::atomic<std::uint32_t> there{0};
  alignas(64) std::atomic<std::uint32_t> back{0};
};

constexpr std::uint32_t last = ~std::uint32_t{0};

/// Both limits: a word counts up there and follows back. `Pass` sets and awaits it.
template<class Pass>
class word_limit : public subject {
public:
  void prepare(const run_plan&) override {
    void* memory = ::mmap(nullptr, sizeof(two_words), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
      throw std::runtime_error{"no shared memory"};
    words_ = new (memory) two_words;
  }
  void clean_up(const run_plan&) override {
    if (words_ != nullptr)
      ::munmap(words_, sizeof(two_words));
    words_ = nullptr;
  }

  void take_part(const run_plan& plan, unsigned node, stage& at) override {
    if (plan.what != measure::round_trip)
      throw std::runtime_error{"a limit is a round trip"};
    node == 0 ? echo(at) : call(plan, at);
  }

  [[nodiscard]] std::string name() const override {
    return Pass::name;
  }

private:
  void echo(stage& at) {
    at.begin();
    for (std::uint32_t seen = 0; seen != last;) {
      seen = Pass::await_other(words_->there, seen);
      Pass::set(words_->back, seen);
    }
    at.finish();
  }

  void call(const run_plan& plan, stage& at) {
    latency_log log{plan.duration_ns};
    std::uint32_t number = 0;
    const auto turn = [&](std::uint32_t next) {
      Pass::set(words_->there, next);
      if (Pass::await_other(words_->back, number) != next)
        throw std::runtime_error{"another number came back"};
      number = next;
    };
    at.begin();
    for (const auto until = now_ns() + plan.duration_ns / 10; now_ns() < until;)
      turn(number + 1);
    for (log.start(); log.open(); log.lap())
      turn(number + 1);
    at.report().messages = number;
    turn(last);
    at.finish();
    log.report_to(at.report());
  }

  two_words* words_ = nullptr;
};

struct by_cache_line {
  static constexpr const char* name = "cache-line";
  static void set(std::atomic<std::uint32_t>& word, std::uint32_t value) {
    word.store(value, std::memory_order_release);
  }
  static std::uint32_t await_other(std::atomic<std::uint32_t>& word, std::uint32_t known) {
    for (;;)
      if (const auto seen = word.load(std::memory_order_acquire); seen != known)
        return seen;
  }
};

struct by_futex {
  static constexpr const char* name = "futex";
  static void set(std::atomic<std::uint32_t>& word, std::uint32_t value) {
    word.store(value, std::memory_order_release);
    ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAKE, 1, nullptr, nullptr, 0);
  }
  static std::uint32_t await_other(std::atomic<std::uint32_t>& word, std::uint32_t known) {
    for (;;) {
      if (const auto seen = word.load(std::memory_order_acquire); seen != known)
        return seen;
      ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAIT, known, nullptr, nullptr, 0);
    }
  }
};

} // namespace

subject_ptr cache_line_limit() {
  return std::make_unique<word_limit<by_cache_line>>();
}

subject_ptr futex_limit() {
  return std::make_unique<word_limit<by_futex>>();
}

} // namespace sluice::bench
