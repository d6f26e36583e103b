// The words of questions about the past, and which of them can be asked.
#include "actors/domain/history_question.hpp"

namespace sluice {

namespace {

/// 1970 to 9999, as everything that is stored.
constexpr wall_time last_time{253'402'300'799'000'000};

bool is_stream(const stream_id& x) noexcept {
  return valid_name(x.gateway) && valid_name(x.volume) && valid_name(x.client);
}

} // namespace

std::string_view to_string(question_kind x) noexcept {
  switch (x) {
  case question_kind::series:
    return "series";
  case question_kind::compliance:
    return "compliance";
  case question_kind::violations:
    return "violations";
  case question_kind::top:
    return "top";
  case question_kind::decisions:
    return "decisions";
  case question_kind::report:
    return "report";
  case question_kind::exclusions:
    return "exclusions";
  case question_kind::audit:
    return "audit";
  }
  return "unknown";
}

std::string_view to_string(ranking x) noexcept {
  switch (x) {
  case ranking::culprit:
    return "culprit";
  case ranking::agreement:
    return "agreement";
  case ranking::tenant:
    return "tenant";
  }
  return "unknown";
}

std::string problem_with(const history_question& x) {
  if (x.what > question_kind::audit || x.by > ranking::tenant)
    return "this kind of question is not known";
  const bool of_stream = x.what == question_kind::series || x.what == question_kind::decisions;
  if (of_stream && !is_stream(x.stream))
    return "it must name a stream";
  const bool of_agreement = x.what == question_kind::violations || x.what == question_kind::report;
  if (of_agreement && x.agreement.empty())
    return "it must name an agreement";
  if ((!x.agreement.empty() && !valid_name(x.agreement)) || (!x.tenant.empty() && !valid_name(x.tenant)))
    return "a name in it is none";
  if (of_stream && !x.period.empty())
    return "a stream has no periods";
  const bool has_span = x.what != question_kind::exclusions;
  if (has_span && x.period.empty() && (x.from < wall_time{} || x.to > last_time || x.to <= x.from))
    return "its span must end after it begins";
  if (x.period.size() > max_name_size || x.after.size() > max_name_size || x.who.size() > max_name_size
      || x.action.size() > max_name_size)
    return "a text in it is too long";
  const auto most = x.what == question_kind::compliance ? max_accounts : max_history_entries;
  if (x.points < 1 || x.points > max_history_points || x.limit < 1 || x.limit > most)
    return "more was asked for than one answer holds";
  return {};
}

} // namespace sluice
