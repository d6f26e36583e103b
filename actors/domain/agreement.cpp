// Checks an agreement beyond what its schema can say.
#include "actors/domain/agreement.hpp"

#include "actors/domain/remedy.hpp"

#include <algorithm>
#include <span>
#include <string>

namespace sluice {

namespace {

/// Chosen: far above any storage of today, low enough that no product of two figures overflows 64 bits.
constexpr std::uint64_t max_iops = 100'000'000;
constexpr std::uint64_t max_bandwidth = std::uint64_t{1} << 42;       // 4 TiB/s
constexpr duration max_latency_target = std::chrono::seconds{60};     // longer than any client's time-out
constexpr duration max_burst_length = std::chrono::hours{1};          // EBS-like burst credits last 30 min
constexpr duration min_compliance_interval = std::chrono::seconds{1}; // one stored row
constexpr duration max_compliance_interval = std::chrono::hours{1};
constexpr std::size_t max_latency_points = 8;

/// Whether it can be a name; whether there is such a zone is asked where the tz database is.
bool valid_time_zone(std::string_view x) noexcept {
  constexpr std::size_t longest = 64; // twice the longest of the tz database
  return !x.empty() && x.size() <= longest && std::all_of(x.begin(), x.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '_'
           || c == '-' || c == '+';
  });
}

class checker {
public:
  explicit checker(const agreement& x) : x_(x) {}

  std::vector<mistake> run() && {
    names();
    rates();
    latency();
    judged();
    return std::move(found_);
  }

private:
  void require(bool holds, const char* path, const char* what) {
    if (!holds)
      found_.push_back({path, what});
  }

  void names() {
    require(valid_name(x_.name), "metadata.name", "must be 1 to 255 characters of A-Z a-z 0-9 . _ : @ -");
    require(valid_name(x_.tenant), "metadata.tenant", "must be 1 to 255 characters of A-Z a-z 0-9 . _ : @ -");
    constexpr auto wanted = "must be a name in which * stands for any characters and ? for one";
    require(valid_pattern(x_.streams.gateway), "spec.streams.gateway", wanted);
    require(valid_pattern(x_.streams.volume), "spec.streams.volume", wanted);
    require(valid_pattern(x_.streams.client), "spec.streams.client", wanted);
  }

  void rates() {
    const auto& o = x_.objective;
    require(o.reservation.per_second <= max_iops, "spec.objective.reservation.iops", "must be at most 100000000");
    require(o.limit.iops.per_second <= max_iops, "spec.objective.limit.iops", "must be at most 100000000");
    require(o.limit.bandwidth.per_second <= max_bandwidth, "spec.objective.limit.bandwidth", "must be at most 4TiB/s");
    require(o.limit.iops.unlimited() || o.reservation <= o.limit.iops, "spec.objective.reservation.iops",
            "must not be above limit.iops");
    require(o.weight >= 1 && o.weight <= 1000, "spec.objective.weight", "must be 1 to 1000");
    require(o.tier <= tier::gold, "spec.objective.tier", "must be best-effort, bronze, silver or gold");
    if (const auto& burst = o.limit.above) {
      require(!o.limit.iops.unlimited() && burst->iops > o.limit.iops, "spec.objective.limit.burst.iops",
              "must be above limit.iops");
      require(burst->iops.per_second <= max_iops, "spec.objective.limit.burst.iops", "must be at most 100000000");
      require(burst->length > duration::zero() && burst->length <= max_burst_length, "spec.objective.limit.burst.for",
              "must be above 0s and at most 1h");
    }
  }

  void latency() {
    const auto& points = x_.objective.latency;
    require(points.size() <= max_latency_points, "spec.objective.latency", "must have at most 8 points");
    for (const auto& point : points) {
      require(point.statistic <= latency_statistic::p999, "spec.objective.latency.statistic",
              "must be mean, p50, p90, p95, p99 or p99.9");
      require(point.target > duration::zero() && point.target <= max_latency_target, "spec.objective.latency.target",
              "must be above 0s and at most 60s");
      require(point.up_to.per_second <= max_iops, "spec.objective.latency.up_to.iops", "must be at most 100000000");
    }
  }

  void judged() {
    const auto& c = x_.objective.compliance;
    require(c.interval >= min_compliance_interval && c.interval <= max_compliance_interval,
            "spec.objective.compliance.interval", "must be 1s to 1h");
    require(c.target_ppm > 0 && c.target_ppm <= 1'000'000, "spec.objective.compliance.target",
            "must be above 0% and at most 100%");
    require(c.window <= compliance_window::rolling_7_days, "spec.objective.compliance.window",
            "must be calendar-month, rolling-30-days or rolling-7-days");
    require(valid_time_zone(c.time_zone), "spec.objective.compliance.time_zone",
            "must be a name of the tz database, such as Europe/Berlin");
    remedied();
  }

  void remedied() {
    const auto& tiers = x_.objective.compliance.remedies;
    require(tiers.size() <= max_remedies, "spec.objective.compliance.remedies", "must have at most 8 tiers");
    for (std::size_t i = 0; i < std::min(tiers.size(), max_remedies); ++i)
      remedy(std::span{tiers}.first(i), tiers[i], "spec.objective.compliance.remedies[" + std::to_string(i) + "]");
  }

  void remedy(std::span<const remedy_tier> before, const remedy_tier& x, const std::string& path) {
    const auto below = path + ".below";
    const auto credit = path + ".credit";
    require(x.below_ppm > 0 && x.below_ppm <= 1'000'000, below.c_str(), "must be above 0% and at most 100%");
    require(x.credit_ppm > 0 && x.credit_ppm <= 1'000'000, credit.c_str(), "must be above 0% and at most 100%");
    for (const auto& other : before) {
      require(x.below_ppm != other.below_ppm, below.c_str(), "must differ from that of each other tier");
      if (x.below_ppm != other.below_ppm)
        require(x.below_ppm < other.below_ppm ? x.credit_ppm > other.credit_ppm : x.credit_ppm < other.credit_ppm,
                credit.c_str(), "must be the higher the lower the tier");
    }
  }

  const agreement& x_;
  std::vector<mistake> found_;
};

} // namespace

std::vector<agreement> in_force(std::vector<agreement> all) {
  std::erase_if(all, [](const agreement& x) {
    return x.suspended;
  });
  return all;
}

std::vector<mistake> check(const agreement& x) {
  return checker{x}.run();
}

} // namespace sluice
