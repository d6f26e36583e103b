// Everything about one thing, as lines `Name: value`. Pure.
#pragma once

#include "actors/sluicectl/resource_kind.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace sluice::ctl {

/// One line for each field of the kind that is there, aligned; nested lists as tables below.
[[nodiscard]] std::string described(resource_kind kind, const nlohmann::json& item);

/// The history of an agreement, newest first.
[[nodiscard]] std::string history_table(const nlohmann::json& items);

/// What becomes of an agreement now, and of each of its promises; empty if `promise` is no object.
[[nodiscard]] std::string promise_text(const nlohmann::json& promise);

/// The answer to `explain`: the sentence, then the figures it rests on.
[[nodiscard]] std::string explanation(const nlohmann::json& answer);

} // namespace sluice::ctl
