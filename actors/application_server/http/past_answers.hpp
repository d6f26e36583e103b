// Answers about the past as JSON, and reports in their formats. Pure.
#pragma once

#include "actors/application_server/http/call.hpp"
#include "actors/application_server/http/json.hpp"
#include "actors/application_server/http/message.hpp"
#include "actors/domain/history_answer.hpp"

namespace sluice::http {

/// @param question what was asked, with its times
/// @pre is_about_the_past(x.what), and the answer is one to the question
[[nodiscard]] response answer_about_the_past(const call& x, const history_question& question,
                                             const history_answer& found);

/// An agreement's latency objectives as OpenSLO (YAML).
[[nodiscard]] response openslo(const agreement& x);

[[nodiscard]] json exclusion_json(const exclusion& x);

} // namespace sluice::http
