// The HTTP server: accepts connections, shares events among them. What happens on one is in session.cpp.
#include "actors/application_server/http/server_core.hpp"

#include <boost/asio/post.hpp>

namespace sluice::http {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

namespace {

/// How often listeners hear something, so that nobody in between takes the connection for dead; and how often topics
/// are looked through. Chosen: below the minute of most proxies.
constexpr std::chrono::seconds keep_alive_every{15};

/// How often the files of the certificate are looked at. Chosen: they change every few weeks.
constexpr std::chrono::seconds certificate_check_every{10};

/// Tells this process from the one before; not a secret.
std::string boot_name() {
  return std::to_string(std::chrono::system_clock::now().time_since_epoch() / std::chrono::milliseconds{1});
}

} // namespace

void server::core::accept() {
  acceptor.async_accept([this](error_code problem, tcp::socket socket) {
    if (problem == asio::error::operation_aborted || !acceptor.is_open())
      return;
    if (problem) { // out of descriptors: try again when some may be free
      retry.expires_after(std::chrono::milliseconds{100});
      retry.async_wait([this](error_code cancelled) {
        if (!cancelled)
          accept();
      });
      return;
    }
    if (sessions.size() >= options.max_connections) {
      traffic_counters::add(count.turned_away); // the socket closes as it goes out of scope
    } else {
      serve(std::move(socket), *this);
    }
    accept();
  });
}

void server::core::keep_alive() {
  pulse.expires_after(keep_alive_every);
  pulse.async_wait([this](error_code cancelled) {
    if (cancelled)
      return;
    hub.expire(monotonic_now());
    tell_wanted();
    for (auto* x : sessions)
      x->keep_alive();
    keep_alive();
  });
}

void server::core::tell_wanted() {
  wanted.store(std::make_shared<const std::vector<std::string>>(hub.wanted()));
}

std::string server::core::load_certificate() {
  if (options.tls_certificate.empty())
    return {};
  tls_version = version_of_files(options.tls_certificate, options.tls_key);
  auto loaded = load_tls(options.tls_certificate, options.tls_key);
  if (auto* problem = std::get_if<std::string>(&loaded))
    return std::move(*problem);
  tls = std::get<tls_context>(std::move(loaded));
  return {};
}

void server::core::look_at_certificate() {
  const auto version = version_of_files(options.tls_certificate, options.tls_key);
  if (version.empty() || version == tls_version)
    return; // nothing new, or just being replaced
  const auto problem = load_certificate();
  if (options.tls_read)
    options.tls_read(problem);
}

void server::core::watch_certificate() {
  certificate_check.expires_after(certificate_check_every);
  certificate_check.async_wait([this](error_code cancelled) {
    if (cancelled)
      return;
    look_at_certificate();
    watch_certificate();
  });
}

void server::core::close_all() {
  error_code ignored;
  acceptor.close(ignored);
  retry.cancel();
  pulse.cancel();
  certificate_check.cancel();
  for (auto* x : sessions)
    x->close();
}

server::server(server_options options, responder answers)
    : core_(std::make_shared<core>(std::move(options), std::move(answers), boot_name())) {}

server::~server() {
  stop();
}

std::string server::start() {
  auto& x = *core_;
  error_code problem;
  const auto address = asio::ip::make_address(x.options.address, problem);
  const auto where = x.options.address + " port " + std::to_string(x.options.port);
  if (problem)
    return "cannot listen on " + where + ": this is no address";
  if (auto why = x.load_certificate(); !why.empty())
    return why;
  const tcp::endpoint endpoint{address, x.options.port};
  x.acceptor.open(endpoint.protocol(), problem);
  if (!problem)
    x.acceptor.set_option(tcp::acceptor::reuse_address{true}, problem);
  if (!problem)
    x.acceptor.bind(endpoint, problem);
  if (!problem)
    x.acceptor.listen(asio::socket_base::max_listen_connections, problem);
  if (problem)
    return "cannot listen on " + where + ": " + problem.message();
  x.port = x.acceptor.local_endpoint().port();
  x.accept();
  x.keep_alive();
  if (x.tls)
    x.watch_certificate();
  x.thread = std::thread{[&x] {
    x.context.run();
  }};
  return {};
}

void server::reload() {
  asio::post(core_->context, [x = core_.get()] {
    if (x->tls)
      x->look_at_certificate();
  });
}

void server::stop() {
  if (!core_->thread.joinable())
    return;
  asio::post(core_->context, [x = core_.get()] {
    x->close_all();
    x->context.stop();
  });
  core_->thread.join();
}

void server::publish(std::string topic, std::string name, std::string data, bool each) {
  asio::post(core_->context,
             [x = core_.get(), topic = std::move(topic), name = std::move(name), data = std::move(data), each] {
               x->hub.publish(topic, name, data, each);
             });
}

void server::look_again() {
  asio::post(core_->context, [x = core_.get()] {
    for (auto* one : x->sessions)
      one->keep_alive();
  });
}

std::shared_ptr<const std::vector<std::string>> server::wanted() const noexcept {
  return core_->wanted.load();
}

std::uint16_t server::port() const noexcept {
  return core_->port;
}

traffic server::served() const noexcept {
  const auto& c = core_->count;
  const auto get = [](const std::atomic<std::uint64_t>& x) {
    return x.load(std::memory_order_relaxed);
  };
  return {0,
          get(c.good),
          get(c.redirected),
          get(c.client_errors),
          get(c.server_errors),
          get(c.connections),
          get(c.open),
          get(c.turned_away),
          get(c.timed_out)};
}

} // namespace sluice::http
