// What came in and what goes out, without the sockets: plain values.
#pragma once

#include "actors/domain/units.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::http {

struct request {
  std::string method;
  std::string target; ///< path and query as sent
  std::string authorization;
  std::string content_type;
  std::string body;
  std::string cookie{};
  std::string csrf{};   ///< X-CSRF-Token
  std::string origin{}; ///< of the page that asks; browsers send it with changes
  std::string host{};
  std::string if_match{};
  std::string if_none_match{};
  std::string last_event_id{};
  std::string address{}; ///< that the connection came from
  std::string accept_encoding{};
  std::string idempotency_key{};
};

/// Everything that a connection with server-sent events listens to.
struct watching {
  std::vector<std::string> topics;
  std::string after;               ///< id of the last event that was seen; empty = from now on
  std::string owner{};             ///< token whose bounds it counts against; empty = nobody's
  wall_time until{};               ///< end of the session; zero = none
  std::function<bool()> welcome{}; ///< asked now and then, in the server's thread; false ends the connection
};

struct response {
  unsigned status = 200;
  std::string body;
  std::string content_type = "application/json";
  unsigned retry_after_s = 0;       ///< 0 = no such header
  std::string allow{};              ///< empty = no such header
  std::string link{};               ///< likewise
  std::string set_cookie{};         ///< likewise
  std::string etag{};               ///< likewise
  std::optional<watching> events{}; ///< given: the body is a stream of these, begun with `body`
  std::vector<std::pair<std::string, std::string>> headers{}; ///< further ones, in the place of the usual of that name
};

/// Counters since the server was started. Bounded labels: classes of status, not paths.
struct traffic {
  std::uint64_t informational = 0; ///< never sent; keeps the classes complete
  std::uint64_t good = 0;          ///< 2xx
  std::uint64_t redirected = 0;    ///< 3xx
  std::uint64_t client_errors = 0; ///< 4xx
  std::uint64_t server_errors = 0; ///< 5xx
  std::uint64_t connections = 0;   ///< accepted
  std::uint64_t open = 0;          ///< now
  std::uint64_t turned_away = 0;   ///< at the bound on connections
  std::uint64_t timed_out = 0;     ///< requests that no actor answered in time
};

} // namespace sluice::http
