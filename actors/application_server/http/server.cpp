// Boost.Beast under the HTTP server; the only file that includes it, since each costs half a minute to compile.
#include "actors/application_server/http/server.hpp"

#include "actors/application_server/http/problem.hpp"

#include <atomic>
#include <optional>
#include <thread>
#include <unordered_set>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

namespace sluice::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

/// Written by the server's thread, read by any. RELAXED: each counter stands for itself.
struct counters {
  std::atomic<std::uint64_t> good{0}, redirected{0}, client_errors{0}, server_errors{0};
  std::atomic<std::uint64_t> connections{0}, open{0}, turned_away{0}, timed_out{0};

  static void add(std::atomic<std::uint64_t>& x) noexcept {
    x.fetch_add(1, std::memory_order_relaxed);
  }
  void note(unsigned status) noexcept {
    add(status < 300 ? good : status < 400 ? redirected : status < 500 ? client_errors : server_errors);
  }
};

/// How long and how much is read on after a final answer. Chosen: a document that is too large by ten times.
constexpr std::chrono::seconds linger_time{1};
constexpr std::size_t max_drained_bytes = 1024 * 1024;

class session;

} // namespace

/// Outlives the server object only in the hands of late replies, which then find its context stopped.
struct server::core : std::enable_shared_from_this<core> {
  core(server_options o, responder r) : options(std::move(o)), answers(std::move(r)) {}

  void accept();
  void close_all();

  const server_options options;
  const responder answers;
  counters count;
  std::unordered_set<session*> sessions; // the server's thread only, and after it was joined
  std::uint16_t port = 0;
  std::thread thread;
  asio::io_context context{1}; // last member: destroyed first, and with it the sessions in its queue
  tcp::acceptor acceptor{context};
  asio::steady_timer retry{context};
};

namespace {

/// One connection: reads a request, waits for its answer, writes it, and again. Everything runs in the server's thread
/// except the reply, which posts itself there.
class session : public std::enable_shared_from_this<session> {
public:
  session(tcp::socket socket, server::core& home);
  ~session();

  void read_next();
  void close();

private:
  void on_header(error_code problem);
  void on_body(error_code problem);
  void refuse_unreadable(error_code problem);
  void answer_request();
  void on_answer(std::uint64_t exchange, response x, bool timed_out);
  void write(response x);
  void linger();
  void drain(std::size_t left);

  server::core& home_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<wire::request_parser<wire::string_body>> parser_;
  std::optional<wire::response<wire::string_body>> response_;
  asio::steady_timer patience_;
  std::uint64_t exchange_ = 0; ///< number of the request that waits for its answer; odd while one does
  bool keep_alive_ = false;
  bool head_ = false;
  unsigned version_ = 11;
};

session::session(tcp::socket socket, server::core& home)
    : home_(home),
      stream_(std::move(socket)),
      buffer_(home.options.max_header_bytes + home.options.max_body_bytes),
      patience_(home.context) {
  home_.sessions.insert(this);
  counters::add(home_.count.connections);
  home_.count.open.store(home_.sessions.size(), std::memory_order_relaxed);
}

session::~session() {
  home_.sessions.erase(this);
  home_.count.open.store(home_.sessions.size(), std::memory_order_relaxed);
}

void session::close() {
  error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
  stream_.close();
  patience_.cancel();
}

void session::read_next() {
  parser_.emplace();
  parser_->header_limit(home_.options.max_header_bytes);
  parser_->body_limit(home_.options.max_body_bytes);
  if (buffer_.size() > 0) { // a pipelined request is in the buffer already
    stream_.expires_after(home_.options.read_timeout);
    wire::async_read_header(stream_, buffer_, *parser_, [self = shared_from_this()](error_code problem, std::size_t) {
      self->on_header(problem);
    });
    return;
  }
  // Idle until the first byte; from then on a request has its own, shorter time.
  stream_.expires_after(home_.options.idle_timeout);
  stream_.async_read_some(buffer_.prepare(home_.options.max_header_bytes),
                          [self = shared_from_this()](error_code problem, std::size_t size) {
                            if (problem)
                              return self->close();
                            self->buffer_.commit(size);
                            self->read_next();
                          });
}

void session::on_header(error_code problem) {
  if (problem)
    return refuse_unreadable(problem);
  const auto length = parser_->content_length();
  if (length && *length > home_.options.max_body_bytes)
    return refuse_unreadable(wire::error::body_limit);
  if (parser_->get()[wire::field::expect] == "100-continue") {
    static constexpr char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(
        stream_, asio::buffer(go_on, sizeof go_on - 1), [self = shared_from_this()](error_code failed, std::size_t) {
          if (failed)
            return self->close();
          wire::async_read(self->stream_, self->buffer_, *self->parser_, [self](error_code p, std::size_t) {
            self->on_body(p);
          });
        });
    return;
  }
  wire::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](error_code p, std::size_t) {
    self->on_body(p);
  });
}

void session::on_body(error_code problem) {
  if (problem)
    return refuse_unreadable(problem);
  answer_request();
}

/// Says what was wrong if the client can still hear it, then closes: where the next request begins is unknown.
void session::refuse_unreadable(error_code problem) {
  keep_alive_ = false;
  head_ = false;
  version_ = 11;
  if (problem == wire::error::header_limit)
    return write(sluice::http::problem(431, "the header is larger than 8 KiB"));
  if (problem == wire::error::body_limit)
    return write(sluice::http::problem(413, "the body is larger than 64 KiB"));
  if (problem == beast::error::timeout)
    return close(); // beast closed the socket: a slow client is not owed an answer
  if (problem == wire::error::end_of_stream || problem == wire::error::partial_message
      || problem.category() != wire::make_error_code(wire::error::bad_method).category())
    return close();
  write(sluice::http::problem(400, "this is no HTTP/1.1 request"));
}

void session::answer_request() {
  auto& message = parser_->get();
  keep_alive_ = message.keep_alive();
  head_ = message.method() == wire::verb::head;
  version_ = message.version();
  const auto text = [](beast::string_view x) {
    return std::string{x.data(), x.size()};
  };
  request x{text(message.method_string()), text(message.target()), text(message[wire::field::authorization]),
            text(message[wire::field::content_type]), std::move(message.body())};
  const auto exchange = ++exchange_;
  stream_.expires_never();
  patience_.expires_after(home_.options.answer_timeout);
  patience_.async_wait([self = shared_from_this(), exchange](error_code cancelled) {
    if (!cancelled)
      self->on_answer(exchange,
                      problem(503, "no process answered in time; if this request changes something its outcome is "
                                   "unknown, and repeating it is safe"),
                      true);
  });
  const auto reply_here = [home = home_.weak_from_this(), me = weak_from_this(), exchange](response y) {
    const auto alive = home.lock();
    if (!alive)
      return;
    asio::post(alive->context, [me, exchange, y = std::move(y)]() mutable {
      if (const auto self = me.lock())
        self->on_answer(exchange, std::move(y), false);
    });
  };
  try {
    home_.answers(std::move(x), reply_here);
  } catch (const std::exception&) { // whatever a client may have found must not end the process
    on_answer(exchange, problem(500, "this request met a bug of the server"), false);
  }
}

void session::on_answer(std::uint64_t exchange, response x, bool timed_out) {
  if (exchange != exchange_ || exchange % 2 == 0)
    return; // answered already
  ++exchange_;
  patience_.cancel();
  if (timed_out)
    counters::add(home_.count.timed_out);
  write(std::move(x));
}

void session::write(response x) {
  home_.count.note(x.status);
  auto& out = response_.emplace(static_cast<wire::status>(x.status), version_);
  out.reason(beast::string_view{title_of(x.status).data(), title_of(x.status).size()});
  out.set(wire::field::content_type, x.content_type);
  out.set(wire::field::cache_control, "no-store");
  out.set("X-Content-Type-Options", "nosniff");
  if (x.retry_after_s > 0)
    out.set(wire::field::retry_after, std::to_string(x.retry_after_s));
  if (!x.allow.empty())
    out.set(wire::field::allow, x.allow);
  if (!x.link.empty())
    out.set(wire::field::link, x.link);
  if (x.status == 401)
    out.set(wire::field::www_authenticate, "Bearer");
  out.keep_alive(keep_alive_);
  const auto size = x.body.size();
  if (!head_)
    out.body() = std::move(x.body);
  out.content_length(size);
  stream_.expires_after(home_.options.write_timeout);
  const auto written = [self = shared_from_this()](error_code problem, std::size_t) {
    self->response_.reset();
    if (problem)
      return self->close();
    if (!self->keep_alive_)
      return self->linger();
    self->read_next();
  };
  wire::async_write(stream_, out, written);
}

/// Says that nothing more comes and reads on for a moment: closing while the client still sends would reset the
/// connection and with it the answer on its way.
void session::linger() {
  error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  stream_.expires_after(linger_time);
  drain(max_drained_bytes);
}

void session::drain(std::size_t left) {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(home_.options.max_header_bytes),
                          [self = shared_from_this(), left](error_code problem, std::size_t size) {
                            if (problem || size >= left)
                              return self->close();
                            self->drain(left - size);
                          });
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
      counters::add(count.turned_away); // the socket closes as it goes out of scope
    } else {
      std::make_shared<session>(std::move(socket), *this)->read_next();
    }
    accept();
  });
}

void server::core::close_all() {
  error_code ignored;
  acceptor.close(ignored);
  retry.cancel();
  for (auto* x : sessions)
    x->close();
}

server::server(server_options options, responder answers)
    : core_(std::make_shared<core>(std::move(options), std::move(answers))) {}

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
  x.thread = std::thread{[&x] {
    x.context.run();
  }};
  return {};
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
