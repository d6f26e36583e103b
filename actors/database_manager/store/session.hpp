// One connection to PostgreSQL and its transactions: the only place where libpqxx's exceptions are caught. Included by
// this folder's source files alone; store.hpp is what others see.
#pragma once

#include "actors/database_manager/store/interrupter.hpp"
#include "actors/database_manager/store/outcome.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <pqxx/pqxx>

namespace sluice::store {

/// A connection that is thrown away at the first sign that it is broken: libpqxx 6 would reconnect inside the object,
/// without our settings and temporary tables. One thread uses it; the interrupter may be used by any.
class session {
public:
  explicit session(std::shared_ptr<interrupter> line);
  ~session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  /// Connects and makes the session ours: UTC, synchronous commit (invariant 3), `statement_timeout`.
  outcome<done> open(const std::string& connection_string, std::chrono::milliseconds statement_timeout);

  void close() noexcept;

  [[nodiscard]] bool is_open() const noexcept {
    return connection_ != nullptr;
  }

  /// Runs `body` in a transaction, which is committed if the body gives a value and rolled back otherwise. The body
  /// may let libpqxx's exceptions pass.
  template<class T>
  outcome<T> transact(const std::function<outcome<T>(pqxx::work&)>& body) {
    std::optional<outcome<T>> result;
    auto problem = guarded([&](pqxx::work& transaction) {
      result.emplace(body(transaction));
      return static_cast<bool>(*result);
    });
    if (problem)
      return *problem;
    return std::move(*result);
  }

private:
  /// Commits if `body` says true. Gives what went wrong, if anything did.
  std::optional<failure> guarded(const std::function<bool(pqxx::work&)>& body);

  std::shared_ptr<interrupter> line_;
  std::unique_ptr<pqxx::connection> connection_;
};

/// What an SQLSTATE means for whoever asked. Pure.
[[nodiscard]] failure_kind kind_of(const std::string& sqlstate) noexcept;

} // namespace sluice::store
