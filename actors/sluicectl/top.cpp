// top: the live table; talks to the terminal in plain ANSI sequences.
#include "actors/sluicectl/commands.hpp"
#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/picture.hpp"
#include "actors/sluicectl/structured.hpp"
#include "actors/terminal/end_signal.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sys/ioctl.h>
#include <unistd.h>

namespace sluice::ctl {

namespace {

/// The other screen of the terminal without cursor, until this ends.
class other_screen {
public:
  explicit other_screen(std::ostream& out) : out_(out) {
    out_ << "\033[?1049h\033[?25l";
  }
  ~other_screen() {
    out_ << "\033[?25h\033[?1049l" << std::flush;
  }
  other_screen(const other_screen&) = delete;
  other_screen& operator=(const other_screen&) = delete;

  void show(const std::vector<std::string>& lines, std::size_t columns) {
    out_ << "\033[H";
    for (std::size_t i = 0; i < lines.size(); ++i)
      out_ << (i == 0 ? "" : "\r\n") << cut(lines[i], columns) << "\033[K";
    out_ << "\033[J" << std::flush;
  }

private:
  std::ostream& out_;
};

struct screen_size {
  std::size_t lines = 24;
  std::size_t columns = 80;
};

screen_size terminal_size() {
  winsize found{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &found) != 0 || found.ws_row == 0 || found.ws_col == 0)
    return {};
  return {found.ws_row, found.ws_col};
}

std::string clock_text() {
  const auto now = std::time(nullptr);
  std::tm parts{};
  ::localtime_r(&now, &parts);
  std::array<char, 16> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%H:%M:%S", &parts)};
}

std::string state_of(server_link& server) {
  const auto body = nlohmann::json::parse(server.exchange({"GET", "/readyz", {}, {}}).body, nullptr, false);
  return body.is_object() ? shown(body.value("status", nlohmann::json{}), form::text) : "unknown state";
}

struct snapshot {
  std::string state;
  nlohmann::json backends;
  nlohmann::json streams;
};

snapshot take_snapshot(server_link& server) {
  return {state_of(server), fetch_items(server, "/api/v1/backends"), fetch_items(server, "/api/v1/streams")};
}

std::vector<std::string> draw(server_link& server, std::size_t max_lines) {
  const auto x = take_snapshot(server);
  return picture({server.where().server, clock_text(), x.state, x.backends, x.streams}, max_lines);
}

/// As draw(), but an unreachable or unready server is a line of the picture, not the end.
std::vector<std::string> draw_or_say(server_link& server, std::size_t max_lines) {
  try {
    return draw(server, max_lines);
  } catch (const failure& problem) {
    return {server.where().server + "  " + clock_text(), "", problem.what()};
  }
}

exit_code print_once(server_link& server, const console& io) {
  if (const auto how = server.where().output; is_structured(how)) {
    const auto x = take_snapshot(server);
    io.out << structured({{"status", x.state}, {"backends", x.backends}, {"streams", x.streams}}, how);
    return exit_code::done;
  }
  for (const auto& line : draw(server, 0))
    io.out << line << '\n';
  return exit_code::done;
}

} // namespace

exit_code run(const top_command& x, server_link& server, const console& io) {
  if (x.once || !io.terminal)
    return print_once(server, io);
  (void)draw(server, 0); // a wrong token or address ends the command before the screen is taken
  const terminal::end_signal end;
  other_screen screen{io.out};
  do {
    const auto size = terminal_size();
    screen.show(draw_or_say(server, size.lines), size.columns);
  } while (!end.wait_for(x.interval));
  return exit_code::done;
}

} // namespace sluice::ctl
