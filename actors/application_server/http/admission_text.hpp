// What admission said, as JSON for clients: part of an answer, or the refusal. Pure.
#pragma once

#include "actors/application_server/http/json.hpp"
#include "actors/application_server/http/message.hpp"
#include "actors/domain/admission.hpp"

namespace sluice::http {

/// `{outcome, findings: [{kind, path, backend, sentence, figures …}], fits: {iops, latency, sentence}}`.
[[nodiscard]] json admission_json(const admission_verdict& x);

/// 409 with each finding that refuses as an error at its path, and all of admission_json(). @pre refused
[[nodiscard]] response admission_problem(const admission_verdict& x);

/// The findings' sentences in one line, for logs and events; empty if there are none.
[[nodiscard]] std::string admission_line(const admission_verdict& x);

} // namespace sluice::http
