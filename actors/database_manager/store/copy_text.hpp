// Lines in the text form of PostgreSQL's COPY (its manual, chapter COPY, "Text Format"). Pure; knows no table.
#pragma once

#include "actors/domain/units.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::store {

/// Lines one after the other, each ended by end_line().
class copy_text {
public:
  void integer(std::int64_t x);
  /// @pre storable(x)
  void integer(std::uint64_t x) {
    integer(static_cast<std::int64_t>(x));
  }
  void integer(std::int32_t x) {
    integer(std::int64_t{x});
  }
  void integer(std::uint32_t x) {
    integer(std::int64_t{x});
  }
  /// A number as float4 holds it.
  void real(double x);
  void flag(bool x);
  /// Any text without a zero byte.
  void text(std::string_view x);
  void timestamp(wall_time x);
  void array(const std::vector<std::int32_t>& x);
  /// Bytes as bytea.
  void bytes(std::string_view x);
  void end_line();

  /// @return lines, each with its line break
  [[nodiscard]] const std::string& lines() const noexcept {
    return out_;
  }
  void clear() noexcept {
    out_.clear();
  }

private:
  void separate();
  void digits(std::int64_t x);

  std::string out_;
  bool begun_ = false;
  std::int64_t day_ = -1; ///< of `date_`
  std::string date_;
};

} // namespace sluice::store
