// Compares rows by what is shown of them.
#include "actors/sluicectl/event_lines.hpp"

#include "actors/sluicectl/views.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

namespace sluice::ctl {

colour colour_of(const std::string& event_kind) noexcept {
  constexpr std::array<std::string_view, 5> bad{"promise-violated", "gateway-lost", "capacity-deficit-began",
                                                "samples-lost", "evidence-broken"};
  constexpr std::array<std::string_view, 3> good{"promise-recovered", "gateway-connected", "capacity-deficit-ended"};
  constexpr std::array<std::string_view, 3> notable{"stream-throttled", "would-throttle", "override-ordered"};
  const auto among = [&](const auto& kinds) {
    return std::find(kinds.begin(), kinds.end(), event_kind) != kinds.end();
  };
  return among(bad) ? colour::red : among(good) ? colour::green : among(notable) ? colour::yellow : colour::none;
}

changing_rows::changing_rows(resource_kind kind) : kind_(kind) {}

changing_rows::told changing_rows::take(const nlohmann::json& items) {
  told out;
  std::map<std::string, std::vector<std::string>> now;
  const auto shown_fields = columns(kind_);
  for (const auto& item : items) {
    auto cells = cells_of(shown_fields, item);
    auto name = field_text(item, {"", name_path(kind_)});
    const auto before = last_.find(name);
    if (before == last_.end() || before->second != cells)
      out.rows.push_back(cells);
    now.insert_or_assign(std::move(name), std::move(cells));
  }
  for (const auto& [name, ignored] : last_)
    if (!now.contains(name))
      out.gone.push_back(name);
  last_ = std::move(now);
  return out;
}

} // namespace sluice::ctl
