// The gateway's data path with a limit that changes when it is told to, at a moment that it knows. No product: what the
// server's orders go through on their way is not in it, and measured by the whole system instead.
//
//   sluice-bench-gateway-engine SOCKET FILE
// Serves FILE as `disk` on SOCKET. Each line of standard input is a number, the new limit of all streams [I/O per
// second]; the answer is one line: the moment before the engine was told [ns of CLOCK_MONOTONIC]. Ends with its
// standard input.
#include "gateways/engine/engine.hpp"

#include <cstdio>
#include <iostream>

using namespace sluice;
using namespace sluice::gateway;

namespace {

int serve(const char* socket, const char* file) {
  engine_config config;
  config.listeners.emplace_back().unix_path = socket;
  auto& backend = config.backends.emplace_back();
  backend.name = "disk";
  backend.kind = backend_kind::file;
  backend.path = file;
  auto& volume = config.volumes.emplace_back();
  volume.name = "disk";
  volume.backend = "disk";
  engine it{config};
  if (const auto problem = it.start(); !problem.empty()) {
    std::cerr << problem << "\n";
    return 3;
  }
  std::uint64_t generation = 0;
  for (std::uint64_t iops = 0; std::cin >> iops;) {
    ++generation;
    const auto streams = it.streams();
    const auto now = monotonic_now();
    for (const auto& x : streams) {
      throttle order;
      order.stream = x.id;
      order.generation = generation;
      order.lease = max_lease;
      order.now.iops = rate{iops};
      if (const auto problem = it.apply(order); !problem.empty()) {
        std::cerr << problem << "\n";
        return 1;
      }
    }
    std::cout << now.count() << " " << streams.size() << std::endl;
  }
  it.stop();
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: sluice-bench-gateway-engine SOCKET FILE\n";
    return 2;
  }
  return serve(argv[1], argv[2]);
}
