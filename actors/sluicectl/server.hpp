// One HTTP exchange with the application server. Knows no command; the only file that knows libcurl is its source.
#pragma once

#include "actors/sluicectl/settings.hpp"

#include <chrono>
#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace sluice::ctl {

/// The largest answer that is read [bytes]. Chosen: 10,000 streams of 2 KiB each are 20 MB.
inline constexpr std::size_t max_answer_bytes = 64u << 20;
/// How long a connection may take, and a whole exchange.
inline constexpr std::chrono::seconds connect_time{3};
inline constexpr std::chrono::seconds exchange_time{30};

struct http_request {
  std::string method = "GET";
  std::string path; ///< from the slash on, encoded
  std::string body;
  std::string content_type; ///< of the body
};

struct http_answer {
  long status = 0;
  std::string body;
  std::string next{}; ///< target of the Link header with rel="next" (RFC 8288); empty = there is none
};

/// Where commands get their answers from; a test puts another in its place.
class server_link {
public:
  virtual ~server_link() = default;

  /// @throws failure (unreachable) if there is no answer
  [[nodiscard]] virtual http_answer exchange(const http_request& request) = 0;

  [[nodiscard]] const settings& where() const noexcept {
    return settings_;
  }

protected:
  explicit server_link(settings x) : settings_(std::move(x)) {}

private:
  settings settings_;
};

/// The real one; keeps its connection between exchanges. One thread at a time.
class http_server_link : public server_link {
public:
  explicit http_server_link(settings x);
  ~http_server_link() override;
  http_server_link(const http_server_link&) = delete;
  http_server_link& operator=(const http_server_link&) = delete;

  [[nodiscard]] http_answer exchange(const http_request& request) override;

private:
  void* curl_; ///< CURL is an alias of void
};

/// Asks and reads the answer as JSON.
/// @throws failure: unreachable, refused (any status from 400 on, as sentences), or what answers is no Sluice
[[nodiscard]] nlohmann::json ask(server_link& server, const http_request& request);

/// As ask(), but nothing if the server says 404: the caller knows better what is missing.
[[nodiscard]] std::optional<nlohmann::json> ask_for(server_link& server, const http_request& request);

/// GET; nothing if the server says 404.
[[nodiscard]] std::optional<nlohmann::json> find(server_link& server, const std::string& path);

/// GET of what must be there.
[[nodiscard]] nlohmann::json fetch(server_link& server, const std::string& path);

/// How many pages of a list are read. Chosen: pages have up to 1,000 items, the server remembers 10,000 streams.
inline constexpr std::size_t max_pages = 1000;

/// The `items` of a list, of all its pages: where an answer has `next`, the following page begins `?after=` that.
[[nodiscard]] nlohmann::json fetch_items(server_link& server, const std::string& path);

/// Where a stream is: /api/v1/streams/G/V/C. @pre the name is a stream's (its parts need no encoding)
[[nodiscard]] std::string stream_path(const std::string& stream);

/// `text` as the value of a query field.
[[nodiscard]] std::string query_value(const std::string& text);

/// Where an agreement is. @throws failure (usage) if `name` cannot be a name
[[nodiscard]] std::string agreement_path(const std::string& name);

} // namespace sluice::ctl
