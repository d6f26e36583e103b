// One thread, one libcurl multi handle, one delivery under way per webhook.
#include "actors/application_server/webhook_sender.hpp"

#include "actors/application_server/webhooks/delivery_queue.hpp"
#include "actors/application_server/webhooks/event_body.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include <curl/curl.h>
#include <sodium/core.h>
#include <sodium/randombytes.h>

namespace sluice {

namespace {

using webhooks::attempt;

/// Longest that the thread sleeps: in which a missed wake-up would be noticed. Chosen.
constexpr duration longest_sleep = std::chrono::seconds{1};

/// One warning of dropped deliveries per webhook and interval.
constexpr duration drop_warning_interval = std::chrono::seconds{10};

double chance() {
  constexpr std::uint32_t grain = 1u << 20;
  return static_cast<double>(randombytes_uniform(grain)) / grain;
}

/// libcurl hands each piece of the answer's body to this; anything but the size ends the exchange.
std::size_t skip_piece(char*, std::size_t size, std::size_t count, void* into) {
  auto& seen = *static_cast<std::size_t*>(into);
  seen += size * count;
  return seen > max_webhook_answer_bytes ? 0 : size * count;
}

/// One delivery on its way. Owns all that libcurl points to.
class transfer {
public:
  transfer(const webhook& to, const webhooks::delivery& what, wall_time now) : body_(what.body), id_(what.id) {
    const auto at = now.unix_us / 1'000'000;
    add("Content-Type: application/json");
    add("Expect:");
    add("X-Sluice-Event: " + std::string{to_string(what.kind)});
    add("X-Sluice-Delivery: " + what.id);
    add("X-Sluice-Timestamp: " + std::to_string(at));
    add("X-Sluice-Signature: " + to.secret->sign(at, body_));
    set_options(to);
  }
  ~transfer() {
    curl_easy_cleanup(easy_);
    curl_slist_free_all(headers_);
  }
  transfer(const transfer&) = delete;
  transfer& operator=(const transfer&) = delete;

  [[nodiscard]] CURL* handle() const noexcept {
    return easy_;
  }
  [[nodiscard]] const std::string& id() const noexcept {
    return id_;
  }

  /// The answer's status, 0 without one. An answer that was too long is one.
  [[nodiscard]] long status(CURLcode code) const {
    long got = 0;
    if (code == CURLE_OK || code == CURLE_WRITE_ERROR)
      curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &got);
    return got;
  }

  /// What the receiver asked to wait.
  [[nodiscard]] duration retry_after() const {
    curl_off_t seconds = 0;
    curl_easy_getinfo(easy_, CURLINFO_RETRY_AFTER, &seconds);
    return std::chrono::seconds{std::clamp<curl_off_t>(seconds, 0, 86'400)};
  }

private:
  void add(const std::string& line) {
    auto* longer = curl_slist_append(headers_, line.c_str());
    if (longer == nullptr)
      throw std::bad_alloc{};
    headers_ = longer;
  }

  void set_options(const webhook& to) {
    easy_ = curl_easy_init();
    if (easy_ == nullptr)
      throw std::bad_alloc{};
    const auto time_out = std::chrono::duration_cast<std::chrono::milliseconds>(to.what.time_out).count();
    curl_easy_setopt(easy_, CURLOPT_URL, to.what.url.c_str());
    curl_easy_setopt(easy_, CURLOPT_PROXY, ""); // to the named receiver and nobody between
    curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy_, CURLOPT_FRESH_CONNECT, 1L); // events are rare: a kept connection would be dead by then
    curl_easy_setopt(easy_, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy_, CURLOPT_QUICK_EXIT, 1L); // a name that resolves for ever does not hold up the others
    curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(time_out));
    curl_easy_setopt(easy_, CURLOPT_USERAGENT, "sluice/" SLUICE_VERSION);
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body_.size()));
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, body_.data());
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, skip_piece);
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, &answer_bytes_);
    if (!to.what.ca_file.empty())
      curl_easy_setopt(easy_, CURLOPT_CAINFO, to.what.ca_file.c_str());
  }

  std::string body_;
  std::string id_;
  std::size_t answer_bytes_ = 0;
  curl_slist* headers_ = nullptr;
  CURL* easy_ = nullptr;
};

} // namespace

class webhook_sender::worker {
public:
  worker(std::vector<webhook> all, webhook_settings settings);
  ~worker();

  void take(const event& x);
  [[nodiscard]] std::vector<webhooks::webhook_figures> figures() const;
  void stop(duration farewell);

private:
  struct line {
    webhook to;
    webhooks::delivery_queue queue;      // under the lock
    std::unique_ptr<transfer> under_way; // the thread's own, as all below
    std::uint64_t dropped_before = 0;
    instant next_drop_warning = instant::min();
  };

  void run();
  void begin_due();
  void begin(line& x, const webhooks::delivery& what);
  void end_finished();
  void end(line& x, CURLcode code);
  void tell_drops(bool at_end);
  [[nodiscard]] bool over() const;
  [[nodiscard]] duration sleep() const;
  void say(webhook_news::kind what, const line& x, std::string text, std::uint64_t deliveries) const {
    if (settings_.tell)
      settings_.tell({what, x.to.what.name, std::move(text), deliveries});
  }

  webhook_settings settings_;
  mutable std::mutex lock_; // guards the queues, next_number_, stopping_ and end_by_
  std::vector<std::unique_ptr<line>> lines_;
  std::uint64_t next_number_ = 1;
  bool stopping_ = false;
  instant end_by_{0};
  CURLM* multi_ = nullptr;
  std::thread thread_;
};

webhook_sender::worker::worker(std::vector<webhook> all, webhook_settings settings) : settings_(std::move(settings)) {
  if (sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
    throw std::runtime_error{"libsodium or libcurl could not be started"};
  multi_ = curl_multi_init();
  if (multi_ == nullptr)
    throw std::runtime_error{"libcurl could not be started"};
  for (auto& x : all) {
    lines_.push_back(std::make_unique<line>());
    lines_.back()->to = std::move(x);
  }
  thread_ = std::thread{[this] {
    run();
  }};
}

webhook_sender::worker::~worker() {
  stop(duration{0});
  for (auto& x : lines_)
    if (x->under_way)
      curl_multi_remove_handle(multi_, x->under_way->handle());
  lines_.clear();
  curl_multi_cleanup(multi_);
  curl_global_cleanup();
}

void webhook_sender::worker::take(const event& x) {
  {
    const std::lock_guard hold{lock_};
    if (stopping_)
      return;
    webhooks::delivery made;
    for (auto& each : lines_) {
      if (!each->to.what.kinds.contains(x.kind))
        continue;
      if (made.id.empty()) {
        const auto id = settings_.run + '-' + std::to_string(next_number_++);
        made = {id, x.kind, webhooks::body_of(x, id), settings_.time.monotonic(), 0};
      }
      each->queue.put(made);
    }
    if (made.id.empty())
      return;
  }
  curl_multi_wakeup(multi_);
}

std::vector<webhooks::webhook_figures> webhook_sender::worker::figures() const {
  const auto now = settings_.time.monotonic();
  std::vector<webhooks::webhook_figures> out;
  const std::lock_guard hold{lock_};
  for (const auto& x : lines_)
    out.push_back({x->to.what.name, x->queue.counters(), x->queue.waiting(),
                   x->queue.oldest() ? now - *x->queue.oldest() : duration{0}, x->queue.stopped()});
  return out;
}

void webhook_sender::worker::stop(duration farewell) {
  {
    const std::lock_guard hold{lock_};
    stopping_ = true;
    end_by_ = settings_.time.monotonic() + farewell;
  }
  curl_multi_wakeup(multi_);
  if (thread_.joinable())
    thread_.join();
}

void webhook_sender::worker::run() {
  while (!over()) {
    begin_due();
    int running = 0;
    curl_multi_perform(multi_, &running);
    end_finished();
    tell_drops(false);
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(sleep()).count();
    curl_multi_poll(multi_, nullptr, 0, static_cast<int>(wait), nullptr);
  }
  tell_drops(true);
  for (const auto& x : lines_)
    if (x->queue.waiting() > 0) // nobody else changes a queue any more: take() refuses
      say(webhook_news::kind::unsent, *x, {}, x->queue.waiting());
}

/// While it stops: whether nothing is under way or due, or the time is up.
bool webhook_sender::worker::over() const {
  const auto now = settings_.time.monotonic();
  const std::lock_guard hold{lock_};
  if (!stopping_)
    return false;
  return now >= end_by_ || std::none_of(lines_.begin(), lines_.end(), [&](const auto& x) {
           const auto next = x->queue.next();
           return x->under_way != nullptr || (next && *next < end_by_);
         });
}

duration webhook_sender::worker::sleep() const {
  const auto now = settings_.time.monotonic();
  const std::lock_guard hold{lock_};
  auto until = now + longest_sleep;
  if (stopping_)
    until = std::min(until, end_by_);
  for (const auto& x : lines_)
    if (const auto next = x->queue.next())
      until = std::min(until, *next);
  return until > now ? until - now : duration{0}; // it may be as early as instants can be
}

void webhook_sender::worker::begin_due() {
  for (auto& x : lines_) {
    std::optional<webhooks::delivery> due;
    if (const std::lock_guard hold{lock_}; const auto* found = x->queue.begin(settings_.time.monotonic()))
      due = *found;
    if (due)
      begin(*x, *due);
  }
}

void webhook_sender::worker::begin(line& x, const webhooks::delivery& what) {
  x.under_way = std::make_unique<transfer>(x.to, what, settings_.time.wall());
  curl_easy_setopt(x.under_way->handle(), CURLOPT_PRIVATE, &x);
  if (curl_multi_add_handle(multi_, x.under_way->handle()) != CURLM_OK)
    throw std::bad_alloc{}; // the only reason there is for a fresh handle
}

void webhook_sender::worker::end_finished() {
  int left = 0;
  while (const auto* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE)
      continue;
    auto* easy = message->easy_handle;
    const auto code = message->data.result; // `message` is gone with the handle
    char* whose = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &whose);
    curl_multi_remove_handle(multi_, easy);
    end(*reinterpret_cast<line*>(whose), code);
  }
}

void webhook_sender::worker::end(line& x, CURLcode code) {
  const auto done = std::exchange(x.under_way, nullptr);
  const auto status = done->status(code);
  const auto how = webhooks::attempt_of(status);
  const auto why = status == 0 ? std::string{curl_easy_strerror(code)} : "HTTP " + std::to_string(status);
  std::size_t gone = 0;
  unsigned before = 0;
  {
    const std::lock_guard hold{lock_};
    before = x.queue.failures();
    gone = x.queue.end(how, settings_.time.monotonic(), chance(), done->retry_after());
    if (how == attempt::stop)
      x.dropped_before = x.queue.counters().dropped;
  }
  using kind = webhook_news::kind;
  if (how == attempt::delivered) {
    say(kind::delivered, x, done->id(), 1);
    if (before > 0)
      say(kind::working, x, {}, before);
  } else if (how == attempt::stop) {
    say(kind::stopped, x, why, before);
  } else if (before == 0) {
    say(kind::failing, x, why, 1);
  }
  if (gone > 0)
    say(kind::given_up, x, why, gone);
}

void webhook_sender::worker::tell_drops(bool at_end) {
  const auto now = settings_.time.monotonic();
  for (auto& x : lines_) {
    std::uint64_t dropped = 0;
    {
      const std::lock_guard hold{lock_};
      if (x->queue.stopped())
        continue; // that was said once
      dropped = x->queue.counters().dropped;
    }
    if (dropped == x->dropped_before || (now < x->next_drop_warning && !at_end))
      continue;
    say(webhook_news::kind::dropped, *x, "too many wait", dropped - std::exchange(x->dropped_before, dropped));
    x->next_drop_warning = now + drop_warning_interval;
  }
}

webhook_sender::webhook_sender(std::vector<webhook> all, webhook_settings settings)
    : worker_(std::make_unique<worker>(std::move(all), std::move(settings))) {}

webhook_sender::~webhook_sender() = default;

void webhook_sender::take(const event& x) {
  worker_->take(x);
}

std::vector<webhooks::webhook_figures> webhook_sender::figures() const {
  return worker_->figures();
}

void webhook_sender::stop(duration farewell) {
  worker_->stop(farewell);
}

} // namespace sluice
