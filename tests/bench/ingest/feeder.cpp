// Stands in for the application server: sends the database manager rows of very many streams through shared memory, at
// a row a second of each or as fast as they are answered, and says how long the oldest one waited. Not a test of what
// is stored: the benchmark counts that in PostgreSQL.
//
//   sluice-bench-ingest DIRECTORY STREAMS AGREEMENTS SECONDS [flood]
#include "actors/protocol/interfaces.hpp"
#include "actors/runtime/server_process_config.hpp"
#include "shm/transport/finder.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <caf/all.hpp>

namespace {

using namespace sluice;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

constexpr std::size_t batch_rows = 250;        ///< as the application server's 256
constexpr std::size_t flood_open_batches = 40; ///< unanswered at once; a second of 10,000 streams
constexpr std::size_t histograms = 64;         ///< different ones; each of 200 requests in about 30 buckets

struct feeder_config : server_process_config {
  explicit feeder_config(const std::string& place)
      : server_process_config({"sluice-bench-ingest", "feeds the database manager"}, "application-server") {
    directory = place;
    set("logger.console-verbosity", caf::atom("quiet"));
  }
};

struct task {
  std::size_t streams = 0;
  std::size_t agreements = 0;
  std::int64_t seconds = 0;
  bool flood = false;
};

std::int64_t wall_second() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string client_of(std::size_t stream) {
  return "client" + std::to_string(stream);
}

/// Rows that differ, made of few parts so that making them costs little.
class row_maker {
public:
  row_maker() {
    std::mt19937 chance{1};
    std::lognormal_distribution<double> latency{13.8, 0.5}; // about 1 ms
    for (auto& x : pool_)
      for (int i = 0; i < 200; ++i)
        x.record(duration{static_cast<std::int64_t>(latency(chance))});
  }

  [[nodiscard]] sample_row make(std::size_t stream, std::size_t group, std::int64_t second) const {
    sample_row row;
    auto& x = row.total;
    x.stream = {"gateway" + std::to_string(stream / 100), "volume" + std::to_string(group), client_of(stream)};
    x.backend = "array";
    x.taken = wall_time{second * 1'000'000};
    x.interval = 1s;
    x.arrivals = x.completions = 200;
    x.reads = 140;
    x.writes = 60;
    x.read_bytes = 140 * 8192;
    x.write_bytes = 60 * 8192;
    x.mean_in_flight = 1.5;
    const auto mix = stream * 7919 + static_cast<std::size_t>(second);
    x.total_latency = pool_[mix % histograms];
    x.backend_latency = pool_[(mix + 1) % histograms];
    row.incarnation = 1;
    row.first_sequence = static_cast<std::uint64_t>(second) * 10;
    row.last_sequence = row.first_sequence + 9;
    row.samples = 10;
    x.sequence = row.last_sequence;
    return row;
  }

private:
  std::array<latency_histogram, histograms> pool_;
};

struct feeder_state {
  task what;
  row_maker rows;
  database_manager_actor manager;
  std::int64_t second = 0; ///< that is being sent
  std::int64_t first = 0;
  std::size_t next = 0; ///< stream
  std::size_t agreements_open = 0;
  std::map<std::uint64_t, std::pair<std::int64_t, clock_type::time_point>> open; ///< by number: second, when sent
  std::uint64_t number = 0;
  std::uint64_t answered = 0;
  std::uint64_t fresh = 0;
  std::uint64_t failed = 0;
  duration behind{0};
  clock_type::time_point begin;
  bool ended = false;
};

using feeder_actor = caf::stateful_actor<feeder_state>;

void feed(feeder_actor* self);

void finish(feeder_actor* self) {
  auto& s = self->state;
  if (s.ended)
    return;
  s.ended = true;
  const auto took = std::chrono::duration<double>(clock_type::now() - s.begin).count();
  std::printf("{\"rows\": %llu, \"fresh\": %llu, \"failed_batches\": %llu, \"seconds\": %.3f, \"behind_ms\": %.1f, "
              "\"first_second\": %lld, \"last_second\": %lld}\n",
              static_cast<unsigned long long>(s.answered), static_cast<unsigned long long>(s.fresh),
              static_cast<unsigned long long>(s.failed), took,
              std::chrono::duration<double, std::milli>(s.behind).count(), static_cast<long long>(s.first),
              static_cast<long long>(s.second - 1));
  std::fflush(stdout);
  self->quit();
}

void look_back(feeder_state& s) {
  if (!s.open.empty())
    s.behind = std::max<duration>(s.behind, clock_type::now() - s.open.begin()->second.second);
}

void send_batch(feeder_actor* self) {
  auto& s = self->state;
  row_batch x;
  const auto groups = std::max<std::size_t>(s.what.agreements, 1);
  for (std::size_t i = 0; i < batch_rows && s.next < s.what.streams; ++i, ++s.next)
    x.rows.push_back(s.rows.make(s.next, s.next % groups, s.second));
  auto oldest = s.second;
  for (const auto& [number, one] : s.open)
    oldest = std::min(oldest, one.first);
  x.everything_until = wall_time{oldest * 1'000'000};
  const auto number = ++s.number;
  const auto count = x.rows.size();
  s.open.emplace(number, std::make_pair(s.second, clock_type::now()));
  if (s.next == s.what.streams) {
    s.next = 0;
    ++s.second;
  }
  self->request(s.manager, caf::infinite, std::move(x))
      .then(
          [self, number, count](std::uint64_t fresh) {
            auto& st = self->state;
            look_back(st);
            st.open.erase(number);
            st.answered += count;
            st.fresh += fresh;
            if (st.what.flood)
              feed(self);
          },
          [self, number](const caf::error&) {
            self->state.open.erase(number);
            ++self->state.failed;
          });
}

bool is_over(const feeder_state& s) {
  return s.second >= s.first + s.what.seconds;
}

void feed(feeder_actor* self) {
  auto& s = self->state;
  look_back(s);
  if (is_over(s)) {
    if (s.open.empty())
      finish(self);
    return;
  }
  if (s.what.flood) {
    while (s.open.size() < flood_open_batches && !is_over(s))
      send_batch(self);
    return;
  }
  // All rows of a second are sent evenly over the second that follows it.
  const auto due =
      std::chrono::duration<double>(clock_type::now() - s.begin).count() * static_cast<double>(s.what.streams);
  while (!is_over(s)
         && static_cast<double>((s.second - s.first) * static_cast<std::int64_t>(s.what.streams)
                                + static_cast<std::int64_t>(s.next))
                < due)
    send_batch(self);
}

void begin(feeder_actor* self) {
  auto& s = self->state;
  // A flood is of the past, in order, so that nothing of it is late.
  s.first = s.second = s.what.flood ? wall_second() - s.what.seconds : wall_second() - 1;
  s.begin = clock_type::now();
  feed(self);
  self->delayed_send(self, 5ms, tick_atom::value);
}

void establish(feeder_actor* self) {
  auto& s = self->state;
  if (s.what.agreements == 0)
    return begin(self);
  for (std::size_t i = 0; i < s.what.agreements; ++i) {
    agreement x;
    x.name = "agreement" + std::to_string(i);
    x.tenant = "tenant";
    x.streams = {"*", "volume" + std::to_string(i), "*"};
    x.objective.reservation.per_second = 1000;
    x.objective.latency = {{latency_statistic::p99, 20ms, rate{100'000}}};
    ++s.agreements_open;
    self->request(s.manager, caf::infinite, create_atom::value, x)
        .then(
            [self](const agreement&) {
              if (--self->state.agreements_open == 0)
                begin(self);
            },
            [self](const caf::error& why) {
              std::fprintf(stderr, "sluice-bench-ingest: %s\n", self->system().render(why).c_str());
              self->quit();
            });
  }
}

caf::behavior feeder(feeder_actor* self, task what) {
  self->state.what = what;
  return {
      [self](peer_up_atom, const std::string&, const caf::strong_actor_ptr& who) {
        self->state.manager = caf::actor_cast<database_manager_actor>(who);
        establish(self);
      },
      [self](peer_down_atom, const std::string&, const caf::error&) {
        std::fprintf(stderr, "sluice-bench-ingest: the database manager is gone\n");
        self->quit();
      },
      [self](tick_atom) {
        if (self->state.ended)
          return;
        feed(self);
        self->delayed_send(self, 5ms, tick_atom::value);
      },
  };
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: sluice-bench-ingest DIRECTORY STREAMS AGREEMENTS SECONDS [flood]\n");
    return 2;
  }
  task what;
  what.streams = std::strtoull(argv[2], nullptr, 10);
  what.agreements = std::strtoull(argv[3], nullptr, 10);
  what.seconds = std::strtoll(argv[4], nullptr, 10);
  what.flood = argc > 5;
  feeder_config config{argv[1]};
  caf::actor_system system{config};
  const auto self = system.spawn(feeder, what);
  shm::spawn_finder<database_manager_actor>(system, "database-manager", database_manager_name,
                                            caf::actor_cast<caf::strong_actor_ptr>(self));
  return 0; // the system waits for its actors
}
