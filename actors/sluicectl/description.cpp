// Reads CLI11's objects.
#include "actors/sluicectl/description.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <sstream>

namespace sluice::ctl {

namespace {

/// CLI11 writes `FORM:{table,json}`: the value's name, then what its checks say of themselves.
void take_type(const std::string& type, described_option& to) {
  const auto end = type.find(':');
  to.value = type.substr(0, end);
  const auto open = type.find('{');
  const auto close = type.find('}', open);
  if (open == std::string::npos || close == std::string::npos)
    return;
  std::istringstream all{type.substr(open + 1, close - open - 1)};
  for (std::string one; std::getline(all, one, ',');)
    to.choices.push_back(one);
}

described_option option_of(const CLI::Option& x) {
  described_option out;
  for (const auto& name : x.get_snames())
    out.flags.push_back('-' + name);
  for (const auto& name : x.get_lnames())
    out.flags.push_back("--" + name);
  out.positional = x.get_name(true);
  if (!x.get_positional())
    out.positional.clear();
  if (x.get_items_expected_max() > 0) {
    take_type(x.get_type_name(), out);
    if (out.value.empty())
      out.value = out.positional.empty() ? "VALUE" : out.positional;
  }
  out.preset = x.get_default_str();
  out.text = x.get_description();
  out.required = x.get_required();
  out.repeats = x.get_items_expected_max() > 1;
  return out;
}

} // namespace

described_command describe(const CLI::App& app) {
  described_command out{app.get_name(), app.get_description(), {}, {}};
  for (const auto* x : app.get_options())
    if (!x->get_group().empty())
      out.options.push_back(option_of(*x));
  for (const auto* x : app.get_subcommands([](const CLI::App* one) {
         return !one->get_group().empty();
       }))
    out.commands.push_back(describe(*x));
  return out;
}

const described_command* subcommand(const described_command& of, const std::string& name) noexcept {
  const auto found = std::find_if(of.commands.begin(), of.commands.end(), [&](const described_command& x) {
    return x.name == name;
  });
  return found == of.commands.end() ? nullptr : &*found;
}

} // namespace sluice::ctl
