// Answers about the present, shared by all who ask the same within a moment: however many ask, the actors are asked a
// few times a second. Knows neither what is asked nor who may ask it: that is in the key. No sockets, no clock.
#pragma once

#include "actors/application_server/http/server.hpp"
#include "actors/domain/units.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sluice::http {

/// Defaults are chosen: figures change once a second, and what a client changed itself it sees at once.
struct answer_cache_bounds {
  duration kept = std::chrono::milliseconds{250};
  duration patience = std::chrono::seconds{10}; ///< after which a question counts as lost, and is asked anew
  std::size_t answers = 256;                    ///< further ones are not kept
  std::size_t bytes = 8 * 1024 * 1024;          ///< of all bodies
  std::size_t questions = 256;                  ///< on their way; nobody waits for a further one but who asks it
};

/// Thread safe. No reply is called while the lock is held.
class answer_cache {
public:
  explicit answer_cache(const answer_cache_bounds& bounds = {}) : bounds_(bounds) {}

  /// Tells a question from the one before with the same key; 0 = of this one the cache knows nothing.
  using ticket = std::uint64_t;

  /// Answers at once from what is kept, or later with the answer to whoever asked the same already. Given: neither; the
  /// caller asks, answers for itself, and hands the answer to keep(), too.
  [[nodiscard]] std::optional<ticket> look(const std::string& key, instant now, const reply& answer);

  /// Answers everybody else who waits for it, and keeps it if it is a 200 and nothing was forgotten meanwhile.
  void keep(const std::string& key, ticket of, const response& x, instant now);

  /// Something changed: what is kept, and what is on its way, is nothing for those who ask from now on.
  void forget();

private:
  struct question {
    ticket number = 0;
    instant asked{0};
    std::vector<reply> waiting; ///< besides the one who asked
  };
  struct kept_answer {
    response what;
    instant until{0};
  };

  void drop_old(instant now);

  const answer_cache_bounds bounds_;
  std::mutex mutex_;
  std::map<std::string, kept_answer> kept_;
  std::map<std::string, question> asked_;
  std::map<ticket, question> forgotten_; ///< whose answers are not to be kept
  std::size_t bytes_ = 0;
  ticket last_ = 0;
};

} // namespace sluice::http
