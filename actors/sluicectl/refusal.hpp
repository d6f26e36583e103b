// An answer that is an error (problem+json, or anything else), as sentences for standard error. Pure.
#pragma once

#include <string>

namespace sluice::ctl {

struct http_answer;
struct settings;

/// What the server said, each wrong field on a line of its own with its path first. For a refused token: which file it
/// came from, never the token.
[[nodiscard]] std::string refusal_sentences(const http_answer& answer, const settings& where);

} // namespace sluice::ctl
