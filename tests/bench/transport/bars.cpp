// The list of bars and the arithmetic of a ratio.
#include "tests/bench/transport/bars.hpp"

#include <algorithm>

namespace sluice::bench {

namespace {

struct side {
  const char* row;
  double run_result::*field;
};

struct bar {
  const char* text;
  side ours;
  bool at_most;
  double bound;
  const char* baseline;        ///< row with the same field; null: the bound is absolute
  const char* rival = nullptr; ///< a second baseline, if there is one: the better of both counts
};

constexpr auto p50 = &run_result::p50_us;
constexpr auto p99 = &run_result::p99_us;
constexpr auto rate = &run_result::per_second;
constexpr auto cpu = &run_result::cpu_us;
constexpr auto core = &run_result::core_percent;

constexpr const char* limit_a = "round-trip/cache-line/64B";
constexpr const char* limit_b = "round-trip/futex/64B";
constexpr const char* one_way = "one-way/slots/64B";
constexpr const char* three_to_one = "one-way/slots/64B/3to1";
constexpr const char* actors = "round-trip/actors-slots/64B";

constexpr bar bars[] = {
    {"slots, sleeping receiver, p50 / limit B", {"round-trip/slots-sleeping/64B", p50}, true, 1.15, limit_b},
    {"slots, awake receiver, p50 / limit A", {"round-trip/slots-awake/64B", p50}, true, 2.5, limit_a},
    {"slots one way 64 B / Boost message_queue", {one_way, rate}, false, 10, "one-way/boost-queue/64B"},
    {"slots one way 64 B / ZeroMQ", {one_way, rate}, false, 5, "one-way/zeromq/64B"},
    {"slots one way 64 B / iceoryx, polling", {one_way, rate}, false, 5, "one-way/iceoryx-polling/64B"},
    {"slots one way 64 B / iceoryx, WaitSet", {one_way, rate}, false, 5, "one-way/iceoryx-waitset/64B"},
    {"slots CPU per message 64 B / Boost message_queue", {one_way, cpu}, true, 0.25, "one-way/boost-queue/64B"},
    {"slots CPU per message 64 B / ZeroMQ", {one_way, cpu}, true, 0.25, "one-way/zeromq/64B"},
    {"slots CPU per message 64 B / iceoryx, polling", {one_way, cpu}, true, 0.25, "one-way/iceoryx-polling/64B"},
    {"slots CPU per message 64 B / iceoryx, WaitSet", {one_way, cpu}, true, 0.25, "one-way/iceoryx-waitset/64B"},
    {"slots one way 64 KiB / Boost message_queue",
     {"one-way/slots/64KiB", rate},
     false,
     1.5,
     "one-way/boost-queue/64KiB"},
    {"slots 3 to 1 64 B / ZeroMQ", {three_to_one, rate}, false, 1.5, "one-way/zeromq/64B/3to1"},
    {"slots 3 to 1 64 B / Boost message_queue", {three_to_one, rate}, false, 5, "one-way/boost-queue/64B/3to1"},
    {"actors p50 64 B / CAF over TCP",
     {actors, p50},
     true,
     0.125,
     "round-trip/actors-tcp/64B",
     "round-trip/actors-tcp-default/64B"},
    {"actors p50 64 B / limit B", {actors, p50}, true, 2, limit_b},
    {"actors one way 64 B / CAF over TCP",
     {"one-way/actors-slots/64B", rate},
     false,
     8,
     "one-way/actors-tcp/64B",
     "one-way/actors-tcp-default/64B"},
    {"actors one way 1 KiB / CAF over TCP",
     {"one-way/actors-slots/1KiB", rate},
     false,
     8,
     "one-way/actors-tcp/1KiB",
     "one-way/actors-tcp-default/1KiB"},
    {"actors one way 64 KiB / CAF over TCP",
     {"one-way/actors-slots/64KiB", rate},
     false,
     3,
     "one-way/actors-tcp/64KiB",
     "one-way/actors-tcp-default/64KiB"},
    {"actors p99 beside a hungry process / CAF over TCP",
     {"round-trip/actors-slots/64B/beside-hog", p99},
     true,
     0.25,
     "round-trip/actors-tcp/64B/beside-hog",
     "round-trip/actors-tcp-default/64B/beside-hog"},
    {"four idle processes, of a core", {"idle/actors-slots/64B", core}, true, 1, nullptr},
};

const char* unit_of(double run_result::*field) {
  return field == rate ? "messages/s" : field == core ? "%" : "us";
}

const row* find(const std::vector<row>& rows, const std::string& id) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const row& x) {
    return x.id == id;
  });
  return found == rows.end() ? nullptr : &*found;
}

std::string first_fault(const row& x) {
  for (const auto& round : x.rounds)
    if (!round.fault.empty())
      return round.fault;
  return {};
}

/// The baseline of a bar: null if it was not measured.
const row* find_baseline(const bar& x, const std::vector<row>& rows) {
  const auto* first = find(rows, x.baseline);
  const auto* second = x.rival == nullptr ? nullptr : find(rows, x.rival);
  if (first == nullptr || second == nullptr)
    return first != nullptr ? first : second;
  const auto one = median_of(*first, x.ours.field);
  const auto two = median_of(*second, x.ours.field);
  if (one < 0 || two < 0)
    return one < 0 ? second : first;
  return (x.at_most ? one <= two : one >= two) ? first : second;
}

judgement judge_one(const bar& x, const std::vector<row>& rows) {
  judgement result;
  result.text = x.text;
  result.at_most = x.at_most;
  result.bound = x.bound;
  result.unit = unit_of(x.ours.field);
  const auto* ours = find(rows, x.ours.row);
  const auto* baseline = x.baseline == nullptr ? nullptr : find_baseline(x, rows);
  if (ours == nullptr || (x.baseline != nullptr && baseline == nullptr))
    return result;
  result.how = verdict::miss;
  result.value = median_of(*ours, x.ours.field);
  result.fault = first_fault(*ours);
  if (baseline != nullptr) {
    result.baseline = median_of(*baseline, x.ours.field);
    if (result.baseline <= 0)
      result.fault = "the baseline failed: " + first_fault(*baseline);
  }
  if (!result.fault.empty())
    return result;
  result.ratio = baseline != nullptr ? result.value / result.baseline : result.value;
  if (x.at_most ? result.ratio <= x.bound : result.ratio >= x.bound)
    result.how = verdict::pass;
  return result;
}

} // namespace

std::vector<judgement> judge(const std::vector<row>& rows) {
  std::vector<judgement> result;
  for (const auto& x : bars)
    result.push_back(judge_one(x, rows));
  return result;
}

} // namespace sluice::bench
