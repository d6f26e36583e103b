// Heartbeats, TLS and the listening port of the TCP link.
#include "actors/runtime/tcp_link.hpp"

#include "actors/runtime/bounded_multiplexer.hpp"
#include "actors/runtime/log.hpp"
#include "actors/runtime/process.hpp"
#include "actors/runtime/tls_errors.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <caf/openssl/all.hpp>

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <memory>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sluice::tcp_link {

namespace {

using namespace std::chrono_literals;

constexpr caf::timespan default_heartbeat = 500ms;
constexpr caf::timespan default_timeout = 2s; // chosen: the usual lease; silence is noticed before throttles lapse
constexpr caf::timespan shortest_heartbeat = 10ms;
constexpr caf::timespan longest_timeout = 60s;

/// OpenSSL's own words for what went wrong last.
std::string openssl_reason() {
  char text[256];
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  ERR_clear_error();
  return text;
}

/// Does what CAF will do with the files at each connection, where a failure is still an exit code.
void try_certificates(const caf::actor_system_config& config) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> trial{SSL_CTX_new(TLS_method()), &SSL_CTX_free};
  if (!trial)
    throw resource_missing{"OpenSSL cannot be used: " + openssl_reason()};
  if (!config.openssl_passphrase.empty())
    SSL_CTX_set_default_passwd_cb_userdata(trial.get(), const_cast<char*>(config.openssl_passphrase.c_str()));
  if (SSL_CTX_use_certificate_chain_file(trial.get(), config.openssl_certificate.c_str()) != 1)
    throw resource_missing{"cannot use the certificate " + config.openssl_certificate + ": " + openssl_reason()};
  if (SSL_CTX_use_PrivateKey_file(trial.get(), config.openssl_key.c_str(), SSL_FILETYPE_PEM) != 1)
    throw resource_missing{"cannot use the key " + config.openssl_key + ": " + openssl_reason()};
  const auto& file = config.openssl_cafile;
  const auto& folder = config.openssl_capath;
  if (SSL_CTX_load_verify_locations(trial.get(), file.empty() ? nullptr : file.c_str(),
                                    folder.empty() ? nullptr : folder.c_str())
      != 1)
    throw resource_missing{"cannot use the trusted certificates " + (file.empty() ? folder : file) + ": "
                           + openssl_reason()};
}

/// Why the address and port cannot be listened on, in the system's words: CAF's error does not say.
std::string why_not(const std::string& address, std::uint16_t port) {
  sockaddr_storage storage{};
  socklen_t size = 0;
  if (auto* v4 = reinterpret_cast<sockaddr_in*>(&storage); ::inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    size = sizeof *v4;
  } else if (auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
             ::inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    size = sizeof *v6;
  } else {
    return "it is no numeric address";
  }
  const int trial = ::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (trial < 0)
    return std::strerror(errno);
  const int yes = 1;
  ::setsockopt(trial, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  std::string why = "the port could not be opened";
  if (::bind(trial, reinterpret_cast<const sockaddr*>(&storage), size) != 0 || ::listen(trial, 1) != 0)
    why = std::strerror(errno);
  ::close(trial);
  return why;
}

} // namespace

void load(process_config& config) {
  config.load<caf::io::middleman, bounded_multiplexer>();
  config.set("middleman.heartbeat-interval", default_heartbeat);
  config.set("middleman.connection-timeout", default_timeout);
  config.set("middleman.app-identifiers", std::vector<std::string>{"sluice-1"});
}

bool is_loopback(std::string_view address) {
  const std::string text{address};
  in_addr v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1)
    return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  if (::inet_pton(AF_INET6, text.c_str(), &v6) == 1)
    return IN6_IS_ADDR_LOOPBACK(&v6);
  return address == "localhost";
}

bool tls_configured(const caf::actor_system_config& config) {
  return !config.openssl_certificate.empty();
}

std::vector<std::string> mistakes(const caf::actor_system_config& config, std::string_view key,
                                  std::string_view address, bool allow_insecure) {
  std::vector<std::string> found;
  const auto interval = caf::get_or(config, "middleman.heartbeat-interval", caf::timespan{0});
  const auto timeout = caf::get_or(config, "middleman.connection-timeout", caf::timespan{0});
  if (interval < shortest_heartbeat || interval > longest_timeout)
    found.emplace_back("middleman.heartbeat-interval: expected 10ms to 60s");
  if (timeout < 2 * interval || timeout > longest_timeout)
    found.emplace_back("middleman.connection-timeout: expected at least two heartbeat intervals and at most 60s");
  const bool certificate = !config.openssl_certificate.empty();
  const bool private_key = !config.openssl_key.empty();
  const bool trusted = !config.openssl_cafile.empty() || !config.openssl_capath.empty();
  if (certificate != private_key || certificate != trusted)
    found.emplace_back(std::string{"openssl."}
                       + (!certificate   ? "certificate"
                          : !private_key ? "key"
                                         : "cafile")
                       + ": missing; certificate, key and cafile go together");
  else if (!certificate && !is_loopback(address) && !allow_insecure)
    found.push_back(std::string{key} + ": " + std::string{address}
                    + " is not on the loopback: set [openssl] certificate, key and cafile (or allow-insecure=true)");
  return found;
}

void prepare(process_config& config) {
  if (!tls_configured(config))
    return;
  try_certificates(config);
  keep_tls_errors_apart();
  config.load<caf::openssl::manager>();
}

void warn_if_insecure(const caf::actor_system_config& config, const std::string& address) {
  if (!tls_configured(config) && !is_loopback(address))
    log(log_events::link_insecure, caf::atom("link"), log_field{"address", address},
        log_field{"reason", "plain TCP off the loopback: whoever reaches it can read and give orders"});
}

caf::io::middleman_actor connector(caf::actor_system& system) {
  return tls_configured(system.config()) ? system.openssl_manager().actor_handle() : system.middleman().actor_handle();
}

std::uint16_t publish(caf::actor_system& system, const caf::strong_actor_ptr& door, std::set<std::string> interface,
                      const std::string& address, std::uint16_t port) {
  // SO_REUSEADDR: a restarted process must not wait for the TIME_WAIT of its predecessor's connections.
  constexpr bool reuse_address = true;
  std::uint16_t bound = 0;
  std::string problem;
  caf::scoped_actor self{system};
  self->request(connector(system), caf::infinite, caf::publish_atom::value, port, door, std::move(interface), address,
                reuse_address)
      .receive(
          [&](std::uint16_t x) {
            bound = x;
          },
          [&](const caf::error&) {
            problem = why_not(address, port);
          });
  if (!problem.empty())
    throw resource_missing{"cannot listen on " + address + " port " + std::to_string(port) + ": " + problem};
  return bound;
}

} // namespace sluice::tcp_link
