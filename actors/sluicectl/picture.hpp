// One picture of `top` as text. Pure.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace sluice::ctl {

/// What `top` shows, as the server said it.
struct overview {
  std::string server;
  std::string clock;              ///< the time of the picture, as text
  std::string state;              ///< ready, degraded, starting
  const nlohmann::json& backends; ///< items
  const nlohmann::json& streams;  ///< items
};

/// The lines of a picture, the busiest stream first; streams that do not fit are counted in the last line.
/// @param max_lines 0 = no bound
[[nodiscard]] std::vector<std::string> picture(const overview& x, std::size_t max_lines);

/// `text` cut to `columns` code points.
[[nodiscard]] std::string cut(const std::string& text, std::size_t columns);

} // namespace sluice::ctl
