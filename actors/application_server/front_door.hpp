// The HTTP server with the desk behind it: judges each request, hands good ones to the desk as a message, and lets the
// answer go back to the server's thread. Knows no shared memory.
#pragma once

#include "actors/application_server/clocks.hpp"
#include "actors/application_server/entrance.hpp"
#include "actors/application_server/http/answer_cache.hpp"
#include "actors/application_server/http/answer_memory.hpp"
#include "actors/application_server/http/carriage.hpp"
#include "actors/application_server/http/server.hpp"
#include "actors/application_server/http/static_files.hpp"
#include "actors/application_server/local_messages.hpp"
#include "actors/application_server/log_gate.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

struct front_door_settings {
  http::server_options server;
  entrance_settings entrance;
  clocks time;
  /// How messages between the processes fare, for /metrics; called in the server's thread, may be empty.
  std::function<http::carriage()> carriage;
  /// Tokens that opened nothing: how many since the last call, and from where the last one came. At most once a minute,
  /// in the server's thread; may be empty.
  std::function<void(const std::string& address, std::uint64_t count)> token_refused{};
  http::static_files files{}; ///< answered to everybody, before anything else is looked at
};

class front_door {
public:
  /// @param file_token the token that always opens everything
  front_door(front_door_settings settings, std::string_view file_token);

  /// Listens. Returns an empty text, or one sentence that says why not.
  [[nodiscard]] std::string open(const desk_actor& desk);

  /// Reads the certificate again. Thread safe.
  void reload() {
    server_.reload();
  }

  /// Closes all connections; no call reaches the desk afterwards.
  void close();

  [[nodiscard]] std::uint16_t port() const noexcept {
    return server_.port();
  }

  /// Thread safe.
  [[nodiscard]] http::traffic served() const noexcept {
    return server_.served();
  }

  /// The tokens of the database, good or not; who listens by one that is no longer good is sent away. Thread safe.
  void know(const std::vector<access_token>& tokens) {
    entrance_.know(tokens);
    server_.look_again();
  }

  /// See http/server.hpp. Thread safe.
  [[nodiscard]] std::shared_ptr<const std::vector<std::string>> wanted() const noexcept {
    return server_.wanted();
  }
  void publish(std::string topic, std::string name, std::string data, bool each) {
    server_.publish(std::move(topic), std::move(name), std::move(data), each);
  }

private:
  void take(const http::request& x, const http::reply& answer);
  void note_refusal(const http::request& x, const http::response& said);
  /// The answer, if the request's key says that nothing is to be done; else `answer` keeps what it will be told.
  [[nodiscard]] std::optional<http::response> recall(const http::request& x, const http::call& asked,
                                                     http::reply& answer);
  void ask_shared(http::call call, const std::string& target, const http::reply& answer);
  void pass_on(http::call call, http::reply answer);

  front_door_settings settings_;
  entrance entrance_;
  log_gate refusals_{std::chrono::minutes{1}};  ///< the server's thread only
  std::shared_ptr<http::answer_memory> memory_; ///< replies may outlive us
  desk_actor desk_;
  std::shared_ptr<http::answer_cache> cache_ = std::make_shared<http::answer_cache>(); ///< outlived by late answers
  http::server server_;
};

} // namespace sluice
