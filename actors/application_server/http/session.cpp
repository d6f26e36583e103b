// One HTTP connection, by Boost.Beast; the only file that includes it, since each costs half a minute to compile.
#include "actors/application_server/http/dress.hpp"
#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/server_core.hpp"
#include "actors/application_server/http/wire_stream.hpp"

#include <deque>
#include <optional>

#include <boost/asio/post.hpp>
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

/// How long and how much is read on after a final answer. Chosen: a document that is too large by ten times.
constexpr std::chrono::seconds linger_time{1};
constexpr std::size_t max_drained_bytes = 1024 * 1024;
/// Who reads an answer slower than this is given up [bytes per second]. Chosen: half a megabit.
constexpr std::size_t slowest_reader = 64 * 1024;

/// One connection: reads a request, waits for its answer, writes it, and again. Everything runs in the server's thread
/// except the reply, which posts itself there.
class session : public std::enable_shared_from_this<session>, public listener, public open_connection {
public:
  session(tcp::socket socket, server::core& home);
  ~session() override;

  void begin();
  void read_next();
  void close() override;
  void take(const shared_text& event) override;
  void keep_alive() override;

private:
  void on_header(error_code problem);
  void on_body(error_code problem);
  void refuse_unreadable(error_code problem);
  void answer_request();
  void on_answer(std::uint64_t exchange, response x, bool timed_out);
  void write(response x);
  void begin_events(response x);
  void write_events();
  void close_soon();
  void watch_for_end();
  void linger();
  void drain(std::size_t left);

  server::core& home_;
  wire_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<wire::request_parser<wire::string_body>> parser_;
  std::optional<wire::response<wire::string_body>> response_;
  asio::steady_timer patience_;
  std::uint64_t exchange_ = 0; ///< number of the request that waits for its answer; odd while one does
  bool keep_alive_ = false;
  bool head_ = false;
  unsigned version_ = 11;
  wishes wishes_; ///< of the request that waits for its answer
  std::string address_;

  // Once events are listened to, nothing else happens on this connection.
  bool listening_ = false;
  std::deque<shared_text> unread_;
  std::size_t unread_bytes_ = 0;
  std::function<bool()> welcome_;
  std::size_t writing_ = 0; ///< of `unread_`, now being written
};

session::session(tcp::socket socket, server::core& home)
    : home_(home),
      stream_(std::move(socket), home.tls),
      buffer_(home.options.max_header_bytes + home.options.max_body_bytes),
      patience_(home.context) {
  error_code gone;
  if (const auto from = stream_.socket().socket().remote_endpoint(gone); !gone)
    address_ = from.address().to_string();
  home_.sessions.insert(this);
  traffic_counters::add(home_.count.connections);
  home_.count.open.store(home_.sessions.size(), std::memory_order_relaxed);
}

session::~session() {
  if (listening_) {
    home_.hub.leave(*this, monotonic_now());
    home_.tell_wanted();
  }
  home_.sessions.erase(this);
  home_.count.open.store(home_.sessions.size(), std::memory_order_relaxed);
}

void session::close() {
  error_code ignored;
  stream_.socket().socket().shutdown(tcp::socket::shutdown_both, ignored);
  stream_.socket().close();
  patience_.cancel();
}

void session::begin() {
  if (!stream_.secure())
    return read_next();
  stream_.socket().expires_after(home_.options.read_timeout);
  stream_.async_handshake([self = shared_from_this()](error_code problem) {
    if (problem)
      return self->close(); // somebody who trusts another authority, or speaks no TLS
    self->read_next();
  });
}

void session::read_next() {
  parser_.emplace();
  parser_->header_limit(home_.options.max_header_bytes);
  parser_->body_limit(home_.options.max_body_bytes);
  if (buffer_.size() > 0) { // a pipelined request is in the buffer already
    stream_.socket().expires_after(home_.options.read_timeout);
    wire::async_read_header(stream_, buffer_, *parser_, [self = shared_from_this()](error_code problem, std::size_t) {
      self->on_header(problem);
    });
    return;
  }
  // Idle until the first byte; from then on a request has its own, shorter time.
  stream_.socket().expires_after(home_.options.idle_timeout);
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
  request x{text(message.method_string()),
            text(message.target()),
            text(message[wire::field::authorization]),
            text(message[wire::field::content_type]),
            std::move(message.body()),
            text(message[wire::field::cookie]),
            text(message["X-CSRF-Token"]),
            text(message[wire::field::origin]),
            text(message[wire::field::host]),
            text(message[wire::field::if_match]),
            text(message[wire::field::if_none_match]),
            text(message["Last-Event-ID"]),
            address_,
            text(message[wire::field::accept_encoding]),
            text(message["Idempotency-Key"])};
  wishes_ = wishes_of(x);
  const auto exchange = ++exchange_;
  stream_.socket().expires_never();
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
    traffic_counters::add(home_.count.timed_out);
  dress(wishes_, x);
  write(std::move(x));
}

void session::write(response x) {
  if (x.events && !head_)
    return begin_events(std::move(x));
  home_.count.note(x.status);
  auto& out = response_.emplace(static_cast<wire::status>(x.status), version_);
  out.reason(beast::string_view{title_of(x.status).data(), title_of(x.status).size()});
  if (x.status != 204 && x.status != 304) // nothing follows
    out.set(wire::field::content_type, x.content_type);
  out.set(wire::field::cache_control, "no-store");
  out.set("X-Content-Type-Options", "nosniff");
  if (x.retry_after_s > 0)
    out.set(wire::field::retry_after, std::to_string(x.retry_after_s));
  if (!x.allow.empty())
    out.set(wire::field::allow, x.allow);
  if (!x.link.empty())
    out.set(wire::field::link, x.link);
  if (!x.set_cookie.empty())
    out.set(wire::field::set_cookie, x.set_cookie);
  if (!x.etag.empty()) {
    out.set(wire::field::etag, x.etag);
    out.set(wire::field::cache_control, "no-cache"); // may be kept, must be asked for
  }
  for (const auto& [name, value] : x.headers)
    out.set(name, value);
  if (x.status == 401)
    out.set(wire::field::www_authenticate, "Bearer");
  out.keep_alive(keep_alive_);
  const auto size = x.body.size();
  if (!head_)
    out.body() = std::move(x.body);
  if (x.status != 204 && x.status != 304)
    out.content_length(size);
  stream_.socket().expires_after(home_.options.write_timeout + std::chrono::seconds{size / slowest_reader});
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

/// From here on the connection only listens. The answer has no length: it ends with the connection.
void session::begin_events(response x) {
  const auto joined = home_.hub.join(*this, x.events->topics, x.events->after, x.events->owner);
  if (joined != watch_hub::joined::yes) {
    unread_.clear();
    return write(problem(503, joined == watch_hub::joined::too_many_listeners ? "too many listen already"
                                                                              : "too many topics are listened to"));
  }
  home_.count.note(200);
  home_.tell_wanted();
  unread_.push_front(std::make_shared<const std::string>("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                                         "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff"
                                                         "\r\nX-Accel-Buffering: no\r\nConnection: close\r\n\r\n"
                                                         "retry: 1000\n\n"));
  listening_ = true;
  welcome_ = std::move(x.events->welcome);
  stream_.socket().expires_never(); // what is not read is bounded in bytes
  watch_for_end();
  write_events();
}

void session::take(const shared_text& event) {
  unread_bytes_ += event->size();
  unread_.push_back(event);
  if (!listening_)
    return; // what it begins with is whole
  // Who cannot follow fetches anew; but one event may be as large as it is.
  if (unread_bytes_ > max_unread_bytes && unread_.size() > writing_ + 1)
    return close_soon();
  write_events();
}

/// For those whom the hub or the server's list is walking over.
void session::close_soon() {
  asio::post(home_.context, [me = weak_from_this()] {
    if (const auto self = me.lock())
      self->close();
  });
}

void session::keep_alive() {
  static const auto comment = std::make_shared<const std::string>(":\n\n");
  if (listening_ && welcome_ && !welcome_())
    return close_soon();
  if (listening_)
    take(comment);
}

void session::write_events() {
  if (writing_ > 0 || unread_.empty())
    return;
  std::vector<asio::const_buffer> pieces;
  pieces.reserve(unread_.size());
  for (const auto& x : unread_)
    pieces.push_back(asio::buffer(*x));
  writing_ = unread_.size();
  asio::async_write(stream_, pieces, [self = shared_from_this()](error_code problem, std::size_t) {
    if (problem)
      return self->close();
    for (; self->writing_ > 0; --self->writing_) {
      self->unread_bytes_ -= std::min(self->unread_bytes_, self->unread_.front()->size());
      self->unread_.pop_front();
    }
    self->write_events();
  });
}

void session::watch_for_end() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(1024), [self = shared_from_this()](error_code problem, std::size_t) {
    if (problem)
      return self->close();
    self->watch_for_end(); // a listener has nothing to say
  });
}

/// Says that nothing more comes and reads on for a moment: closing while the client still sends would reset the
/// connection and with it the answer on its way.
void session::linger() {
  if (stream_.secure()) {
    stream_.socket().expires_after(linger_time);
    return stream_.async_shutdown([self = shared_from_this()](error_code) {
      self->close();
    });
  }
  error_code ignored;
  stream_.socket().socket().shutdown(tcp::socket::shutdown_send, ignored);
  stream_.socket().expires_after(linger_time);
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

void serve(tcp::socket socket, server::core& home) {
  std::make_shared<session>(std::move(socket), home)->begin();
}

} // namespace sluice::http
