// Boost.Beast under the metrics; the only file of the gateway that includes it.
#include "gateways/metrics/metrics_server.hpp"

#include "gateways/metrics/metrics_text.hpp"

#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

namespace sluice::gateway {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

/// How long and how much is read on after the answer: closing while the client still sends would reset the connection
/// and with it the answer on its way. Chosen.
constexpr std::chrono::seconds linger_time{1};
constexpr std::size_t max_drained_bytes = 64 * 1024;

class session;

} // namespace

struct metrics_server::core {
  core(std::string a, std::uint16_t p, std::function<std::string()> t, metrics_bounds b)
      : address(std::move(a)), port(p), text(std::move(t)), bounds(b) {}

  void accept();
  [[nodiscard]] http::response<http::string_body> answer_to(const http::request<http::empty_body>& x) const;

  const std::string address;
  const std::uint16_t port;
  const std::function<std::string()> text;
  const metrics_bounds bounds;
  std::size_t open = 0; ///< the server's thread only
  std::string uri;
  std::thread thread;
  asio::io_context context{1}; // last but for what it serves: destroyed first, and with it the sessions in its queue
  tcp::acceptor acceptor{context};
  asio::steady_timer retry{context};
};

namespace {

/// One connection with its one request.
class session : public std::enable_shared_from_this<session> {
public:
  session(tcp::socket socket, metrics_server::core& home)
      : home_(home), stream_(std::move(socket)), buffer_(home.bounds.header_bytes) {
    ++home_.open;
    parser_.header_limit(home.bounds.header_bytes);
    parser_.body_limit(0);
  }
  ~session() {
    --home_.open;
  }
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  void serve() {
    stream_.expires_after(home_.bounds.read_timeout);
    http::async_read_header(stream_, buffer_, parser_, [self = shared_from_this()](error_code problem, std::size_t) {
      self->on_header(problem);
    });
  }

private:
  void on_header(error_code problem) {
    if (problem == http::error::header_limit)
      answer_ = {http::status::request_header_fields_too_large, 11, "the header is too large\n"};
    else if (problem && problem.category() == http::make_error_code(http::error::bad_method).category()
             && problem != http::error::end_of_stream && problem != http::error::partial_message
             && problem != http::error::body_limit)
      answer_ = {http::status::bad_request, 11, "this is no HTTP request\n"};
    else if (problem && problem != http::error::body_limit)
      return;
    else
      answer_ = home_.answer_to(parser_.get());
    answer_.set(http::field::cache_control, "no-store");
    answer_.keep_alive(false);
    answer_.prepare_payload();
    stream_.expires_after(home_.bounds.write_timeout);
    http::async_write(stream_, answer_, [self = shared_from_this()](error_code failed, std::size_t) {
      if (failed)
        return;
      error_code ignored;
      self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
      self->stream_.expires_after(linger_time);
      self->drain(max_drained_bytes);
    });
  }

  void drain(std::size_t left) {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(home_.bounds.header_bytes),
                            [self = shared_from_this(), left](error_code problem, std::size_t size) {
                              if (!problem && size < left)
                                self->drain(left - size);
                            });
  }

  metrics_server::core& home_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  http::request_parser<http::empty_body> parser_;
  http::response<http::string_body> answer_;
};

} // namespace

http::response<http::string_body> metrics_server::core::answer_to(const http::request<http::empty_body>& x) const {
  const auto path = x.target().substr(0, x.target().find('?'));
  if (path != "/metrics" && path != "/healthz")
    return {http::status::not_found, x.version(), "there are /metrics and /healthz\n"};
  http::response<http::string_body> result{http::status::ok, x.version()};
  if (x.method() != http::verb::get) {
    result.result(http::status::method_not_allowed);
    result.set(http::field::allow, "GET");
    result.body() = "only GET is answered\n";
  } else if (path == "/healthz") {
    result.set(http::field::content_type, "text/plain");
    result.body() = "ok\n";
  } else {
    result.set(http::field::content_type, {metrics_content_type.data(), metrics_content_type.size()});
    result.body() = text();
  }
  return result;
}

void metrics_server::core::accept() {
  acceptor.async_accept([this](error_code problem, tcp::socket socket) {
    if (problem == asio::error::operation_aborted)
      return;
    if (problem) { // out of descriptors: try again when some may be free
      retry.expires_after(std::chrono::milliseconds{100});
      retry.async_wait([this](error_code cancelled) {
        if (!cancelled)
          accept();
      });
      return;
    }
    if (open < bounds.connections)
      std::make_shared<session>(std::move(socket), *this)->serve();
    accept();
  });
}

metrics_server::metrics_server(std::string address, std::uint16_t port, std::function<std::string()> text,
                               metrics_bounds bounds)
    : core_(std::make_unique<core>(std::move(address), port, std::move(text), bounds)) {}

metrics_server::~metrics_server() {
  stop();
}

std::string metrics_server::start() {
  auto& x = *core_;
  error_code problem;
  const auto address = asio::ip::make_address(x.address, problem);
  if (problem)
    return "cannot serve metrics on " + x.address + ": this is no address";
  const tcp::endpoint endpoint{address, x.port};
  x.acceptor.open(endpoint.protocol(), problem);
  if (!problem)
    x.acceptor.set_option(tcp::acceptor::reuse_address{true}, problem);
  if (!problem)
    x.acceptor.bind(endpoint, problem);
  if (!problem)
    x.acceptor.listen(asio::socket_base::max_listen_connections, problem);
  if (problem)
    return "cannot serve metrics on " + x.address + " port " + std::to_string(x.port) + ": " + problem.message();
  const auto shown = address.is_v6() ? '[' + x.address + ']' : x.address;
  x.uri = "http://" + shown + ':' + std::to_string(x.acceptor.local_endpoint().port()) + "/metrics";
  x.accept();
  x.thread = std::thread{[&x] {
    x.context.run();
  }};
  return {};
}

void metrics_server::stop() {
  core_->context.stop();
  if (core_->thread.joinable())
    core_->thread.join();
}

const std::string& metrics_server::uri() const {
  return core_->uri;
}

} // namespace sluice::gateway
