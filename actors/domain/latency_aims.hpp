// The latency points of an agreement as the control loop holds them: which ones apply at the present load, and the mean
// latency aimed at so that all of these hold. Decides no throttle.
#pragma once

#include "actors/domain/objective.hpp"
#include "actors/domain/policy.hpp"
#include "actors/domain/set_point.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace sluice {

/// A mean is aimed at with a fixed share of its target; a percentile with one that follows what was measured.
class latency_aims {
public:
  latency_aims() = default;
  latency_aims(const objective& terms, const control_policy& policy);
  latency_aims(const latency_aims& other);
  latency_aims(latency_aims&&) noexcept = default;
  latency_aims& operator=(const latency_aims& other) {
    return *this = latency_aims{other};
  }
  latency_aims& operator=(latency_aims&&) noexcept = default;
  ~latency_aims() = default;

  /// Takes what was learnt over from one with the same points; else begins anew.
  void carry(const latency_aims& old);

  /// A sample of a stream of this agreement. @param load the agreement's I/O per second, as promises count them: what
  /// is measured beyond a point's highest load says nothing about it
  void add(const latency_histogram& backend_latency, double load) noexcept;

  /// One tick. @param contended somebody waits for the backend: only then is the aim what decides the latency
  void follow(double load, bool contended, double passed_seconds) noexcept;

  /// The mean backend latency aimed at [s]; 0 = none is promised. At a load beyond all points the one with the highest
  /// load counts: it may fall back under it at any moment.
  [[nodiscard]] double aim() const noexcept {
    return aim_;
  }
  /// The target of the point that gave the aim [s].
  [[nodiscard]] double target() const noexcept {
    return target_;
  }
  /// Whether any point is a percentile: only then are samples of interest.
  [[nodiscard]] bool watches() const noexcept {
    return watches_ != nullptr;
  }

private:
  struct point {
    duration target{0};
    rate up_to;
    double first = 0; ///< the share of its target that is aimed at before anything was measured
    set_point share;
    latency_statistic statistic = latency_statistic::mean;
    std::uint8_t watch = 0; ///< position of its own, where it is a percentile
    [[nodiscard]] bool same_terms(const point& x) const noexcept;
    [[nodiscard]] bool covers(double load) const noexcept;
  };
  void choose(double load) noexcept;

  [[nodiscard]] std::span<point> points() noexcept {
    return {points_.get(), count_};
  }
  [[nodiscard]] std::span<const point> points() const noexcept {
    return {points_.get(), count_};
  }

  std::unique_ptr<point[]> points_;
  std::unique_ptr<percentile_watch[]> watches_; ///< of the percentiles: most points are means and need none
  std::size_t count_ = 0;                       ///< of points
  double aim_ = 0;
  double target_ = 0;
};

} // namespace sluice
