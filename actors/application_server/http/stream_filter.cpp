// Cheap questions first: a page of a filtered list may look at every stream.
#include "actors/application_server/http/stream_filter.hpp"

#include "actors/domain/selection.hpp"

#include <algorithm>

namespace sluice::http {

namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_throttled(const observatory& known, const stream_id& id) {
  const auto* held = known.decisions.find(id);
  return (held != nullptr && !held->now.unlimited()) || known.decisions.find_observed(id) != nullptr;
}

/// Only what the agreement's own selector matches can fall under it.
bool falls_under(const observatory& known, const stream_id& id, const std::string& name) {
  const auto named = std::find_if(known.agreements.begin(), known.agreements.end(), [&](const agreement& x) {
    return x.name == name;
  });
  return named != known.agreements.end() && matches(named->streams, id)
         && agreement_for(known.agreements, id) == &*named;
}

} // namespace

bool holds_text(const std::string& text, const std::string& wanted) {
  return std::search(text.begin(), text.end(), wanted.begin(), wanted.end(),
                     [](char a, char b) {
                       return lower(a) == lower(b);
                     })
         != text.end();
}

bool stream_filter::wants(const observatory& known, const stream_id& id, const stream_record& x) const {
  return (backend.empty() || x.backend == backend) && (text.empty() || holds_text(to_string(id), text))
         && (!throttled || is_throttled(known, id)) && (agreement.empty() || falls_under(known, id, agreement));
}

} // namespace sluice::http
