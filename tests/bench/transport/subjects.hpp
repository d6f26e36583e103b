// All subjects by name: one function for each file that implements some. Null: the build found no such library.
#pragma once

#include "tests/bench/transport/subject.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace sluice::bench {

using subject_ptr = std::unique_ptr<subject>;

[[nodiscard]] subject_ptr cache_line_limit();
[[nodiscard]] subject_ptr futex_limit();
/// Outlet and inbox as the transport uses them; the receiver may poll for `spin` before it sleeps.
[[nodiscard]] subject_ptr slots(std::string name, std::chrono::nanoseconds spin);
[[nodiscard]] subject_ptr boost_message_queue();
[[nodiscard]] subject_ptr unix_socket();
[[nodiscard]] subject_ptr zeromq();
enum class iceoryx_receiver : std::uint8_t { polling, wait_set };
[[nodiscard]] subject_ptr iceoryx(iceoryx_receiver how);

enum class actor_path : std::uint8_t {
  tcp,          ///< CAF's own io::middleman over the loopback interface, the product's scheduler
  tcp_default,  ///< the same with the scheduler that CAF has unless told otherwise
  slots,        ///< shm/transport with the product's settings
  slots_inline, ///< the same with inline=true
};
/// CAF actors; both ends are event-based actors. `ini_file` is one of the product's.
[[nodiscard]] subject_ptr actors(actor_path how, std::string ini_file);
/// What the product runs with: its defaults and one of its ini files (empty: the defaults alone).
struct product_settings {
  std::chrono::nanoseconds spin; ///< how long a receiver may poll before it sleeps
  bool run_inline;               ///< whether actors run in the receiver's thread
};
[[nodiscard]] product_settings read_product_settings(const std::string& ini_file);

} // namespace sluice::bench
