// Why streams may do what they may do now, for one stream, for all of an agreement, for all of a backend. Pure; the
// sentences are the domain's, hence the same as in the log.
#pragma once

#include "actors/application_server/http/answers.hpp"

namespace sluice::http {

[[nodiscard]] response explain_stream(const observatory& known, const caller& asker, const stream_id& x,
                                      const moment& at);

/// Each stream that falls under it, what it asks for and how it is held, and who is held back for it.
[[nodiscard]] response explain_agreement(const observatory& known, const caller& asker, const std::string& name,
                                         const moment& at);

/// What the backend gives, and each stream on it that is held back, or would be.
[[nodiscard]] response explain_backend(const observatory& known, const caller& asker, const std::string& name,
                                       const moment& at);

} // namespace sluice::http
