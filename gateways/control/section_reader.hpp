// Reads the free sections of an ini file ([backend.NAME], [volume.NAME], [group.NAME]) strictly: wrong types, values
// out of range, missing and unknown keys each become one line.
#pragma once

#include "actors/domain/stream.hpp"
#include "actors/domain/units.hpp"

#include <caf/config_value.hpp>
#include <caf/settings.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::gateway {

class section_reader {
public:
  /// @param name as in the file, for example `volume.oltp`. @param mistakes lines are added to it
  section_reader(std::string name, const caf::settings& keys, std::vector<std::string>& mistakes)
      : name_(std::move(name)), keys_(keys), mistakes_(mistakes) {}

  /// A text in quotes. A missing one is a mistake if `required`.
  [[nodiscard]] std::string text(std::string_view key, bool required = false);

  /// A whole number.
  [[nodiscard]] std::uint64_t number(std::string_view key, std::uint64_t otherwise, std::uint64_t most);

  /// `true` or `false`.
  [[nodiscard]] bool flag(std::string_view key, bool otherwise);

  /// A text such as "1GiB", or a number of bytes.
  [[nodiscard]] std::uint64_t size(std::string_view key, std::uint64_t otherwise);

  /// A text such as "200MB/s"; unlimited if missing.
  [[nodiscard]] rate bandwidth(std::string_view key);

  /// A duration such as 10s, in quotes or not.
  [[nodiscard]] duration time(std::string_view key, duration otherwise);

  [[nodiscard]] bool has(std::string_view key) const;

  /// Adds a mistake of this key.
  void mistake(std::string_view key, std::string_view expected);

  /// Reports the keys that nobody asked for.
  void finish();

private:
  [[nodiscard]] const caf::config_value* find(std::string_view key);
  void mistake(std::string_view key, std::string_view expected, const caf::config_value& got);

  std::string name_;
  const caf::settings& keys_;
  std::vector<std::string>& mistakes_;
  std::set<std::string, std::less<>> asked_;
};

/// Calls `read(name, keys)` for each section `kind.NAME`.
template<class Read>
void for_each_section(const caf::settings& content, std::string_view kind, std::vector<std::string>& mistakes,
                      Read read) {
  const auto found = content.find(caf::string_view{kind.data(), kind.size()});
  if (found == content.end())
    return;
  const auto expected_section = [kind](std::string where) {
    where += ": expected a section [";
    where += kind;
    where += ".NAME]";
    return where;
  };
  const auto* sections = caf::get_if<caf::settings>(&found->second);
  if (sections == nullptr) {
    mistakes.push_back(expected_section(std::string{kind}));
    return;
  }
  for (const auto& [key, value] : *sections) {
    const std::string name{key.data(), key.size()};
    const auto* keys = caf::get_if<caf::settings>(&value);
    if (keys == nullptr)
      mistakes.push_back(expected_section(std::string{kind} + '.' + name));
    else if (!valid_name(name))
      mistakes.push_back(std::string{kind} + '.' + name + ": the name is not valid (letters, digits, . _ : @ -)");
    else
      read(name, *keys);
  }
}

} // namespace sluice::gateway
