// Values for programs: JSON, or YAML that means the same. Pure.
#pragma once

#include "actors/sluicectl/command_line.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace sluice::ctl {

/// Whether results go to a program and not to a person.
[[nodiscard]] bool is_structured(output_format x) noexcept;

/// The whole of a result: JSON in several lines, or YAML. Ends with a line feed.
[[nodiscard]] std::string structured(const nlohmann::json& value, output_format how);

/// One of several results: a line of JSON, or a YAML document that begins with `---`.
[[nodiscard]] std::string structured_record(const nlohmann::json& value, output_format how);

/// Block style, strings quoted unless they can be nothing else. Ends with a line feed. No control character is in it.
[[nodiscard]] std::string yaml_text(const nlohmann::json& value);

} // namespace sluice::ctl
