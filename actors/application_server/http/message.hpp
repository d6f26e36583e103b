// What came in and what goes out, without the sockets: plain values.
#pragma once

#include <cstdint>
#include <string>

namespace sluice::http {

struct request {
  std::string method;
  std::string target; ///< path and query as sent
  std::string authorization;
  std::string content_type;
  std::string body;
};

struct response {
  unsigned status = 200;
  std::string body;
  std::string content_type = "application/json";
  unsigned retry_after_s = 0; ///< 0 = no such header
  std::string allow{};        ///< empty = no such header
  std::string link{};         ///< empty = no such header
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
