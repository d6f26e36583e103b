// Sends events to webhooks over HTTP, in a thread of its own. What is sent when is decided in webhooks/; this file's
// part is libcurl. Knows no actor and no log.
#pragma once

#include "actors/application_server/clocks.hpp"
#include "actors/application_server/webhooks/figures_text.hpp"
#include "actors/application_server/webhooks/signature.hpp"
#include "actors/application_server/webhooks/subscription.hpp"
#include "actors/domain/event.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sluice {

/// A subscription with the secret from its file.
struct webhook {
  webhooks::subscription what;
  std::shared_ptr<const webhooks::signing_secret> secret;
};

/// Something about a webhook that an operator should read. Never holds a URL or a secret.
struct webhook_news {
  enum class kind : std::uint8_t {
    delivered, ///< `text` is the delivery's id
    failing,   ///< the first of a row of failures; `text` says why
    working,   ///< again; `deliveries` attempts had failed
    given_up,  ///< so many deliveries; `text` says why
    dropped,   ///< so many at the bound of the queue
    stopped,   ///< the receiver wants nothing any more; so many attempts had failed
    unsent,    ///< so many were still waiting when the process ended
  };
  kind what = kind::delivered;
  std::string webhook; ///< its name
  std::string text;
  std::uint64_t deliveries = 0;
};

/// Most bytes of an answer that are read; only its status matters. Chosen.
inline constexpr std::size_t max_webhook_answer_bytes = 65'536;

struct webhook_settings {
  clocks time;
  /// Called by the sender's thread, never while it holds a lock.
  std::function<void(const webhook_news&)> tell;
  /// Before each number of an event, so that ids differ between runs.
  std::string run;
};

class webhook_sender {
public:
  /// Begins to send. @throws std::runtime_error if libcurl cannot be started
  webhook_sender(std::vector<webhook> all, webhook_settings settings);
  /// As stop(), without patience.
  ~webhook_sender();
  webhook_sender(const webhook_sender&) = delete;
  webhook_sender& operator=(const webhook_sender&) = delete;

  /// Puts an event into the queue of each webhook that wants it. Thread safe; waits for nothing but a short lock.
  void take(const event& x);

  /// Thread safe.
  [[nodiscard]] std::vector<webhooks::webhook_figures> figures() const;

  /// Gives what waits a moment to be sent, tells what was not, and ends the thread. What take() gets later is lost.
  void stop(duration farewell);

private:
  class worker;
  std::unique_ptr<worker> worker_;
};

} // namespace sluice
