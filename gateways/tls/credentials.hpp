// What the gateway proves itself with, and what clients prove themselves with: loaded once, shared by sessions. No I/O
// after that.
#pragma once

#include "gateways/tls/files.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <utility>

struct gnutls_session_int;

namespace sluice::tls {

/// Immutable, hence free to be used by any number of sessions on any threads.
class credentials {
public:
  /// Reads the files. nullptr, and `problem` is one sentence: a file is missing, unreadable, not what it should be, or
  /// a secret that others may read.
  [[nodiscard]] static std::shared_ptr<const credentials> load(const files& from, std::string& problem);

  credentials(const credentials&) = delete;
  credentials& operator=(const credentials&) = delete;
  ~credentials();

  /// Hands them to a new session. False if there is no memory.
  [[nodiscard]] bool equip(gnutls_session_int* session) const;

  /// A client that is not known by a pre-shared key must have a certificate.
  [[nodiscard]] bool certificate_required() const;

private:
  struct parts;
  explicit credentials(std::unique_ptr<parts> x);
  std::unique_ptr<parts> parts_;
};

/// The credentials for new sessions. Sessions that run keep those with which they began.
///
/// Thread safety: all functions. The lock is held to copy a pointer, once per session.
class current_credentials {
public:
  [[nodiscard]] std::shared_ptr<const credentials> get() const {
    const std::lock_guard lock{mutex_};
    return now_;
  }

  /// Loads other ones. Empty; or the reason why not, and what is in use stays in use.
  [[nodiscard]] std::string reload(const files& from) {
    std::string problem;
    auto next = credentials::load(from, problem);
    if (next != nullptr) {
      const std::lock_guard lock{mutex_};
      now_.swap(next);
    }
    return problem;
  }

private:
  mutable std::mutex mutex_;
  std::shared_ptr<const credentials> now_;
};

} // namespace sluice::tls
