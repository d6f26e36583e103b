// The three places of an unconfirmed entry: waiting, open, to be sent again.
#include "actors/application_server/rows/row_outbox.hpp"

#include "actors/application_server/rows/packed_row.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sluice {

void row_outbox::put(const sample_row& x) {
  put(entry{row{second_of(x.total.taken), pack(x)}});
}

void row_outbox::put(const verdict& x) {
  put(entry{std::make_unique<verdict>(x)});
}

void row_outbox::put(const event& x) {
  put(entry{std::make_unique<event>(x)});
}

void row_outbox::put(const decision& x) {
  put(entry{std::make_unique<decision>(x)});
}

void row_outbox::put(const audit_entry& x) {
  put(entry{std::make_unique<audit_entry>(x)});
}

void row_outbox::put(entry x) {
  while (unconfirmed_ >= bounds_.entries)
    drop_oldest();
  if (const auto second = second_held_by(x))
    ++seconds_[*second];
  waiting_.push_back(std::move(x));
  ++unconfirmed_;
}

std::optional<wall_time> row_outbox::second_held_by(const entry& x) {
  if (const auto* one = std::get_if<row>(&x))
    return one->second;
  if (const auto* judged = std::get_if<std::unique_ptr<verdict>>(&x))
    return second_of((*judged)->from);
  return std::nullopt;
}

void row_outbox::settle(const entry& x) {
  const auto second = second_held_by(x);
  const auto found = second ? seconds_.find(*second) : seconds_.end();
  if (found != seconds_.end() && --found->second == 0)
    seconds_.erase(found);
}

void row_outbox::drop_oldest() {
  // What was sent once is older than what waits; of that, the lowest number is the oldest.
  const bool open_is_older = !open_.empty() && (again_.empty() || open_.begin()->first < again_.begin()->first);
  auto& sent = open_is_older ? open_ : again_;
  std::size_t lost = 1;
  if (!sent.empty()) {
    lost = sent.begin()->second.size();
    settle(sent.begin()->second);
    sent.erase(sent.begin());
  } else {
    settle(waiting_.front());
    waiting_.pop_front();
  }
  unconfirmed_ -= lost;
  dropped_ += lost;
}

std::optional<row_outbox::batch> row_outbox::next() {
  if (open_.size() >= window_)
    return std::nullopt;
  if (!again_.empty()) {
    const auto moved = open_.insert(again_.extract(again_.begin())).position;
    return contents(moved->first, moved->second);
  }
  if (waiting_.empty())
    return std::nullopt;
  const auto size = static_cast<std::ptrdiff_t>(std::min(bounds_.batch, waiting_.size()));
  entries taken{std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.begin() + size)};
  waiting_.erase(waiting_.begin(), waiting_.begin() + size);
  const auto moved = open_.emplace(++last_number_, std::move(taken)).first;
  return contents(moved->first, moved->second);
}

row_outbox::batch row_outbox::contents(std::uint64_t number, const entries& from) const {
  batch x;
  x.number = number;
  x.life = life_;
  for (const auto& one : from) {
    if (const auto* packed = std::get_if<row>(&one))
      x.rows.push_back(unpack_row(packed->packed));
    else if (const auto* judged = std::get_if<std::unique_ptr<verdict>>(&one))
      x.verdicts.push_back(**judged);
    else if (const auto* happened = std::get_if<std::unique_ptr<event>>(&one))
      x.events.push_back(**happened);
    else if (const auto* decided = std::get_if<std::unique_ptr<decision>>(&one))
      x.decisions.push_back(**decided);
    else
      x.audit.push_back(*std::get<std::unique_ptr<audit_entry>>(one));
  }
  return x;
}

void row_outbox::confirmed(std::uint64_t number, std::uint64_t life) {
  if (life != life_)
    return;
  const auto found = open_.find(number);
  if (found == open_.end())
    return; // dropped at the bound meanwhile
  unconfirmed_ -= found->second.size();
  confirmed_ += found->second.size();
  settle(found->second);
  open_.erase(found);
  window_ = std::min(window_ * 2, bounds_.open_batches);
}

void row_outbox::failed(std::uint64_t number, std::uint64_t life) {
  if (life != life_)
    return;
  if (const auto found = open_.find(number); found != open_.end())
    again_.insert(open_.extract(found));
  window_ = 1;
}

void row_outbox::refused(std::uint64_t number, std::uint64_t life) {
  const auto found = life == life_ ? open_.find(number) : open_.end();
  if (found == open_.end())
    return;
  auto& all = found->second;
  window_ = 1;
  if (all.size() == 1) {
    --unconfirmed_;
    ++dropped_;
    settle(all);
    open_.erase(found);
    return;
  }
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  again_.emplace(++last_number_, entries{std::make_move_iterator(middle), std::make_move_iterator(all.end())});
  all.erase(middle, all.end());
  again_.insert(open_.extract(found));
}

void row_outbox::peer_lost() {
  again_.merge(open_);
  open_.clear();
  ++life_;
  window_ = 1;
}

} // namespace sluice
