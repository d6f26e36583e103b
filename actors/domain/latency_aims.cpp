// Chooses among the points.
#include "actors/domain/latency_aims.hpp"

#include "actors/domain/promise.hpp"

#include <algorithm>

namespace sluice {

namespace {

constexpr double load_slack = 1.05; ///< the load scatters around what was promised for

bool is_mean(latency_statistic x) noexcept {
  return x == latency_statistic::mean || x == latency_statistic::p50;
}

} // namespace

bool latency_aims::point::covers(double load) const noexcept {
  return up_to.unlimited() || load <= load_slack * static_cast<double>(up_to.per_second);
}

bool latency_aims::point::same_terms(const point& x) const noexcept {
  return target == x.target && up_to == x.up_to && statistic == x.statistic && first == x.first;
}

latency_aims::latency_aims(const objective& terms, const control_policy& policy) {
  if (terms.latency.empty())
    return;
  points_ = std::make_unique<point[]>(terms.latency.size());
  std::size_t watched = 0;
  for (const auto& x : terms.latency) {
    const auto first = is_mean(x.statistic) ? policy.aim_mean : policy.aim_percentile;
    points_[count_++] = {x.target, x.up_to, first, {first}, x.statistic, static_cast<std::uint8_t>(watched)};
    watched += x.statistic != latency_statistic::mean ? 1 : 0;
  }
  if (watched > 0)
    watches_ = std::make_unique<percentile_watch[]>(watched);
  choose(0);
}

latency_aims::latency_aims(const latency_aims& other) : count_(other.count_), aim_(other.aim_), target_(other.target_) {
  if (count_ == 0)
    return;
  points_ = std::make_unique<point[]>(count_);
  std::copy_n(other.points_.get(), count_, points_.get());
  const auto watched = std::count_if(points().begin(), points().end(), [](const point& x) {
    return x.statistic != latency_statistic::mean;
  });
  if (watched == 0)
    return;
  watches_ = std::make_unique<percentile_watch[]>(static_cast<std::size_t>(watched));
  std::copy_n(other.watches_.get(), watched, watches_.get());
}

void latency_aims::carry(const latency_aims& old) {
  if (count_ != old.count_)
    return;
  for (std::size_t i = 0; i < count_; ++i)
    if (points_[i].same_terms(old.points_[i])) {
      points_[i].share = old.points_[i].share;
      if (points_[i].statistic != latency_statistic::mean)
        watches_[points_[i].watch] = old.watches_[old.points_[i].watch];
    }
}

void latency_aims::add(const latency_histogram& backend_latency, double load) noexcept {
  for (auto& x : points())
    if (x.statistic != latency_statistic::mean && x.covers(load))
      watches_[x.watch].add(backend_latency, x.target);
}

void latency_aims::follow(double load, bool contended, double passed_seconds) noexcept {
  for (auto& x : points()) {
    if (x.statistic == latency_statistic::mean)
      continue;
    watches_[x.watch].age(passed_seconds);
    if (contended && x.covers(load))
      x.share.follow(watches_[x.watch].ratio(quantile_of(x.statistic)), x.first);
  }
  choose(load);
}

void latency_aims::choose(double load) noexcept {
  // A point without a load covers all of them: then no other one needs to stand in.
  const auto some_covers = std::any_of(points().begin(), points().end(), [load](const point& x) {
    return x.covers(load);
  });
  rate highest;
  for (const auto& x : points())
    highest = std::max(highest, x.up_to);
  aim_ = target_ = 0;
  for (const auto& x : points()) {
    if (some_covers ? !x.covers(load) : x.up_to != highest)
      continue;
    const auto target = seconds(x.target);
    const auto aim = x.share.share * target;
    if (aim > 0 && (aim_ <= 0 || aim < aim_)) {
      aim_ = aim;
      target_ = target;
    }
  }
}

} // namespace sluice
