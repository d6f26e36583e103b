// sluice-bench-gateway-load: streams of NBD requests from one thread, timed and checked; a JSON object on standard
// output.
//
//   --stream KEY=VALUE,...   to=/SOCKET|IPV4:PORT  volume=NAME  from=IPV4  op=read|write  bytes=N  depth=N  pace=N
//   base=N
//   --warm-up SECONDS  --seconds SECONDS  --pause FROM,TO (seconds from the start)  --cpu-of PID  --times DIRECTORY
//   --make-disk FILE BYTES   instead: writes the disk that all servers serve
//
// Exit codes: 0, 1 a server erred or an answer was wrong (the object says which), 2 bad usage.
#include "tests/bench/gateway/load/cpu_time.hpp"
#include "tests/bench/gateway/load/options.hpp"
#include "tests/bench/gateway/load/pattern.hpp"
#include "tests/bench/gateway/load/stream.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <random>
#include <stdexcept>

#include <poll.h>
#include <sys/prctl.h>

namespace sluice::bench {
namespace {

/// What was measured beside the answers themselves.
struct run_record {
  std::int64_t began_ns = 0; ///< the first request, warm-up included
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;
  std::int64_t server_cpu_ns = -1;
};

using streams = std::vector<std::unique_ptr<load_stream>>;

/// Waits until a stream can do something, or something is due.
void wait_for_any(streams& all, std::int64_t until_ns) {
  std::vector<pollfd> sockets;
  for (const auto& x : all) {
    sockets.push_back({x->socket(), static_cast<short>(POLLIN | (x->sent_all() ? 0 : POLLOUT)), 0});
    if (x->due_ns() != 0)
      until_ns = std::min(until_ns, x->due_ns());
  }
  const auto left = std::max<std::int64_t>(0, until_ns - now_ns());
  const timespec patience{left / second_ns, left % second_ns};
  ::ppoll(sockets.data(), sockets.size(), &patience, nullptr);
  for (std::size_t i = 0; i < all.size(); ++i)
    if ((sockets[i].revents & ~POLLOUT) != 0)
      all[i]->receive(false);
}

run_record play(streams& all, const options& wanted) {
  const auto family = wanted.server > 0 ? family_of(wanted.server) : std::vector<pid_t>{};
  run_record result;
  result.began_ns = now_ns();
  const auto from = result.began_ns + wanted.warm_up_ns;
  const auto end = from + wanted.length_ns;
  const auto pause_from = result.began_ns + wanted.pause_from_ns;
  const auto pause_to = result.began_ns + wanted.pause_to_ns;
  const bool pauses = wanted.pause_to_ns > 0;
  bool paced = false;
  for (const auto& x : wanted.streams)
    paced = paced || x.pace != 0;
  std::int64_t cpu_before = 0;
  for (auto now = now_ns(); now < end; now = now_ns()) {
    if (result.from_ns == 0 && now >= from) {
      cpu_before = cpu_ns(family);
      result.from_ns = now_ns();
    }
    const bool resting = pauses && now >= pause_from && now < pause_to;
    for (auto& x : all)
      x->advance(!resting);
    // One stream that has sent everything can wait in recv: a system call less per answer.
    if (all.size() == 1 && !paced && !pauses && all.front()->sent_all())
      all.front()->receive(true);
    else
      wait_for_any(all, resting ? pause_to : pauses && now < pause_from ? pause_from : end);
  }
  result.to_ns = now_ns();
  if (!family.empty())
    result.server_cpu_ns = cpu_ns(family) - cpu_before;
  return result;
}

void finish(streams& all, const options& wanted) {
  const auto give_up = now_ns() + 60 * second_ns;
  for (std::size_t i = 0; i < all.size(); ++i) {
    while (!all[i]->idle()) {
      all[i]->advance(false);
      pollfd socket{all[i]->socket(), static_cast<short>(POLLIN | (all[i]->sent_all() ? 0 : POLLOUT)), 0};
      if (now_ns() > give_up)
        throw std::runtime_error{"the last requests were not answered within 60 s"};
      if (::poll(&socket, 1, 1000) > 0 && (socket.revents & ~POLLOUT) != 0)
        all[i]->receive(false);
    }
    if (wanted.streams[i].writes)
      all[i]->verify_writes();
  }
}

/// All completions, warm-up included, as 32-bit microseconds since the first request.
void write_times(const load_stream& x, const run_record& run, const std::string& file) {
  std::vector<std::uint32_t> times;
  times.reserve(x.completions().size());
  for (const auto& answer : x.completions())
    times.push_back(static_cast<std::uint32_t>((answer.at_ns - run.began_ns) / 1000));
  std::ofstream out{file, std::ios::binary};
  out.write(reinterpret_cast<const char*>(times.data()), static_cast<std::streamsize>(times.size() * sizeof times[0]));
  if (!out.flush())
    throw std::runtime_error{"cannot write " + file};
}

double percentile_us(std::vector<std::uint32_t>& latencies, double share) {
  if (latencies.empty())
    return -1;
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(latencies.size() - 1));
  std::nth_element(latencies.begin(), latencies.begin() + at, latencies.end());
  return latencies[static_cast<std::size_t>(at)] / 1e3;
}

void print_stream(const load_stream& x, const run_record& run) {
  std::vector<std::uint32_t> latencies;
  for (const auto& answer : x.completions())
    if (answer.at_ns >= run.from_ns && answer.at_ns < run.to_ns)
      latencies.push_back(answer.latency_ns);
  const auto p50 = percentile_us(latencies, 0.5);
  const auto p99 = percentile_us(latencies, 0.99);
  std::printf("{\"answers\": %zu, \"p50_us\": %.3f, \"p99_us\": %.3f}", latencies.size(), p50, p99);
}

void print(const streams& all, const run_record& run) {
  std::printf("{\"began_ns\": %lld, \"from_ns\": %lld, \"to_ns\": %lld, \"server_cpu_ns\": %lld, \"streams\": [",
              static_cast<long long>(run.began_ns), static_cast<long long>(run.from_ns),
              static_cast<long long>(run.to_ns), static_cast<long long>(run.server_cpu_ns));
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::printf("%s", i > 0 ? ", " : "");
    print_stream(*all[i], run);
  }
  std::printf("]}\n");
}

int run(const options& wanted) {
  ::prctl(PR_SET_TIMERSLACK, 1); // a pace is kept to the microsecond
  try {
    streams all;
    std::random_device chance; // each run writes as somebody else, so that what it reads back is its own
    const auto writer = 2 + static_cast<std::uint32_t>(chance() % 0xfffff0);
    for (std::size_t i = 0; i < wanted.streams.size(); ++i)
      all.push_back(std::make_unique<load_stream>(wanted.streams[i], writer, i + 1));
    const auto record = play(all, wanted);
    finish(all, wanted);
    for (std::size_t i = 0; i < all.size() && !wanted.times_directory.empty(); ++i)
      write_times(*all[i], record, wanted.times_directory + "/" + std::to_string(i));
    print(all, record);
    return 0;
  } catch (const std::exception& problem) {
    std::printf("{\"fault\": \"%s\"}\n", problem.what());
    return 1;
  }
}

} // namespace
} // namespace sluice::bench

int main(int argc, char** argv) {
  using namespace sluice::bench;
  const auto wanted = read_options(argc, argv);
  if (wanted.disk.empty())
    return run(wanted);
  const auto problem = make_disk(wanted.disk, wanted.disk_bytes);
  if (!problem.empty())
    std::fprintf(stderr, "sluice-bench-gateway-load: %s\n", problem.c_str());
  return problem.empty() ? 0 : 1;
}
