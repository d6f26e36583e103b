// Cuts a connection from another thread.
#include "actors/database_manager/store/interrupter.hpp"

#include <sys/socket.h>

namespace sluice::store {

void interrupter::watch(int socket) noexcept {
  const std::lock_guard lock{guard_};
  socket_ = socket;
}

void interrupter::cut() noexcept {
  const std::lock_guard lock{guard_};
  if (socket_ >= 0)
    ::shutdown(socket_, SHUT_RDWR);
}

} // namespace sluice::store
