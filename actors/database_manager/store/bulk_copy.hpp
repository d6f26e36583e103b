// COPY of lines that are text already, in pieces of many lines. Included by this folder's source files alone.
#pragma once

#include "actors/database_manager/store/copy_text.hpp"

#include <cstddef>
#include <string>
#include <vector>

#include <pqxx/pqxx>
#include <pqxx/tablewriter>

namespace sluice::store {

// libpqxx 6 calls tablewriter old; its successor writes one line of fields at a time, which costs twice as much here.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

/// Writes lines into a table. libpqxx's exceptions pass.
class bulk_copy {
public:
  bulk_copy(pqxx::work& transaction, const std::string& table, const std::vector<std::string>& columns)
      : writer_(transaction, table, columns.begin(), columns.end()) {}

  /// Where the fields of the present line go.
  [[nodiscard]] copy_text& text() noexcept {
    return text_;
  }

  void end_line() {
    text_.end_line();
    if (text_.lines().size() >= piece_bytes)
      send();
  }

  void complete() {
    send();
    writer_.complete();
  }

private:
  /// Chosen: eight times what libpq sends at once; PostgreSQL reads one piece while the next is written.
  static constexpr std::size_t piece_bytes = 64 * 1024;

  void send() {
    if (!text_.lines().empty())
      writer_.write_raw_line(text_.lines()); // takes many lines as well as one
    text_.clear();
  }

  pqxx::tablewriter writer_;
  copy_text text_;
};

#pragma GCC diagnostic pop

} // namespace sluice::store
