// Closes seconds, and with them minutes, hours and intervals.
#include "actors/database_manager/history/derivation.hpp"

#include <algorithm>

namespace sluice::history {

namespace {

constexpr std::int64_t minute_s = 60;
constexpr std::int64_t hour_s = 3600;

std::int64_t floor_to(std::int64_t x, std::int64_t step) noexcept {
  const auto rest = x % step;
  return x - (rest < 0 ? rest + step : rest);
}

wall_time time_of(std::int64_t second) noexcept {
  return wall_time{second * 1'000'000};
}

void add_by_stream(std::unordered_map<std::int32_t, roll_up>& to, std::int32_t stream, std::int64_t since_s,
                   const auto& what) {
  auto& sum = to[stream];
  sum.stream = stream;
  sum.since_s = since_s;
  sum.add(what);
}

std::vector<roll_up> taken_out(std::unordered_map<std::int32_t, roll_up>& from) {
  std::vector<roll_up> all;
  all.reserve(from.size());
  for (auto& [stream, sum] : from)
    all.push_back(std::move(sum));
  from.clear();
  std::sort(all.begin(), all.end(), [](const roll_up& a, const roll_up& b) {
    return a.stream < b.stream;
  });
  return all;
}

} // namespace

void derivation::begin(const progress& reached, std::vector<version_span> versions) {
  window_.clear();
  minute_.clear();
  hour_.clear();
  due_ = {};
  everything_until_ = 0;
  held_from_ = nowhere;
  reached_ = reached;
  intervals_.begin(std::move(versions), time_of(reached.seconds));
}

std::int64_t derivation::needed_from() const noexcept {
  if (reached_.seconds == 0)
    return 0;
  return std::min(reached_.minutes, intervals_.needed_from().unix_us / 1'000'000);
}

void derivation::add_minute(const roll_up& x) {
  add_by_stream(hour_, x.stream, reached_.hours, x);
}

void derivation::add(open_row x) {
  if (x.row->second >= held_from_)
    return;
  window_.add(std::move(x));
  if (window_.rows() > window_.bound() + window_.bound() / 8 && window_.newest() > window_.oldest()) {
    hold_from(window_.newest());
    window_.drop_from(held_from_);
  }
}

void derivation::loaded() {
  while (!window_.empty() && window_.oldest() < reached_.seconds) {
    const auto second = window_.oldest();
    const auto rows = window_.close(second);
    if (second >= reached_.minutes)
      for (const auto& x : rows)
        add_by_stream(minute_, x.stream, reached_.minutes, *x.row);
    intervals_.pass(time_of(second), rows, due_.verdicts);
  }
  due_ = {}; // whatever ended before was written before
}

bool derivation::advance() {
  auto until = everything_until_ == 0 ? 0 : everything_until_ - grace_s;
  if (window_.full())
    until = std::max(until, window_.oldest() + 1);
  until = std::min(until, held_from_);
  if (until <= reached_.seconds)
    return false;
  if (reached_.seconds == 0) { // nothing was ever closed: begin with the oldest row, which whoever reads them finds too
    if (window_.empty() || window_.oldest() >= until)
      return false;
    const auto first = window_.oldest();
    reached_ = {first, floor_to(first, minute_s), floor_to(first, hour_s)};
    intervals_.begin(intervals_.versions(), time_of(first));
    due_.begins = true;
  }
  if (const auto first = window_.empty() ? until : std::min(until, window_.oldest());
      first - reached_.seconds > max_catch_up_s) {
    end_minute();
    end_hour();
    reached_ = {first, floor_to(first, minute_s), floor_to(first, hour_s)};
    intervals_.begin(intervals_.versions(), time_of(first));
  }
  const auto stop = std::min(until, floor_to(reached_.seconds, minute_s) + minute_s);
  while (reached_.seconds < stop)
    close_second(reached_.seconds);
  due_.reached = reached_;
  return reached_.seconds < until;
}

void derivation::close_second(std::int64_t second) {
  const auto rows = window_.close(second);
  for (const auto& x : rows)
    add_by_stream(minute_, x.stream, reached_.minutes, *x.row);
  intervals_.pass(time_of(second), rows, due_.verdicts);
  reached_.seconds = second + 1;
  intervals_.end(time_of(reached_.seconds), due_.verdicts);
  if (reached_.seconds >= reached_.minutes + minute_s)
    end_minute();
  if (reached_.seconds >= reached_.hours + hour_s)
    end_hour();
}

void derivation::end_minute() {
  auto all = taken_out(minute_);
  for (const auto& x : all)
    add_by_stream(hour_, x.stream, reached_.hours, x);
  due_.minutes.insert(due_.minutes.end(), std::make_move_iterator(all.begin()), std::make_move_iterator(all.end()));
  reached_.minutes += minute_s;
}

void derivation::end_hour() {
  auto all = taken_out(hour_);
  due_.hours.insert(due_.hours.end(), std::make_move_iterator(all.begin()), std::make_move_iterator(all.end()));
  reached_.hours += hour_s;
}

} // namespace sluice::history
