// The loop of attempts.
#include "actors/sluicectl/follow.hpp"

#include "actors/sluicectl/event_stream.hpp"
#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/refusal.hpp"

#include <algorithm>
#include <optional>
#include <ostream>
#include <thread>

namespace sluice::ctl {

namespace {

using clock = std::chrono::steady_clock;

std::string path_of(const std::vector<std::string>& topics) {
  std::string all;
  for (const auto& topic : topics)
    all += (all.empty() ? "" : ",") + topic;
  return "/api/v1/watch?topics=" + query_value(all);
}

/// One connection from its beginning to its end.
class connection {
public:
  connection(const follower& to, std::string last) : to_(to), last_(std::move(last)), is_first_(last_.empty()) {}

  bool take(std::string_view piece) {
    if (!open_) {
      open_ = true;
      if (!to_.connected(is_first_))
        return false;
    }
    bool more = true;
    const bool readable = reader_.read(piece, [&](const server_event& x) {
      last_ = x.id.empty() ? last_ : x.id;
      if (more)
        more = x.name == "reset" ? to_.connected(true) : to_.event(x.name, x.id, x.data);
    });
    if (!readable)
      throw failure{exit_code::unreachable, "the server sent an event that is larger than this program reads"};
    return more;
  }

  [[nodiscard]] bool was_open() const noexcept {
    return open_;
  }
  [[nodiscard]] const std::string& last() const noexcept {
    return last_;
  }
  [[nodiscard]] std::optional<std::chrono::milliseconds> pause() const noexcept {
    return reader_.pause();
  }

private:
  const follower& to_;
  std::string last_;
  bool is_first_;
  bool open_ = false;
  event_reader reader_;
};

/// Whether the server may answer otherwise in a while.
bool may_pass(const http_answer& x, clock::duration since_lost) {
  return x.status == 0 || x.status == 200 || x.status == 429 || x.status >= 500
         || (x.status == 401 && since_lost < forgotten_time);
}

std::string reason(const http_answer& x, const settings& where) {
  if (x.status == 0)
    return printable(x.body);
  return x.status == 200 ? "the connection was lost" : refusal_sentences(x, where);
}

std::string seconds_text(std::chrono::milliseconds x) {
  return std::to_string((x.count() + 999) / 1000) + " s";
}

} // namespace

std::chrono::milliseconds longer(std::chrono::milliseconds pause) noexcept {
  return std::min(pause * 2, longest_pause);
}

void follow(server_link& server, const std::vector<std::string>& topics, const follower& to, const console& io) {
  const auto path = path_of(topics);
  std::string last;
  auto pause = first_pause;
  std::optional<clock::time_point> lost; // while there is no connection, though there was one
  bool ever = false;
  for (;;) {
    connection now{to, last};
    const auto end = server.listen(path, last, [&](std::string_view piece) {
      if (!now.was_open() && lost) {
        io.err << "sluicectl: connected again\n" << std::flush;
        lost.reset();
      }
      ever = true;
      return now.take(piece);
    });
    if (end.enough)
      return;
    last = now.last();
    if (now.was_open())
      pause = std::clamp(now.pause().value_or(first_pause), least_pause, longest_pause);
    if (!ever && end.refusal.status == 0)
      throw no_answer(server.where(), printable(end.refusal.body));
    if (!ever || !may_pass(end.refusal, lost ? clock::now() - *lost : clock::duration::zero()))
      throw failure{exit_code::refused, refusal_sentences(end.refusal, server.where()), end.refusal.status};
    if (!lost) {
      lost = clock::now();
      io.err << "sluicectl: " << reason(end.refusal, server.where()) << "; trying again every " << seconds_text(pause)
             << " to " << seconds_text(longest_pause) << '\n'
             << std::flush;
    }
    if (to.pause)
      to.pause(pause);
    else
      std::this_thread::sleep_for(pause);
    pause = longer(pause);
  }
}

} // namespace sluice::ctl
