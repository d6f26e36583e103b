// Events and changed rows as lines for people. Pure but for what it remembers of before.
#pragma once

#include "actors/sluicectl/colours.hpp"
#include "actors/sluicectl/resource_kind.hpp"
#include "actors/sluicectl/table.hpp"

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace sluice::ctl {

/// How bad a kind of event is: red for a promise or a part of the system that is lost, green where it is back.
[[nodiscard]] colour colour_of(const std::string& event_kind) noexcept;

/// A list that comes again and again, of which only the rows are told that are new or other than before.
class changing_rows {
public:
  explicit changing_rows(resource_kind kind);

  struct told {
    std::vector<std::vector<std::string>> rows; ///< cells, in the order of the list
    std::vector<std::string> gone;              ///< names
  };
  /// @param items the list as the server gave it; names of rows are unique
  [[nodiscard]] told take(const nlohmann::json& items);

private:
  resource_kind kind_;
  std::map<std::string, std::vector<std::string>> last_;
};

} // namespace sluice::ctl
