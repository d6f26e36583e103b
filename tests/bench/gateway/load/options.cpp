// Strict: what it does not know ends it.
#include "tests/bench/gateway/load/options.hpp"

#include "tests/bench/gateway/load/pattern.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace sluice::bench {

namespace {

[[noreturn]] void usage(const std::string& what) {
  std::fprintf(stderr, "sluice-bench-gateway-load: %s\n", what.c_str());
  std::exit(2);
}

std::uint64_t number(const std::string& text) {
  char* end = nullptr;
  const auto result = std::strtoull(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0')
    usage("not a number: " + text);
  return result;
}

std::int64_t nanoseconds(const std::string& text) {
  char* end = nullptr;
  const auto result = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || result < 0)
    usage("not a time in seconds: " + text);
  return static_cast<std::int64_t>(result * static_cast<double>(second_ns));
}

void set(stream_plan& plan, const std::string& key, const std::string& value) {
  if (key == "to")
    plan.where.address = value;
  else if (key == "volume")
    plan.where.volume = value;
  else if (key == "from")
    plan.where.source = value;
  else if (key == "op" && (value == "read" || value == "write"))
    plan.writes = value == "write";
  else if (key == "bytes")
    plan.request_bytes = number(value);
  else if (key == "depth")
    plan.depth = number(value);
  else if (key == "pace")
    plan.pace = number(value);
  else if (key == "base")
    plan.base_bytes = number(value);
  else
    usage("a stream has no " + key + "=" + value);
}

stream_plan read_stream(std::string_view text) {
  stream_plan result;
  while (!text.empty()) {
    const auto item = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), item.size() + 1));
    const auto at = item.find('=');
    if (at == std::string_view::npos)
      usage("not KEY=VALUE: " + std::string{item});
    set(result, std::string{item.substr(0, at)}, std::string{item.substr(at + 1)});
  }
  if (result.depth == 0 || result.request_bytes == 0 || result.request_bytes % block_bytes != 0)
    usage("a stream needs a depth, and requests of whole blocks of 4096 bytes");
  return result;
}

} // namespace

options read_options(int argc, char** argv) {
  options result;
  if (argc == 4 && std::string_view{argv[1]} == "--make-disk") {
    result.disk = argv[2];
    result.disk_bytes = number(argv[3]);
    return result;
  }
  if (argc % 2 == 0)
    usage("an option without a value");
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view key = argv[i];
    const std::string value = argv[i + 1];
    if (key == "--stream")
      result.streams.push_back(read_stream(value));
    else if (key == "--warm-up")
      result.warm_up_ns = nanoseconds(value);
    else if (key == "--seconds")
      result.length_ns = nanoseconds(value);
    else if (key == "--pause") {
      result.pause_from_ns = nanoseconds(value.substr(0, value.find(',')));
      result.pause_to_ns = nanoseconds(value.substr(value.find(',') + 1));
    } else if (key == "--cpu-of")
      result.server = static_cast<pid_t>(number(value));
    else if (key == "--times")
      result.times_directory = value;
    else
      usage("unknown option " + std::string{key});
  }
  if (result.streams.empty())
    usage("no --stream");
  return result;
}

} // namespace sluice::bench
