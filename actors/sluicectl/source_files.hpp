// Reads what -f names: a file, a directory or standard input. Does not look into the texts.
#pragma once

#include "actors/sluicectl/manifest.hpp"

#include <string>
#include <vector>

namespace sluice::ctl {

/// The texts in the order given; of a directory its .yaml, .yml and .json files by name, without its subdirectories.
/// @throws failure (usage) if something cannot be read or a directory holds no such file
[[nodiscard]] std::vector<source_text> read_sources(const std::vector<std::string>& names);

/// All documents of all sources. @throws failure (usage) for the first that is wrong
[[nodiscard]] std::vector<document> documents_of(const std::vector<std::string>& names);

} // namespace sluice::ctl
