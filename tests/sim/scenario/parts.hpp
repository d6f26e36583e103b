// The parts of a scenario file, each read by a file of its own. For reader.cpp alone.
#pragma once

#include "tests/sim/scenario/reader.hpp"
#include "tests/sim/scenario/section.hpp"

namespace sluice::sim {

/// `backends`, `link`, `gateways`. In this order: later parts name what earlier ones hold.
void read_backends(section& file, scenario& to);
void read_gateways(section& file, scenario& to);
void read_policy(section& file, control_policy& to);
void read_oracle(section& file, oracle_spec& to);
void read_agreements(section& file, scenario& to);
void read_clients(section& file, scenario& to);
void read_faults(section& file, scenario& to);
void read_bars(section& file, scenario& to);

/// NAME-1 .. NAME-count, or NAME alone if count is not given.
[[nodiscard]] std::vector<std::string> numbered(const std::string& name, bool given, std::uint64_t count);

/// `clients[2]`, for the items of a list.
[[nodiscard]] std::string item_path(const std::string& list, std::size_t index);

/// The position of the element of this name; nothing, after a complaint, if there is none.
template<class T>
[[nodiscard]] std::optional<std::size_t> position_of(const std::vector<T>& all, const std::string& name, section& in,
                                                     std::string_view key, const char* kind) {
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].name == name)
      return i;
  std::string there;
  for (std::size_t i = 0; i < all.size() && i < 10; ++i)
    there += (i == 0 ? "" : ", ") + all[i].name;
  in.complain(key, std::string{"must be the name of a "} + kind + "; there are " + (there.empty() ? "none" : there));
  return std::nullopt;
}

} // namespace sluice::sim
