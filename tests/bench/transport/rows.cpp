// The list of rows: which subject is measured how, for how long.
#include "tests/bench/transport/rows.hpp"

#include <regex>

namespace sluice::bench {

namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::size_t sizes[] = {64, 1024, 65'536};

/// How long a run lasts; a tenth before that is not counted in round trips.
struct durations {
  std::int64_t endpoint = 300 * ms;
  std::int64_t actors = 600 * ms;
  std::int64_t beside_hog = 1500 * ms;
  std::int64_t idle = 3000 * ms;

  static durations quick() {
    return {60 * ms, 150 * ms, 500 * ms, 1000 * ms};
  }
};

std::string size_text(std::size_t size) {
  return size >= 1024 ? std::to_string(size / 1024) + "KiB" : std::to_string(size) + "B";
}

class list_of_rows {
public:
  explicit list_of_rows(const options& wanted)
      : time_(wanted.quick ? durations::quick() : durations{}), only_(wanted.only.empty() ? "." : wanted.only) {}

  void add(subject& what, const run_plan& plan, const std::string& more = {}) {
    static constexpr const char* names[] = {"round-trip", "one-way", "idle"};
    auto id = std::string{names[static_cast<int>(plan.what)]} + "/" + what.name() + "/" + size_text(plan.size) + more;
    if (std::regex_search(id, only_))
      rows_.push_back({std::move(id), &what, plan, {}});
  }

  /// Round trips and one way, in all sizes, and three senders.
  void add_endpoint(subject& what) {
    for (const auto size : sizes)
      add(what, {.what = measure::round_trip, .size = size, .duration_ns = time_.endpoint});
    for (const auto size : sizes)
      add(what, {.what = measure::one_way, .size = size, .duration_ns = time_.endpoint});
    add(what, {.what = measure::one_way, .senders = 3, .duration_ns = time_.endpoint}, "/3to1");
  }

  void add_limit(subject& what, bool together) {
    add(what, {.what = measure::round_trip, .duration_ns = time_.endpoint});
    if (together)
      add_together(what);
  }

  void add_together(subject& what) {
    add(what, {.what = measure::round_trip, .where = placement::together, .duration_ns = time_.endpoint}, "/one-core");
  }

  /// As add_endpoint(), and what concerns actors alone.
  void add_actors(subject& what) {
    for (const auto size : sizes)
      add(what, {.what = measure::round_trip, .size = size, .duration_ns = time_.actors});
    add(what, {.what = measure::round_trip, .where = placement::anywhere, .duration_ns = time_.actors}, "/unpinned");
    add_beside_hog(what);
    for (const auto size : sizes)
      add(what, {.what = measure::one_way, .size = size, .duration_ns = time_.actors});
    add(what, {.what = measure::one_way, .senders = 3, .duration_ns = time_.actors}, "/3to1");
  }

  void add_beside_hog(subject& what) {
    run_plan plan{.what = measure::round_trip, .where = placement::anywhere};
    plan.beside_hog = true;
    plan.duration_ns = time_.beside_hog;
    add(what, plan, "/beside-hog");
  }

  void add_idle(subject& what) {
    add(what, {.what = measure::idle, .senders = 3, .where = placement::anywhere, .duration_ns = time_.idle});
  }

  std::vector<row> take() {
    return std::move(rows_);
  }

private:
  durations time_;
  std::regex only_;
  std::vector<row> rows_;
};

} // namespace

programme make_programme(const options& wanted) {
  using namespace std::chrono_literals;
  const auto product = read_product_settings(wanted.ini_file);
  programme result;
  list_of_rows rows{wanted};
  const auto own = [&](subject_ptr x) -> subject& {
    result.subjects.push_back(std::move(x));
    return *result.subjects.back();
  };
  rows.add_limit(own(cache_line_limit()), false);
  rows.add_limit(own(futex_limit()), true);
  auto& sleeping = own(slots("slots-sleeping", 0ms));
  rows.add_endpoint(sleeping);
  rows.add_together(sleeping);
  rows.add_endpoint(own(slots("slots-awake", 10ms)));
  rows.add_endpoint(own(slots("slots", product.spin)));
  rows.add_endpoint(own(boost_message_queue()));
  rows.add_endpoint(own(unix_socket()));
  if (auto x = zeromq())
    rows.add_endpoint(own(std::move(x)));
  else
    result.absent.emplace_back("ZeroMQ is not measured: libzmq3-dev is not installed");
  if (auto x = iceoryx(iceoryx_receiver::polling)) {
    rows.add_endpoint(own(std::move(x)));
    rows.add_endpoint(own(iceoryx(iceoryx_receiver::wait_set)));
  } else {
    result.absent.emplace_back("iceoryx is not measured: libiceoryx-posh-dev is not installed");
  }
  rows.add_actors(own(actors(actor_path::tcp, wanted.ini_file)));
  rows.add_actors(own(actors(actor_path::tcp_default, wanted.ini_file)));
  auto& over_slots = own(actors(actor_path::slots, wanted.ini_file));
  rows.add_actors(over_slots);
  rows.add_idle(over_slots);
  if (!product.run_inline)
    rows.add_actors(own(actors(actor_path::slots_inline, wanted.ini_file)));
  result.rows = rows.take();
  return result;
}

} // namespace sluice::bench
