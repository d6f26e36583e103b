// Reads the sections [group.NAME].
#include "gateways/control/gateway_config.hpp"
#include "gateways/control/limit_options.hpp"

namespace sluice::gateway {

namespace {

std::string read_pattern(section_reader& section, std::string_view key) {
  auto text = section.has(key) ? section.text(key) : std::string{};
  return text.empty() ? "*" : text;
}

group_operations read_operations(section_reader& section) {
  if (!section.has("operations"))
    return group_operations::all;
  const auto text = section.text("operations");
  if (text == "reads")
    return group_operations::reads;
  if (text == "writes")
    return group_operations::writes;
  if (text != "all" && !text.empty())
    section.mistake("operations", R"(expected "all", "reads" or "writes", got )" + text);
  return group_operations::all;
}

} // namespace

std::vector<group_config> read_groups(const caf::settings& content, std::vector<std::string>& mistakes) {
  std::vector<group_config> groups;
  for_each_section(content, "group", mistakes, [&](const std::string& name, const caf::settings& keys) {
    section_reader section{"group." + name, keys, mistakes};
    group_config x;
    x.name = name;
    x.volume = read_pattern(section, "volume");
    x.client = read_pattern(section, "client");
    x.operations = read_operations(section);
    if (section.has("above"))
      x.above = section.text("above");
    x.weight = read_weight(section);
    x.limits = read_io_limits(section);
    section.finish();
    groups.push_back(std::move(x));
  });
  return groups;
}

} // namespace sluice::gateway
