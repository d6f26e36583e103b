// Keeps the newest verdicts.
#include "actors/application_server/observatory/promise_book.hpp"

#include <algorithm>
#include <chrono>

namespace sluice {

namespace {

wall_time end_of(const verdict& x) noexcept {
  return {x.from.unix_us + std::chrono::duration_cast<std::chrono::microseconds>(x.length).count()};
}

int badness(verdict_outcome x) noexcept {
  switch (x) {
  case verdict_outcome::violated:
    return 3;
  case verdict_outcome::met:
    return 2;
  case verdict_outcome::exempt:
    return 1;
  case verdict_outcome::no_data:
    break;
  }
  return 0;
}

} // namespace

const verdict& promise_record::worst() const noexcept {
  return *std::max_element(last.begin(), last.end(), [](const verdict& a, const verdict& b) {
    return badness(a.outcome) < badness(b.outcome);
  });
}

wall_time promise_record::judged_until() const noexcept {
  wall_time newest;
  for (const auto& x : last)
    newest = std::max(newest, end_of(x));
  return newest;
}

void promise_book::note(const verdict& x) {
  auto found = records_.find(x.agreement);
  if (found == records_.end()) {
    if (records_.size() >= max_promise_records)
      return;
    found = records_.emplace(x.agreement, promise_record{}).first;
  }
  auto& record = found->second;
  if (!record.last.empty() && record.last.front().version != x.version)
    record = {};
  const bool first = record.last.empty();
  const auto before = first ? verdict_outcome::no_data : record.worst().outcome;
  const auto same = std::find_if(record.last.begin(), record.last.end(), [&](const verdict& y) {
    return y.point == x.point;
  });
  if (same == record.last.end()) {
    if (record.last.size() >= max_promises)
      return;
    record.last.push_back(x);
  } else if (same->from < x.from) {
    *same = x;
  }
  if (first || record.worst().outcome != before)
    record.since = x.from;
}

void promise_book::keep(std::span<const agreement> in_force) {
  std::map<std::string, promise_record> kept;
  for (const auto& x : in_force)
    if (const auto found = records_.find(x.name);
        found != records_.end() && !found->second.last.empty() && found->second.last.front().version == x.version)
      kept.insert(std::move(*found));
  records_ = std::move(kept);
}

const promise_record* promise_book::find(const std::string& agreement) const {
  const auto found = records_.find(agreement);
  return found == records_.end() ? nullptr : &found->second;
}

} // namespace sluice
