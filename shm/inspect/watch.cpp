// The loop and the terminal, in plain ANSI sequences.
#include "shm/inspect/watch.hpp"

#include "actors/terminal/end_signal.hpp"
#include "shm/inspect/clock.hpp"
#include "shm/inspect/figures.hpp"
#include "shm/inspect/instance_reader.hpp"
#include "shm/inspect/json_text.hpp"
#include "shm/inspect/page.hpp"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

namespace sluice::shm::inspect {

namespace {

constexpr std::chrono::milliseconds heartbeat_pause{25};

;

/// Where pages go: the other screen of a terminal while watching, else one after the other.
class display {
public:
  explicit display(bool redraw) : redraw_(redraw) {
    if (redraw_)
      std::cout << "\033[?1049h\033[?25l";
  }
  ~display() {
    if (redraw_)
      std::cout << "\033[?25h\033[?1049l" << std::flush;
  }
  display(const display&) = delete;
  display& operator=(const display&) = delete;

  void show(const std::vector<std::string>& lines) {
    if (!redraw_) {
      std::cout << (std::exchange(first_, false) ? "" : "\n");
      for (const auto& line : lines)
        std::cout << line << '\n';
      std::cout << std::flush;
      return;
    }
    winsize size{};
    const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row != 0;
    const auto room = std::min<std::size_t>(lines.size(), known ? size.ws_row : 24u);
    std::cout << "\033[?7l\033[H"; // what is too wide is cut, not wrapped
    for (std::size_t i = 0; i < room; ++i)
      std::cout << (i == 0 ? "" : "\r\n") << lines[i] << "\033[K";
    std::cout << "\033[J\033[?7h" << std::flush;
  }

private:
  bool redraw_;
  bool first_ = true;
};

/// Why the mailbox that was asked for cannot be shown; empty if it can, or none was.
std::string missing(const snapshot& x, const options& asked) {
  std::string there;
  for (const auto& box : x.mailboxes) {
    if (box.name == asked.role)
      return {};
    there += (there.empty() ? "" : ", ") + box.name;
  }
  if (asked.role.empty())
    return {};
  return "there is no mailbox of '" + asked.role + "' in instance '" + x.instance + "'"
         + (there.empty() ? "" : "; there are: " + there);
}

outcome<snapshot> look(const place& where, const options& asked) {
  auto found = look_at(where, read_clocks());
  if (!found)
    return found;
  if (const auto why = missing(*found, asked); !why.empty())
    return failure{failure_kind::absent, why};
  return found;
}

bool whole(const compared_look& x) {
  return x.now.roster_problem.empty()
         && std::all_of(x.now.mailboxes.begin(), x.now.mailboxes.end(), [&](const mailbox_found& m) {
              return m.problem.empty() || !x.shows(m);
            });
}

/// Whether every living receiver has shown a sign of life since `first`.
bool all_moved(const snapshot& now, const snapshot& first) {
  return std::all_of(now.mailboxes.begin(), now.mailboxes.end(), [&](const mailbox_found& x) {
    return x.state != liveness::alive || heartbeat_moved(x, &first).value_or(true);
  });
}

/// Looks again until that is so, at most for heartbeat_patience.
outcome<snapshot> look_again(const place& where, const options& asked, const snapshot& first,
                             const terminal::end_signal& end) {
  for (;;) {
    const bool told_to_end = end.wait_for(heartbeat_pause);
    auto now = look(where, asked);
    if (!now || told_to_end || all_moved(*now, first)
        || now->when.monotonic - first.when.monotonic >= heartbeat_patience)
      return now;
  }
}

void put(const compared_look& x, const options& asked, display& screen, bool colours) {
  if (asked.json)
    std::cout << json_text(x) << std::endl;
  else
    screen.show(page(x, colours));
}

/// Instead of a look that failed while watching.
void put_failure(const place& where, const failure& why, const options& asked, display& screen) {
  const auto when = time_text(read_clocks().wall);
  if (asked.json)
    std::cout << nlohmann::ordered_json{{"instance", where.instance}, {"time", when}, {"problem", why.sentence}}.dump(
        -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
              << std::endl;
  else
    screen.show({"instance " + where.instance + " in " + where.directory.string() + ", " + when, "", why.sentence});
}

/// Earlier looks for heartbeats: `old` is at least as old as heartbeat_patience, once there has been time for that.
struct beat_history {
  snapshot old;
  snapshot newer;

  void add(const snapshot& x) {
    if (x.when.monotonic - newer.when.monotonic >= heartbeat_patience) {
      old = std::move(newer);
      newer = x;
    }
  }
};

void watch(const place& where, const options& asked, snapshot before, beat_history beats,
           const terminal::end_signal& end, display& screen, bool colours) {
  while (!end.wait_for(*asked.watch) && std::cout) {
    auto now = look(where, asked);
    if (!now) {
      put_failure(where, now.why(), asked, screen);
      continue;
    }
    put({*now, &beats.old, &before, asked.role}, asked, screen, colours);
    beats.add(*now);
    before = std::move(*now);
  }
}

} // namespace

outcome<exit_code> show(const place& where, const options& asked) {
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  const bool colours = terminal && !asked.no_color;
  auto first = look(where, asked);
  if (!first)
    return first.why();
  const terminal::end_signal end;
  auto now = look_again(where, asked, *first, end);
  if (!now)
    return now.why();
  display screen{asked.watch && terminal && !asked.json};
  const compared_look seen{*now, &*first, asked.watch ? &*first : nullptr, asked.role};
  put(seen, asked, screen, colours);
  const auto code = whole(seen) ? exit_code::shown : exit_code::unreadable;
  if (!asked.watch)
    return code;
  watch(where, asked, *now, {*first, *now}, end, screen, colours);
  return exit_code::shown;
}

} // namespace sluice::shm::inspect
