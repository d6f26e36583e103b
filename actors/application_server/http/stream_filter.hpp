// Which streams of a list are wanted: by agreement, backend, text or throttle. Pure.
#pragma once

#include "actors/application_server/observatory/observatory.hpp"

#include <string>

namespace sluice::http {

/// Whether `wanted` is somewhere in `text`; case does not matter.
[[nodiscard]] bool holds_text(const std::string& text, const std::string& wanted);

struct stream_filter {
  std::string agreement;  ///< the one that it falls under; empty = any
  std::string backend;    ///< empty = any
  std::string text;       ///< somewhere in gateway/volume/client, in any case; empty = any
  bool throttled = false; ///< only those that are held back, or would be

  [[nodiscard]] bool wants(const observatory& known, const stream_id& id, const stream_record& x) const;
};

} // namespace sluice::http
