// Costs, and the filter that learns them.
#include "actors/domain/cost.hpp"

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

constexpr double block = 65536; ///< bytes; a term of the filter, so that all terms are of one magnitude
/// What the four terms cost before anything was learnt, and how far they may be off (standard deviation). The first is
/// the default of cost_model; the second chosen: a 64 KiB read costs 1 to 16, a write half to three times a read.
constexpr std::array<double, 4> prior{0.9, 1.6, 0.9, 1.6};
constexpr std::array<double, 4> prior_deviation{0.4, 4, 1, 4};
/// Per observation (100 ms): the speed of a backend walks by 0.03 %; how its costs compare is doubted again, enough to
/// be tried, after a quarter of an hour. Chosen; sensitivity in tests/sim, scenario 6.
constexpr double speed_walk = 0.0003;
constexpr double shape_walk = 1e-8;
/// A mixture is unchanged within this (the square of the sine of the angle between the two). Then only the speed
/// follows.
constexpr double same_mixture = 0.001;
constexpr double mixture_smoothing = 0.05;
constexpr double speed_gain = 0.3;
/// Requests that begin in one interval and end in the next, and the scatter of service times. Where observations are
/// further off than that and the uncertainty of the times explain, all of it is taken for as much more (`scatter_`).
constexpr double noise_share = 0.012;
constexpr double noise_of_one = 0.02; ///< variance of a service time, as a share of its square
constexpr double unlikely = 25;       ///< square of so many standard deviations, and
constexpr double large_step = 0.1;    ///< so much of what was expected: no chance, the speed has changed
constexpr double scatter_smoothing = 0.05;
constexpr double most_at_once = 4;
constexpr double most_scatter = 100;
/// An observation is believed to be off by at most so much of what was expected.
constexpr double surprise_least = -0.5;
constexpr double surprise_most = 1;
/// Bounds of a term, in units: no request is free, none costs as much as this.
constexpr double least_per_request = 0.02;
constexpr double most_per_term = 100;
constexpr double most_work = 1e15;

bool usable(double x) noexcept {
  return std::isfinite(x) && x >= 0 && x <= most_work;
}

double dot(const std::array<double, 4>& a, const std::array<double, 4>& b) noexcept {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
}

} // namespace

void work::approach(const work& to, double share) noexcept {
  reads += share * (to.reads - reads);
  read_bytes += share * (to.read_bytes - read_bytes);
  writes += share * (to.writes - writes);
  write_bytes += share * (to.write_bytes - write_bytes);
}

work& operator+=(work& to, const work& x) noexcept {
  to.reads += x.reads;
  to.read_bytes += x.read_bytes;
  to.writes += x.writes;
  to.write_bytes += x.write_bytes;
  return to;
}

work operator*(const work& x, double factor) noexcept {
  return {x.reads * factor, x.read_bytes * factor, x.writes * factor, x.write_bytes * factor};
}

work work_of(const sample& x) noexcept {
  const auto known = x.reads + x.writes;
  const auto others = x.completions > known ? x.completions - known : 0;
  return {static_cast<double>(x.reads + others), static_cast<double>(x.read_bytes), static_cast<double>(x.writes),
          static_cast<double>(x.write_bytes)};
}

double cost_of(const cost_model& model, const work& x) noexcept {
  return model.per_read * x.reads + model.per_read_byte * x.read_bytes + model.per_write * x.writes
         + model.per_write_byte * x.write_bytes;
}

double promised_ios(const work& x) noexcept {
  return std::max(x.reads, x.read_bytes / promised_io_bytes) + std::max(x.writes, x.write_bytes / promised_io_bytes);
}

void cost_calibration::observe(const work& done, double length) noexcept {
  if (!usable(done.reads) || !usable(done.read_bytes) || !usable(done.writes) || !usable(done.write_bytes)
      || !usable(length) || length <= 0 || done.requests() < 1)
    return;
  const row x{done.reads, done.read_bytes / block, done.writes, done.write_bytes / block};
  if (observed_ == 0)
    begin(x, length);
  const auto before = unit();
  if (is_usual(x))
    follow_speed(x, length); // what is left for the next line to learn is only how sure this mixture's time is
  loosen();
  const auto noise = scatter_ * (noise_share * noise_share + noise_of_one / done.requests());
  learn(x, is_usual(x) ? dot(time_, x) : length, noise * length * length);
  keep_possible();
  rescale(before);
  for (std::size_t i = 0; i < terms; ++i)
    usual_[i] += mixture_smoothing * (x[i] / length - usual_[i]);
  ++observed_;
}

bool cost_calibration::is_usual(const row& x) const noexcept {
  const auto both = dot(x, usual_);
  return both * both >= (1 - same_mixture) * dot(x, x) * dot(usual_, usual_);
}

void cost_calibration::follow_speed(const row& x, double length) noexcept {
  const auto expected = dot(time_, x);
  if (!(expected > 0))
    return;
  const auto step = 1 + speed_gain * std::clamp(length / expected - 1, surprise_least, surprise_most);
  for (auto& t : time_)
    t *= step;
}

void cost_calibration::begin(const row& x, double length) noexcept {
  const auto speed = length / dot(prior, x);
  for (std::size_t i = 0; i < terms; ++i) {
    time_[i] = prior[i] * speed;
    usual_[i] = x[i] / length;
    uncertainty_[i] = {};
    uncertainty_[i][i] = prior_deviation[i] * prior_deviation[i] * speed * speed;
  }
}

double cost_calibration::unit() const noexcept {
  return time_[0] + time_[1] * 4096 / block;
}

void cost_calibration::loosen() noexcept {
  const auto u = unit();
  for (std::size_t i = 0; i < terms; ++i) {
    for (std::size_t j = 0; j < terms; ++j)
      uncertainty_[i][j] += scatter_ * speed_walk * speed_walk * time_[i] * time_[j];
    // The shape's uncertainty approaches the prior's and never exceeds it: scaling a row and its column alike keeps the
    // matrix a covariance.
    const auto most = prior_deviation[i] * prior_deviation[i] * u * u;
    uncertainty_[i][i] += shape_walk * most;
    if (uncertainty_[i][i] > 2 * most) {
      const auto shrink = std::sqrt(2 * most / uncertainty_[i][i]);
      for (std::size_t j = 0; j < terms; ++j) {
        uncertainty_[i][j] *= shrink;
        uncertainty_[j][i] *= shrink;
      }
    }
  }
}

void cost_calibration::learn(const row& x, double length, double noise) noexcept {
  row reach{};
  for (std::size_t i = 0; i < terms; ++i)
    reach[i] = dot(uncertainty_[i], x);
  const auto expected = dot(time_, x);
  const auto spread = dot(reach, x) + noise;
  if (!(spread > 0) || !std::isfinite(spread) || !(expected > 0))
    return;
  const auto surprise = std::clamp(length - expected, surprise_least * expected, surprise_most * expected);
  const auto relative = surprise * surprise / spread;
  scatter_ = std::clamp(scatter_ * (1 + scatter_smoothing * (std::min(relative, most_at_once) - 1)), 1.0, most_scatter);
  if (relative > unlikely && std::abs(surprise) > large_step * expected) {
    follow_speed(x, length);
    return;
  }
  for (std::size_t i = 0; i < terms; ++i)
    time_[i] += reach[i] / spread * surprise;
  for (std::size_t i = 0; i < terms; ++i)
    for (std::size_t j = 0; j < terms; ++j)
      uncertainty_[i][j] -= reach[i] * reach[j] / spread;
}

/// A backend that is slower by a factor is so in everything that is not known of it, too.
void cost_calibration::rescale(double unit_before) noexcept {
  const auto factor = unit() / unit_before;
  if (!std::isfinite(factor) || factor <= 0)
    return;
  for (auto& x : uncertainty_)
    for (auto& y : x)
      y *= factor * factor;
}

/// A term that would leave its bounds is set there, and the others go where they are likeliest then.
void cost_calibration::keep_possible() noexcept {
  for (std::size_t i = 0; i < terms; ++i) {
    if (time_[i] >= 0 || !(uncertainty_[i][i] > 0))
      continue;
    const auto step = -time_[i] / uncertainty_[i][i];
    for (std::size_t j = 0; j < terms; ++j)
      time_[j] += j == i ? 0 : uncertainty_[j][i] * step;
    time_[i] = 0;
  }
  // A unit is what a read of 4 KiB takes: it is never nothing, or the rest could not be counted in it.
  auto most = 0.0;
  for (auto& t : time_) {
    t = std::isfinite(t) ? std::max(t, 0.0) : 0;
    most = std::max(most, t);
  }
  time_[0] = std::max(time_[0], std::max(most / most_per_term, 1e-15));
  time_[2] = std::max(time_[2], least_per_request * unit());
}

double cost_calibration::doubt(const work& one, const work& all) const noexcept {
  const row a{one.reads, one.read_bytes / block, one.writes, one.write_bytes / block};
  const row b{all.reads, all.read_bytes / block, all.writes, all.write_bytes / block};
  const auto time_of_a = dot(time_, a);
  const auto time_of_b = dot(time_, b);
  if (observed_ == 0 || !(time_of_a > 0) || !(time_of_b > 0))
    return 0;
  row apart{};
  for (std::size_t i = 0; i < terms; ++i)
    apart[i] = a[i] / time_of_a - b[i] / time_of_b;
  double variance = 0;
  for (std::size_t i = 0; i < terms; ++i)
    variance += apart[i] * dot(uncertainty_[i], apart);
  return std::isfinite(variance) && variance > 0 ? std::sqrt(variance) : 0;
}

cost_model cost_calibration::model() const noexcept {
  if (observed_ == 0)
    return {};
  const auto u = unit();
  return {time_[0] / u, time_[1] / (block * u), time_[2] / u, time_[3] / (block * u)};
}

} // namespace sluice
