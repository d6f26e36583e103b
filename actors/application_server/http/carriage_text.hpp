// The carriage of messages in Prometheus' text format. Pure.
#pragma once

#include "actors/application_server/http/carriage.hpp"

#include <string>

namespace sluice::http {

/// Whole families, to be appended to those of metrics(); `sluice_shm_…`, labels `receiver` and `sender`.
[[nodiscard]] std::string carriage_text(const carriage& x);

} // namespace sluice::http
