// One HTTP exchange with the application server. Knows no command; the only file that knows libcurl is its source.
#pragma once

#include "actors/sluicectl/settings.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::ctl {

/// The largest answer that is read [bytes]. Chosen: 10,000 streams of 2 KiB each are 20 MB.
inline constexpr std::size_t max_answer_bytes = 64u << 20;
/// How long a connection may take, and a whole exchange.
inline constexpr std::chrono::seconds connect_time{3};
inline constexpr std::chrono::seconds exchange_time{30};
/// A stream of events that is silent for so long is lost: the server sends a comment every 15 s.
inline constexpr std::chrono::seconds silence_time{45};
/// How often, and how long each time, an exchange is put off because the server says that the token asks too often.
inline constexpr int max_postponements = 30;
inline constexpr std::chrono::seconds longest_postponement{10};

struct http_request {
  std::string method = "GET";
  std::string path; ///< from the slash on, encoded
  std::string body;
  std::string content_type; ///< of the body
};

struct http_answer {
  long status = 0;
  std::string body;
  std::string next{};     ///< target of the Link header with rel="next" (RFC 8288); empty = there is none
  long retry_after_s = 0; ///< header Retry-After; 0 = there is none
};

/// How a stream of events ended.
struct listening_end {
  http_answer refusal; ///< status 0: there was no answer, `body` is the reason; 200: it was there and was lost
  bool enough = false; ///< whoever took the pieces wanted no more
};

/// How long to wait for an answer.
struct patience {
  std::chrono::milliseconds connect = connect_time;
  std::chrono::milliseconds whole = exchange_time;
  int postponements = max_postponements;
};

/// Where commands get their answers from; a test puts another in its place.
class server_link {
public:
  virtual ~server_link() = default;

  /// @throws failure (unreachable) if there is no answer
  [[nodiscard]] virtual http_answer exchange(const http_request& request) = 0;

  /// Gets a piece of a text; whether there should be more.
  using piece_taker = std::function<bool(std::string_view piece)>;
  /// Gets a text that does not end and hands each piece to `take`, until that answers false or the connection is lost.
  /// An answer that is none of 200 is not taken but returned.
  /// @param last_event header Last-Event-ID; empty = none
  /// @throws failure (unreachable) if what is sent are no events; whatever `take` throws
  [[nodiscard]] virtual listening_end listen(const std::string& path, const std::string& last_event,
                                             const piece_taker& take) = 0;

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
  explicit http_server_link(settings x, patience how_long = {});
  ~http_server_link() override;
  http_server_link(const http_server_link&) = delete;
  http_server_link& operator=(const http_server_link&) = delete;

  /// Waits and asks again where the server answers 429.
  [[nodiscard]] http_answer exchange(const http_request& request) override;
  [[nodiscard]] listening_end listen(const std::string& path, const std::string& last_event,
                                     const piece_taker& take) override;

private:
  [[nodiscard]] http_answer exchange_once(const http_request& request);

  void* curl_; ///< CURL is an alias of void
  patience patience_;
};

/// That nothing answers, and what to do about it.
[[nodiscard]] failure no_answer(const settings& where, const std::string& why);

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

/// The largest page that the server gives.
inline constexpr std::uint32_t max_page_items = 1000;

/// A list with the `items` of all its pages: where an answer has `next`, the following page begins `?after=` that.
/// What else an answer has is that of the first page.
[[nodiscard]] nlohmann::json fetch_list(server_link& server, const std::string& path);

/// The `items` alone; @throws failure too if the answer has none.
[[nodiscard]] nlohmann::json fetch_items(server_link& server, const std::string& path);

/// Where a stream is: /api/v1/streams/G/V/C. @pre the name is a stream's (its parts need no encoding)
[[nodiscard]] std::string stream_path(const std::string& stream);

/// `text` as the value of a query field.
[[nodiscard]] std::string query_value(const std::string& text);

/// The `items` of one page of a list, and what follows; @throws failure as fetch_items() does.
struct list_page {
  nlohmann::json items;
  std::string next; ///< to be sent as ?after=; empty = it was the last page
};
[[nodiscard]] list_page fetch_page(server_link& server, const std::string& path);
/// The path of the page that begins behind `last`.
[[nodiscard]] std::string page_after(const std::string& path, const std::string& last);

/// Where an agreement is. @throws failure (usage) if `name` cannot be a name
[[nodiscard]] std::string agreement_path(const std::string& name);

} // namespace sluice::ctl
