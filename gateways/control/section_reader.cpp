// Strict reading of one section.
#include "gateways/control/section_reader.hpp"

#include "actors/domain/quantity.hpp"

#include <caf/all.hpp>

namespace sluice::gateway {

const caf::config_value* section_reader::find(std::string_view key) {
  asked_.emplace(key);
  const auto found = keys_.find(caf::string_view{key.data(), key.size()});
  return found == keys_.end() ? nullptr : &found->second;
}

bool section_reader::has(std::string_view key) const {
  return keys_.find(caf::string_view{key.data(), key.size()}) != keys_.end();
}

void section_reader::mistake(std::string_view key, std::string_view expected) {
  mistakes_.push_back(name_ + '.' + std::string{key} + ": " + std::string{expected});
}

void section_reader::mistake(std::string_view key, std::string_view expected, const caf::config_value& got) {
  mistake(key, "expected " + std::string{expected} + ", got " + caf::to_string(got));
}

std::string section_reader::text(std::string_view key, bool required) {
  const auto* value = find(key);
  if (value == nullptr) {
    if (required)
      mistake(key, "missing");
    return {};
  }
  if (const auto* x = caf::get_if<std::string>(value); x != nullptr && !x->empty())
    return *x;
  mistake(key, "a text in quotes", *value);
  return {};
}

std::uint64_t section_reader::number(std::string_view key, std::uint64_t otherwise, std::uint64_t most) {
  const auto* value = find(key);
  if (value == nullptr)
    return otherwise;
  const auto* x = caf::get_if<std::int64_t>(value);
  if (x != nullptr && *x >= 0 && static_cast<std::uint64_t>(*x) <= most)
    return static_cast<std::uint64_t>(*x);
  mistake(key, "a whole number from 0 to " + std::to_string(most), *value);
  return otherwise;
}

bool section_reader::flag(std::string_view key, bool otherwise) {
  const auto* value = find(key);
  if (value == nullptr)
    return otherwise;
  if (const auto* x = caf::get_if<bool>(value))
    return *x;
  mistake(key, "true or false", *value);
  return otherwise;
}

std::uint64_t section_reader::size(std::string_view key, std::uint64_t otherwise) {
  const auto* value = find(key);
  if (value == nullptr)
    return otherwise;
  if (const auto* x = caf::get_if<std::int64_t>(value); x != nullptr && *x >= 0)
    return static_cast<std::uint64_t>(*x);
  if (const auto* x = caf::get_if<std::string>(value))
    if (const auto parsed = parse_size(*x))
      return *parsed;
  mistake(key, "a size such as \"1GiB\"", *value);
  return otherwise;
}

rate section_reader::bandwidth(std::string_view key) {
  const auto* value = find(key);
  if (value == nullptr)
    return {};
  if (const auto* x = caf::get_if<std::string>(value))
    if (const auto parsed = parse_bandwidth(*x))
      return *parsed;
  mistake(key, "a bandwidth such as \"200MB/s\"", *value);
  return {};
}

duration section_reader::time(std::string_view key, duration otherwise) {
  const auto* value = find(key);
  if (value == nullptr)
    return otherwise;
  if (const auto* x = caf::get_if<caf::timespan>(value); x != nullptr && x->count() >= 0)
    return *x;
  if (const auto* x = caf::get_if<std::string>(value))
    if (const auto parsed = parse_duration(*x))
      return *parsed;
  mistake(key, "a duration such as 10s", *value);
  return otherwise;
}

void section_reader::finish() {
  for (const auto& [key, value] : keys_)
    if (asked_.find(std::string_view{key.data(), key.size()}) == asked_.end())
      mistake(key, "there is no such option");
}

} // namespace sluice::gateway
