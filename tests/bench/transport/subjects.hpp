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
/// Outlet and inbox as the transport uses them; the receiver polls for `spin` before it sleeps.
[[nodiscard]] subject_ptr slots(std::string name, std::chrono::nanoseconds spin);
[[nodiscard]] subject_ptr boost_message_queue();
[[nodiscard]] subject_ptr unix_socket();
[[nodiscard]] subject_ptr zeromq();
enum class iceoryx_receiver : std::uint8_t { polling, wait_set };
[[nodiscard]] subject_ptr iceoryx(iceoryx_receiver how);

} // namespace sluice::bench
