// Remembers, compares, forgets.
#include "actors/application_server/http/answer_memory.hpp"

#include "actors/application_server/http/problem.hpp"

#include <algorithm>

namespace sluice::http {

namespace {

/// FNV-1a of all that makes a request what it is, with its lengths between.
std::uint64_t hash_of(const request& x) {
  std::uint64_t hash = 14'695'981'039'346'656'037u;
  const auto add = [&](const std::string& text) {
    for (const char c : text + '\0' + std::to_string(text.size()) + '\0')
      hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211u;
  };
  for (const auto* part : {&x.method, &x.target, &x.content_type, &x.body})
    add(*part);
  return hash;
}

bool is_worth_keeping(const response& x) {
  return x.status < 500 && x.status != 429;
}

} // namespace

bool valid_idempotency_key(const std::string& x) noexcept {
  return !x.empty() && x.size() <= max_idempotency_key_size && std::all_of(x.begin(), x.end(), [](char c) {
    return c > ' ' && c < 0x7f;
  });
}

void answer_memory::forget(entries::iterator x) {
  bytes_ -= x->bytes();
  if (const auto count = of_token_.find(x->token); --count->second == 0)
    of_token_.erase(count);
  found_.erase({x->token, x->key});
  entries_.erase(x);
}

void answer_memory::forget_old(instant now) {
  while (!entries_.empty() && now - entries_.front().begun >= keys_remembered_for)
    forget(entries_.begin());
}

bool answer_memory::forget_one(const std::string* of_token, instant now) {
  const auto oldest = std::find_if(entries_.begin(), entries_.end(), [&](const entry& x) {
    return (x.done || is_given_up(x, now)) && (of_token == nullptr || x.token == *of_token);
  });
  if (oldest == entries_.end())
    return false;
  forget(oldest);
  return true;
}

std::variant<answer_memory::do_it, response> answer_memory::begin(const std::string& token, const std::string& key,
                                                                  const request& x, instant now) {
  const std::lock_guard held{guard_};
  forget_old(now);
  const auto of = hash_of(x);
  if (const auto known = found_.find({token, key}); known != found_.end() && is_given_up(*known->second, now))
    forget(known->second);
  if (const auto known = found_.find({token, key}); known != found_.end()) {
    const auto& before = *known->second;
    if (before.of != of)
      return problem(422, "this key came with another request before; choose a new one",
                     {{"Idempotency-Key", "stands for another request of this token"}});
    if (!before.done) {
      auto busy = problem(409, "the first request with this key is still being done");
      busy.retry_after_s = 1;
      return busy;
    }
    auto again = before.answer;
    again.headers.emplace_back("Idempotent-Replayed", "true");
    return again;
  }
  const auto count = of_token_.find(token);
  const bool full_of_token = count != of_token_.end() && count->second >= max_remembered_keys_of_token;
  if ((full_of_token && !forget_one(&token, now))
      || (entries_.size() >= max_remembered_keys && !forget_one(nullptr, now))) {
    auto refused = problem(429, "too many requests with a key are being done at once");
    refused.retry_after_s = 1;
    return refused;
  }
  entries_.push_back({token, key, of, now, ++attempts_, false, {}});
  found_[{token, key}] = std::prev(entries_.end());
  ++of_token_[token];
  bytes_ += entries_.back().bytes();
  return do_it{attempts_};
}

void answer_memory::finish(const std::string& token, const std::string& key, do_it attempt, const response& x) {
  const std::lock_guard held{guard_};
  const auto known = found_.find({token, key});
  if (known == found_.end() || known->second->number != attempt.number || known->second->done)
    return;
  auto& it = *known->second;
  if (!is_worth_keeping(x))
    return forget(known->second);
  bytes_ -= it.bytes();
  it.answer = x;
  it.done = true;
  bytes_ += it.bytes();
  while (bytes_ > max_remembered_bytes)
    if (!forget_one(nullptr, instant{0})) // what has no answer yet takes no room to speak of
      return;
}

std::size_t answer_memory::size() const {
  const std::lock_guard held{guard_};
  return entries_.size();
}

std::size_t answer_memory::bytes() const {
  const std::lock_guard held{guard_};
  return bytes_;
}

} // namespace sluice::http
