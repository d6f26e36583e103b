// Passes seconds on to the accounts.
#include "actors/database_manager/history/interval_book.hpp"

#include <algorithm>

namespace sluice::history {

namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t lead_in_us = interval_account::lead_in_seconds * second_us;

wall_time interval_at(const agreement& x, wall_time at) {
  return interval_begin(at, x.objective.compliance.interval);
}

bool in_force(const version_span& x, wall_time at) noexcept {
  return x.from <= at && at < x.until;
}

} // namespace

void interval_book::begin(std::vector<version_span> versions, wall_time from) {
  accounts_.clear();
  findings_.clear();
  first_ = from;
  replace(std::move(versions));
  for (const auto& x : versions_)
    if (const auto at = interval_at(x.terms, from); in_force(x, at))
      open(x.terms, at);
}

void interval_book::open(const agreement& terms, wall_time from) {
  auto& one = accounts_[{terms.name, terms.version}];
  one.terms = terms;
  one.account.begin(terms, from);
}

void interval_book::replace(std::vector<version_span> versions) {
  versions_ = std::move(versions);
  chosen_until_ = wall_time{std::numeric_limits<std::int64_t>::min()};
}

wall_time interval_book::needed_from() const noexcept {
  auto least = first_;
  for (const auto& [key, x] : accounts_)
    least = std::min(least, x.account.from());
  return wall_time{least.unix_us - lead_in_us};
}

const version_span* interval_book::find(const agreement& x) const noexcept {
  const auto found = std::find_if(versions_.begin(), versions_.end(), [&](const version_span& y) {
    return y.terms.version == x.version && y.terms.name == x.name;
  });
  return found == versions_.end() ? nullptr : &*found;
}

void interval_book::add(const verdict& finding) {
  while (findings_.size() >= max_findings)
    findings_.erase(findings_.begin());
  findings_.emplace(finding.from, finding);
}

std::vector<verdict> interval_book::findings_of(const judged& x) const {
  std::vector<verdict> found;
  const auto [first, last] = findings_.equal_range(x.account.from());
  for (auto at = first; at != last; ++at)
    if (at->second.agreement == x.terms.name)
      found.push_back(at->second);
  return found;
}

void interval_book::end(wall_time until, std::vector<final_verdict>& verdicts) {
  auto least = until;
  for (auto at = accounts_.begin(); at != accounts_.end();) {
    auto& x = at->second;
    bool goes_on = true;
    while (goes_on && x.account.to() <= until) {
      auto made = x.account.close(x.terms, findings_of(x));
      verdicts.insert(verdicts.end(), std::make_move_iterator(made.begin()), std::make_move_iterator(made.end()));
      const auto* version = find(x.terms);
      goes_on = version != nullptr && in_force(*version, x.account.from());
    }
    if (goes_on)
      least = std::min(least, x.account.from());
    at = goes_on ? std::next(at) : accounts_.erase(at);
  }
  findings_.erase(findings_.begin(), findings_.lower_bound(least));
}

void interval_book::begin_due(wall_time second) {
  // Opened with the lead-in, as after a restart: what was before an interval reaches into it.
  const wall_time soon{second.unix_us + lead_in_us};
  for (const auto& x : versions_) {
    const auto at = interval_at(x.terms, soon);
    if (at >= first_ && at >= second && in_force(x, at) && !accounts_.contains({x.terms.name, x.terms.version}))
      open(x.terms, at);
  }
}

void interval_book::choose_terms(wall_time second) {
  if (second < chosen_until_)
    return;
  in_force_.clear();
  chosen_until_ = wall_time{std::numeric_limits<std::int64_t>::max()};
  for (const auto& x : versions_) {
    if (in_force(x, second)) {
      in_force_.push_back(x.terms);
      chosen_until_ = std::min(chosen_until_, x.until);
    } else if (x.from > second) {
      chosen_until_ = std::min(chosen_until_, x.from);
    }
  }
  kept_ = keep(in_force_);
  index_ = agreement_index{kept_};
  chosen_.clear();
  records_.clear();
  records_.resize(in_force_.size());
}

std::int32_t interval_book::agreement_of(const open_row& x) {
  const auto [found, fresh] = chosen_.try_emplace(x.stream, -1);
  if (fresh)
    if (const auto* terms = index_.find(x.row->stream))
      found->second = static_cast<std::int32_t>(terms - kept_.data());
  return found->second;
}

void interval_book::pass(wall_time second, const std::vector<open_row>& rows, std::vector<final_verdict>& verdicts) {
  end(second, verdicts);
  choose_terms(second);
  begin_due(second);
  touched_.clear();
  static thread_local sample_row scratch; // 2 KB, filled anew for each row
  for (const auto& x : rows) {
    const auto position = agreement_of(x);
    if (position < 0)
      continue;
    auto& record = records_[static_cast<std::size_t>(position)];
    if (record.empty())
      touched_.push_back(position);
    store::unpack(*x.row, scratch);
    record.add(scratch, static_cast<std::uint32_t>(x.stream));
  }
  for (const auto position : touched_) {
    auto& record = records_[static_cast<std::size_t>(position)];
    const auto& name = in_force_[static_cast<std::size_t>(position)].name;
    for (auto at = accounts_.lower_bound({name, 0}); at != accounts_.end() && at->first.first == name; ++at)
      static_cast<void>(at->second.account.add(at->second.terms, second, record));
    record.clear();
  }
}

} // namespace sluice::history
