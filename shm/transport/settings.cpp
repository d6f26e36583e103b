// Options and their ranges.
#include "shm/transport/settings.hpp"

#include "shm/mailslot/layout.hpp"
#include "shm/mailslot/place.hpp"

#include <algorithm>
#include <thread>

namespace sluice::shm {

caf::timespan default_spin() {
  return std::thread::hardware_concurrency() > 1 ? std::chrono::microseconds{50} : std::chrono::microseconds{0};
}

void add_transport_options(transport_settings& settings, caf::config_option_adder options) {
  options.add(settings.instance, "instance", "name of this Sluice instance: a-z, 0-9 and '-'")
      .add(settings.directory, "directory", "where the shared segments are")
      .add(settings.slots, "slots", "slots per sender in our mailbox, a power of two")
      .add(settings.slot_size, "slot-size", "size of a slot [bytes, multiple of 64]")
      .add(settings.outbox, "outbox", "what may wait per peer while its mailbox is full [bytes]")
      .add(settings.heartbeat_interval, "heartbeat-interval", "how often we show and check signs of life")
      .add(settings.hung_after, "hung-after", "a living peer without heartbeat for this long is reported")
      .add(settings.spin, "spin",
           "how long the receiver may poll before it sleeps, 0s to 10ms; default 50us, 0s on one processor")
      .add(settings.inline_execution, "inline",
           "run actors in the receiver's thread, which saves a hand-over; false hands them to the scheduler's threads");
}

std::vector<std::string> mistakes(const transport_settings& settings) {
  using namespace std::chrono_literals;
  std::vector<std::string> found;
  const auto require = [&found](bool good, const char* otherwise) {
    if (!good)
      found.emplace_back(otherwise);
  };
  const geometry sizes{1, settings.slots, settings.slot_size};
  require(valid_name(settings.instance), "shm.instance: must be 1 to 32 characters of a-z, 0-9 and '-'");
  require(!settings.directory.empty(), "shm.directory: must not be empty");
  require(geometry{1, settings.slots, 4096}.valid(), "shm.slots: must be a power of two from 4 to 65536");
  require(geometry{1, 256, sizes.slot_bytes}.valid(), "shm.slot-size: must be a multiple of 64 from 256 to 1048576");
  require(settings.outbox >= 65'536 && settings.outbox <= (std::uint64_t{1} << 30),
          "shm.outbox: must be 65536 to 1073741824 bytes");
  require(settings.heartbeat_interval >= 10ms && settings.heartbeat_interval <= 10s,
          "shm.heartbeat-interval: must be 10ms to 10s");
  require(settings.hung_after >= 2 * settings.heartbeat_interval && settings.hung_after <= 60s,
          "shm.hung-after: must be at least two heartbeat intervals and at most 60s");
  require(settings.spin >= 0s && settings.spin <= 10ms, "shm.spin: must be 0s to 10ms");
  require(!settings.roles.empty() && settings.roles.size() <= max_roles
              && std::all_of(settings.roles.begin(), settings.roles.end(),
                             [](const auto& x) {
                               return valid_name(x);
                             }),
          "the program names no roles, more than 8, or one that is no file name");
  require(std::count(settings.roles.begin(), settings.roles.end(), settings.role) == 1,
          "the program names a role of its own that is not in the list of roles");
  return found;
}

} // namespace sluice::shm
