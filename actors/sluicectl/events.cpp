// events: what happened, the newest last, and with --follow what happens.
#include "actors/sluicectl/event_lines.hpp"
#include "actors/sluicectl/follow.hpp"
#include "actors/sluicectl/structured.hpp"
#include "actors/sluicectl/views.hpp"

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>
#include <ostream>
#include <thread>
#include <utility>
#include <vector>

namespace sluice::ctl {

namespace {

using nlohmann::json;

/// What the server remembers; more is never asked for.
constexpr std::uint32_t all_events = 1000;
/// An answer to GET may be so old that it misses what happened just before the first event came. It is asked twice.
constexpr std::chrono::milliseconds answers_age{1'100};
/// A server that is restarted between the stream and the list is waited for. Chosen: half a minute.
constexpr int list_attempts = 60;
constexpr std::chrono::milliseconds list_pause{500};

bool may_pass(const failure& x) noexcept {
  return x.code() == exit_code::unreachable || x.status() == 503;
}

/// Shows each event once, whether it came by a list, by the stream, or by both.
class event_log {
public:
  event_log(const events_command& x, output_format how, const console& io)
      : wanted_(x.subject), how_(how), io_(io), table_(headings_of(columns(resource_kind::event))) {}

  /// @param most at most so many, the newest
  void show_list(const json& newest_first, std::size_t most) {
    std::vector<const json*> fresh;
    for (const auto& x : newest_first)
      if (fresh.size() < most && is_wanted(x) && time_of(x) >= newest_)
        fresh.push_back(&x);
    std::vector<std::vector<std::string>> cells; // of all, so that the first table is aligned
    for (const auto* x : fresh)
      cells.push_back(cells_of(columns(resource_kind::event), *x));
    if (!is_structured(how_) && !fresh.empty() && std::exchange(begins_, false))
      io_.out << table_.headings(cells);
    for (auto x = fresh.rbegin(); x != fresh.rend(); ++x)
      show(**x);
    io_.out << std::flush;
  }

  void show_one(const json& x) {
    if (!is_wanted(x))
      return;
    if (!is_structured(how_) && std::exchange(begins_, false))
      io_.out << table_.headings();
    show(x);
    io_.out << std::flush;
  }

  [[nodiscard]] bool is_empty() const noexcept {
    return shown_.empty();
  }

private:
  /// Asked for, and not shown yet.
  bool is_wanted(const json& x) const {
    return x.is_object() && (wanted_.empty() || x.value("subject", json{}) == wanted_)
           && std::find(shown_.begin(), shown_.end(), x) == shown_.end();
  }

  static std::string time_of(const json& x) {
    return field_text(x, {"", "/at"});
  }

  void show(const json& x) {
    if (is_structured(how_)) {
      io_.out << structured_record(x, how_);
    } else {
      auto text = table_.rows({cells_of(columns(resource_kind::event), x)});
      text.pop_back();
      io_.out << painted(io_, colour_of(field_text(x, {"", "/kind"})), text) << '\n';
    }
    newest_ = std::max(newest_, time_of(x));
    shown_.push_back(x);
    if (shown_.size() > all_events)
      shown_.pop_front();
  }

  std::string wanted_;
  output_format how_;
  const console& io_;
  running_table table_;
  bool begins_ = true;
  std::string newest_; ///< of those shown; older ones of a list were left out on purpose. Times compare as texts
  std::deque<json> shown_;
};

} // namespace

exit_code run(const events_command& x, server_link& server, const console& io) {
  event_log log{x, server.where().output, io};
  const auto list = [&](std::uint32_t most) {
    const auto limit = x.subject.empty() ? most : all_events;
    log.show_list(fetch_items(server, "/api/v1/events?limit=" + std::to_string(limit)), most);
  };
  const auto list_again = [&](std::uint32_t most) {
    for (int left = list_attempts;; std::this_thread::sleep_for(list_pause)) {
      try {
        return list(most);
      } catch (const failure& problem) {
        if (--left == 0 || !may_pass(problem))
          throw;
      }
    }
  };
  if (!x.follow) {
    list(x.last);
    if (log.is_empty() && !is_structured(server.where().output))
      io.out << "no events\n";
    return exit_code::done;
  }
  bool first = true;
  const follower to{[&](bool anew) {
                      if (!anew)
                        return true;
                      list_again(std::exchange(first, false) ? x.last : all_events);
                      std::this_thread::sleep_for(answers_age);
                      list_again(all_events);
                      return true;
                    },
                    [&](const std::string&, const std::string&, const std::string& data) {
                      log.show_one(json::parse(data, nullptr, false));
                      return static_cast<bool>(io.out);
                    }};
  follow(server, {std::string{plural(resource_kind::event)}}, to, io);
  return exit_code::done;
}

} // namespace sluice::ctl
