// The options of sluice-application-server. Values and their ranges; nothing is opened here.
#pragma once

#include "actors/application_server/entrance.hpp"
#include "actors/application_server/http/server.hpp"
#include "actors/application_server/webhook_sections.hpp"
#include "actors/runtime/server_process_config.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <arpa/inet.h>

namespace sluice {

class application_server_config : public server_process_config {
public:
  application_server_config()
      : server_process_config(
          {"sluice-application-server", "collects performance data and gives clients the interface for agreements"},
          "application-server") {
    opt_group{custom_options_, "application-server"}
        .add(address, "address", "numeric address to listen on for HTTP; other than loopback only with allow-remote")
        .add(port, "port", "TCP port to listen on for HTTP; 0 = any free one")
        .add(allow_remote, "allow-remote", "listen on an address that other machines reach, even without TLS")
        .add(tls_certificate, "tls-certificate",
             "PEM file: our certificate, then those between it and the root; read again when it changes")
        .add(tls_key, "tls-key", "PEM file with its key, readable to us alone")
        .add(token_file, "token-file", "file with the bearer token; made with mode 0600 at the first start")
        .add(web_directory, "web-directory", "directory with the files of the dashboard; empty = none is served")
        .add(
            customers_may_establish, "customers-may-establish",
            "customers may establish, replace and end agreements of their own tenant, as far as admission accepts them")
        .add(open_metrics, "open-metrics",
             "GET /metrics needs no token, though it names tenants, agreements and streams; else one of a viewer")
        .add(requests_per_second, "requests-per-second", "requests of one token; twice as many at once")
        .add(max_connections, "max-connections", "HTTP connections at once; further ones are closed")
        .add(idle_timeout, "idle-timeout", "how long an HTTP connection may wait for its next request")
        .add(read_timeout, "read-timeout", "how long a request may take to arrive")
        .add(answer_timeout, "answer-timeout", "how long a request may wait for its answer before it is 503");
  }

  [[nodiscard]] std::vector<std::string> validate() const override {
    using namespace std::chrono_literals;
    auto found = server_process_config::validate();
    const auto require = [&](bool holds, const char* what) {
      if (!holds)
        found.emplace_back(std::string{"application-server."} + what);
    };
    require(is_address(), "address: expected a numeric IPv4 or IPv6 address");
    require(!is_address() || allow_remote || is_loopback() || has_tls(),
            "address: other machines reach it and there is no TLS; give tls-certificate and tls-key, or set "
            "allow-remote=true to do it all the same");
    require(tls_certificate.empty() == tls_key.empty(), "tls-key: a certificate and its key belong together");
    require(!token_file.empty(), "token-file: expected a path");
    require(requests_per_second >= 1 && requests_per_second <= 1'000'000, "requests-per-second: expected 1 to 1000000");
    require(max_connections >= 1 && max_connections <= 10'000, "max-connections: expected 1 to 10000");
    require(idle_timeout >= 1s && idle_timeout <= 1h, "idle-timeout: expected 1s to 1h");
    require(read_timeout >= 100ms && read_timeout <= 10min, "read-timeout: expected 100ms to 10m");
    require(answer_timeout >= 100ms && answer_timeout <= 10min, "answer-timeout: expected 100ms to 10m");
    static_cast<void>(read_webhooks(content, found));
    return found;
  }

  [[nodiscard]] std::vector<std::string> free_sections() const override {
    return {"webhook"};
  }

  /// The sections [webhook.NAME]. @pre validate() found nothing
  [[nodiscard]] std::vector<webhooks::subscription> subscriptions() const {
    std::vector<std::string> mistakes;
    return read_webhooks(content, mistakes);
  }

  [[nodiscard]] http::server_options options() const {
    using std::chrono::milliseconds;
    http::server_options x;
    x.address = address;
    x.port = port;
    x.tls_certificate = tls_certificate;
    x.tls_key = tls_key;
    x.max_connections = max_connections;
    x.idle_timeout = std::chrono::duration_cast<milliseconds>(idle_timeout);
    x.read_timeout = std::chrono::duration_cast<milliseconds>(read_timeout);
    x.answer_timeout = std::chrono::duration_cast<milliseconds>(answer_timeout);
    return x;
  }

  [[nodiscard]] entrance_settings entrance() const {
    entrance_settings x;
    x.customers_may_establish = customers_may_establish;
    x.open_metrics = open_metrics;
    x.tls = has_tls();
    x.visits.per_second = requests_per_second;
    x.visits.at_once = 2.0 * requests_per_second;
    return x;
  }

  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  bool allow_remote = false;
  std::string tls_certificate;
  std::string tls_key;
  std::string token_file = "/var/lib/sluice/token";
  std::string web_directory;
  bool customers_may_establish = false;
  bool open_metrics = true;
  std::uint32_t requests_per_second = 200;
  std::uint32_t max_connections = 1'024;
  caf::timespan idle_timeout = http::server_options{}.idle_timeout;
  caf::timespan read_timeout = http::server_options{}.read_timeout;
  caf::timespan answer_timeout = http::server_options{}.answer_timeout;

  [[nodiscard]] bool has_tls() const {
    return !tls_certificate.empty() && !tls_key.empty();
  }

private:
  [[nodiscard]] bool is_address() const {
    in6_addr any{};
    return ::inet_pton(AF_INET, address.c_str(), &any) == 1 || ::inet_pton(AF_INET6, address.c_str(), &any) == 1;
  }

  [[nodiscard]] bool is_loopback() const {
    return address == "::1" || address.starts_with("127.");
  }
};

} // namespace sluice
