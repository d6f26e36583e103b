// The answers to requests that came with a key, so that none is done twice. Knows no clock, no token's secret and no
// meaning of what is asked. Thread safe: answers come from any thread.
#pragma once

#include "actors/application_server/http/message.hpp"
#include "actors/domain/units.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <variant>

namespace sluice::http {

/// Bounds. Chosen: a client repeats within a day; a key and an answer take about a KiB.
inline constexpr std::size_t max_remembered_keys = 10'000;
inline constexpr std::size_t max_remembered_keys_of_token = 1'000;
inline constexpr std::size_t max_remembered_bytes = 16 * 1024 * 1024;
inline constexpr duration keys_remembered_for = std::chrono::hours{24};
inline constexpr std::size_t max_idempotency_key_size = 255;

/// How long after the server's `answer-timeout` a request without an answer still holds its key: whoever works on it
/// has given up then (the desk after 11 s: it asks admission for 3 s, then stores for 8 s), so it is not done twice.
inline constexpr duration late_answers_awaited_for = std::chrono::minutes{1};

/// Whether it may be a key: 1 to 255 printable characters of ASCII, no spaces.
[[nodiscard]] bool valid_idempotency_key(const std::string& x) noexcept;

class answer_memory {
public:
  /// @param answer_timeout after which the server answers a request itself
  explicit answer_memory(duration answer_timeout) noexcept : patience_(answer_timeout + late_answers_awaited_for) {}

  /// It is to be done; its answer is to be told to finish().
  struct do_it {
    std::uint64_t number = 0; ///< of this very attempt
  };

  /// What to do with a request: do it, or answer this: what was answered before, 422 where the key stood for another
  /// request, 409 while the first one is being done, 429 where too many are. What got no answer in time is forgotten.
  [[nodiscard]] std::variant<do_it, response> begin(const std::string& token, const std::string& key, const request& x,
                                                    instant now);

  /// Keeps the answer to that attempt. One of 5xx or 429 is not kept: the request may be repeated with its key.
  void finish(const std::string& token, const std::string& key, do_it attempt, const response& x);

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t bytes() const;

private:
  struct entry {
    std::string token;
    std::string key;
    std::uint64_t of = 0; ///< hash of the request: whoever owns the key can deceive nobody else with another one of it
    instant begun{0};
    std::uint64_t number = 0;
    bool done = false;
    response answer;
    [[nodiscard]] std::size_t bytes() const noexcept {
      return sizeof(entry) + token.size() + key.size() + answer.body.size();
    }
  };
  using entries = std::list<entry>;

  void forget(entries::iterator x);
  void forget_old(instant now);
  /// Whether its answer is not awaited any more.
  [[nodiscard]] bool is_given_up(const entry& x, instant now) const noexcept {
    return !x.done && now - x.begun >= patience_;
  }
  /// Forgets the oldest that is done or given up, of the token or of all. False if there is none.
  bool forget_one(const std::string* of_token, instant now);

  const duration patience_;
  mutable std::mutex guard_; ///< around everything below
  entries entries_;          ///< the oldest first
  std::map<std::pair<std::string, std::string>, entries::iterator> found_;
  std::map<std::string, std::size_t> of_token_; ///< how many each has
  std::size_t bytes_ = 0;
  std::uint64_t attempts_ = 0;
};

} // namespace sluice::http
