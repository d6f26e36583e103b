// Makes limits of allowances, and judges them.
#include "gateways/throttle/io_limits.hpp"

namespace sluice::gateway {

namespace {

constexpr std::uint64_t max_iops = 100'000'000;
constexpr std::uint64_t max_bandwidth = std::uint64_t{1} << 42; // 4 TiB/s
constexpr std::uint32_t max_depth = 1u << 20;
constexpr std::uint32_t max_milli_io = 1'000'000'000; // a million I/O
constexpr std::uint32_t max_write_percent = 100'000;

std::string problem_with(const cost_curve& x) {
  if (x.count > cost_curve::max_points)
    return "the cost curve has more than " + std::to_string(cost_curve::max_points) + " points";
  if (x.write_percent == 0 || x.write_percent > max_write_percent)
    return "the cost of writes is not between 1 % and " + std::to_string(max_write_percent) + " %";
  for (std::size_t i = 0; i < x.count; ++i) {
    const auto& p = x.points[i];
    if (p.bytes == 0 || p.milli_io == 0 || p.milli_io > max_milli_io)
      return "a point of the cost curve is out of range";
    if (i > 0 && (p.bytes <= x.points[i - 1].bytes || p.milli_io < x.points[i - 1].milli_io))
      return "the cost curve does not rise from point to point";
  }
  return {};
}

} // namespace

io_limits limits_of(const allowance& x, const cost_curve& cost) {
  io_limits result;
  result.iops = x.iops;
  result.bandwidth = x.bandwidth;
  result.burst_iops = x.burst_iops;
  result.burst_length = x.burst_length;
  result.depth = x.depth;
  result.cost = cost;
  return result;
}

std::string problem_with(const io_limits& x) {
  if (x.iops.per_second > max_iops || x.burst_iops.per_second > max_iops)
    return "the rate is above " + std::to_string(max_iops) + " I/O per second";
  if (x.bandwidth.per_second > max_bandwidth || x.burst_bandwidth.per_second > max_bandwidth)
    return "the bandwidth is above 4 TiB/s";
  if (x.depth > max_depth)
    return "the depth is above " + std::to_string(max_depth);
  if (x.burst_length < duration::zero() || x.burst_length > std::chrono::hours{1})
    return "the length of the burst is not between 0 and 1 hour";
  if (!x.burst_iops.unlimited() && x.burst_iops <= x.iops)
    return "the rate of the burst is not above the rate";
  if (!x.burst_bandwidth.unlimited() && x.burst_bandwidth <= x.bandwidth)
    return "the bandwidth of the burst is not above the bandwidth";
  if ((!x.burst_iops.unlimited() && x.iops.unlimited()) || (!x.burst_bandwidth.unlimited() && x.bandwidth.unlimited()))
    return "a burst needs the rate that it exceeds";
  if ((!x.burst_iops.unlimited() || !x.burst_bandwidth.unlimited()) != (x.burst_length > duration::zero()))
    return "a burst needs both a rate and a length";
  return problem_with(x.cost);
}

} // namespace sluice::gateway
