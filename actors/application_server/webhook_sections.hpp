// Reads the sections [webhook.NAME] of the ini file strictly. Opens no file that they name.
#pragma once

#include "actors/application_server/webhooks/subscription.hpp"

#include <caf/settings.hpp>

#include <string>
#include <vector>

namespace sluice {

/// The subscriptions of a configuration, sorted by name. Each mistake becomes one line that begins with the key; none
/// repeats a URL.
[[nodiscard]] std::vector<webhooks::subscription> read_webhooks(const caf::settings& content,
                                                                std::vector<std::string>& mistakes);

} // namespace sluice
