// An engine with volumes from the command line and nothing else: what real NBD clients are run against. No product.
//
//   engine_server --listen ADDRESS:PORT | /SOCKET   --backend NAME=memory:BYTES | NAME=file:PATH | NAME=URI
//                 --volume NAME=BACKEND[,OFFSET,SIZE]   --iops N   --bandwidth N   --depth N   --shards N   --read-only
//                 --share IOPS   --samples   --io-engine auto | io_uring | pool   --direct
//
// --direct: file backends past the page cache. --share: a group of all streams. Prints its endpoints, then one line per
// event; with --samples one line per stream and 100 ms. Ends on SIGTERM or SIGINT.
#include "gateways/engine/engine.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <time.h>

namespace {

using namespace sluice;
using namespace sluice::gateway;

[[noreturn]] void usage(const std::string& what) {
  std::fprintf(stderr, "engine_server: %s\n", what.c_str());
  std::exit(2);
}

std::uint64_t number(std::string_view text) {
  char* end = nullptr;
  const std::string owned{text};
  const auto result = std::strtoull(owned.c_str(), &end, 10);
  if (owned.empty() || *end != '\0')
    usage("not a number: " + owned);
  return result;
}

listener_config read_listener(std::string_view x) {
  listener_config result;
  if (x.starts_with('/')) {
    result.unix_path = x;
    return result;
  }
  const auto colon = x.rfind(':');
  if (colon == std::string_view::npos)
    usage("a listener is ADDRESS:PORT or /SOCKET");
  result.address = x.substr(0, colon);
  result.port = static_cast<std::uint16_t>(number(x.substr(colon + 1)));
  return result;
}

std::pair<std::string_view, std::string_view> halves(std::string_view x) {
  const auto at = x.find('=');
  if (at == std::string_view::npos)
    usage("not NAME=VALUE: " + std::string{x});
  return {x.substr(0, at), x.substr(at + 1)};
}

backend_config read_backend(std::string_view x) {
  const auto [name, value] = halves(x);
  backend_config result;
  result.name = name;
  if (value.starts_with("memory:")) {
    result.size_bytes = number(value.substr(7));
  } else if (value.starts_with("file:")) {
    result.kind = backend_kind::file;
    result.path = value.substr(5);
  } else {
    result.kind = backend_kind::nbd;
    result.uri = value;
  }
  return result;
}

volume_config read_volume(std::string_view x) {
  const auto [name, value] = halves(x);
  volume_config result;
  result.name = name;
  const auto first = value.find(',');
  result.backend = value.substr(0, first);
  if (first == std::string_view::npos)
    return result;
  const auto second = value.find(',', first + 1);
  if (second == std::string_view::npos)
    usage("a slice is BACKEND,OFFSET,SIZE");
  result.offset_bytes = number(value.substr(first + 1, second - first - 1));
  result.size_bytes = number(value.substr(second + 1));
  return result;
}

struct options {
  engine_config config;
  allowance fixed;
  bool read_only = false;
  bool samples = false;
  bool direct = false;
};

options read_options(int argc, char** argv) {
  options result;
  for (int i = 1; i < argc; ++i) {
    const std::string_view key = argv[i];
    if (key == "--read-only") {
      result.read_only = true;
      continue;
    }
    if (key == "--samples") {
      result.samples = true;
      continue;
    }
    if (key == "--direct") {
      result.direct = true;
      continue;
    }
    if (i + 1 == argc)
      usage("no value for " + std::string{key});
    const std::string_view value = argv[++i];
    if (key == "--listen")
      result.config.listeners.push_back(read_listener(value));
    else if (key == "--backend")
      result.config.backends.push_back(read_backend(value));
    else if (key == "--volume")
      result.config.volumes.push_back(read_volume(value));
    else if (key == "--iops")
      result.fixed.iops = rate{number(value)};
    else if (key == "--bandwidth")
      result.fixed.bandwidth = rate{number(value)};
    else if (key == "--depth")
      result.fixed.depth = static_cast<std::uint32_t>(number(value));
    else if (key == "--io-engine")
      result.config.engine = value == "pool"       ? io_engine::pool
                             : value == "io_uring" ? io_engine::io_uring
                                                   : io_engine::automatic;
    else if (key == "--share") {
      auto& all = result.config.groups.emplace_back();
      all.name = "all";
      all.limits.iops = rate{number(value)};
    } else if (key == "--shards")
      result.config.shards = static_cast<std::uint32_t>(number(value));
    else
      usage("unknown option " + std::string{key});
  }
  for (auto& backend : result.config.backends)
    backend.direct = result.direct && backend.kind == backend_kind::file;
  for (auto& volume : result.config.volumes) {
    volume.fixed = result.fixed;
    volume.read_only = result.read_only;
  }
  return result;
}

void print(const sample& x) {
  const auto ms = [](duration d) {
    return static_cast<double>(d.count()) / 1e6;
  };
  std::printf("sample stream=%s arrivals=%llu completions=%llu errors=%llu backlog=%u in_flight=%u mean_in_flight=%.1f "
              "rate_ms=%.1f depth_ms=%.1f backend_mean_ms=%.3f total_mean_ms=%.3f total_p99_ms=%.3f\n",
              to_string(x.stream).c_str(), static_cast<unsigned long long>(x.arrivals),
              static_cast<unsigned long long>(x.completions), static_cast<unsigned long long>(x.errors), x.backlog,
              x.in_flight, x.mean_in_flight, ms(x.limited_by_rate), ms(x.limited_by_depth),
              ms(x.backend_latency.mean()), ms(x.total_latency.mean()), ms(x.total_latency.quantile(0.99)));
}

} // namespace

int main(int argc, char** argv) {
  auto given = read_options(argc, argv);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  given.config.observe = [](const engine_event& x) {
    const auto name = to_string(x.what);
    std::printf("%.*s %s %s\n", static_cast<int>(name.size()), name.data(), x.subject.c_str(), x.detail.c_str());
  };
  const auto mistakes = check(given.config);
  for (const auto& mistake : mistakes)
    std::fprintf(stderr, "engine_server: %s\n", mistake.c_str());
  if (!mistakes.empty())
    return 2;
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  engine it{given.config};
  if (const auto problem = it.start(); !problem.empty()) {
    std::fprintf(stderr, "engine_server: %s\n", problem.c_str());
    return 3;
  }
  const timespec tick{0, 100'000'000};
  while (sigtimedwait(&ending, nullptr, &tick) < 0) {
    for (const auto& x : it.collect_samples(monotonic_now(), wall_time{}))
      if (given.samples)
        print(x);
  }
  it.stop();
  return 0;
}
