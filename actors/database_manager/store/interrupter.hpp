// Cuts a connection from another thread, so that a call that waits for a silent PostgreSQL returns with an error.
// Knows a socket, no database.
#pragma once

#include <mutex>

namespace sluice::store {

/// Thread safe. The session says which socket is open; anybody may cut it. The lock keeps the number from being reused
/// between looking and cutting: a session takes the socket back before it closes it.
class interrupter {
public:
  /// Called by the session: `socket` is open now; -1 = none is.
  void watch(int socket) noexcept;

  /// Shuts the socket down, if one is open. Its owner sees a broken connection.
  void cut() noexcept;

private:
  std::mutex guard_;
  int socket_ = -1;
};

} // namespace sluice::store
