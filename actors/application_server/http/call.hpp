// A request that was understood: checked, parsed and ready for the one who can answer. Knows no sockets and no actors.
#pragma once

#include "actors/application_server/http/message.hpp"
#include "actors/application_server/http/precondition.hpp"
#include "actors/application_server/http/route.hpp"
#include "actors/application_server/http/stream_filter.hpp"
#include "actors/domain/access.hpp"
#include "actors/domain/agreement.hpp"
#include "actors/domain/history_question.hpp"
#include "actors/domain/policy_document.hpp"
#include "actors/domain/record.hpp"
#include "actors/domain/sample_row.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice::http {

/// Bounds of the lists. Chosen; a page of 1,000 streams has about 500 KB.
inline constexpr unsigned max_page = 1'000;
inline constexpr unsigned max_series_seconds = 600;
inline constexpr unsigned default_series_seconds = 60;
inline constexpr unsigned default_events = 100;

/// Longest name of a person and longest reason [bytes]. Chosen.
inline constexpr std::size_t max_who_size = 255;
inline constexpr std::size_t max_why_size = 1'000;

/// Longest time an operator's order may be given for. Chosen: a year.
inline constexpr duration max_order_length = std::chrono::hours{24 * 366};

enum class report_format { as_json, as_text, as_html };

struct call {
  operation what = operation::health;
  std::string name;
  stream_id stream;
  unsigned seconds = default_series_seconds; ///< show_stream
  unsigned limit = max_page;                 ///< lists
  std::string after;                         ///< lists: `next` of the page before; exports: the cursor
  stream_filter wanted;                      ///< list_streams; of list_agreements its text
  agreement document;                        ///< create_agreement, replace_agreement
  std::string patch;                         ///< patch_agreement, suspend_agreement, resume_agreement: a JSON object
  precondition only_if;                      ///< changes of an agreement or the policy
  bool is_patched = false;                   ///< replace_agreement: `document` was made from what was in force
  override_order order;                      ///< order_limit; the times are still open
  duration order_length{0};                  ///< order_limit; zero = until it is taken back
  policy_document policy;                    ///< replace_policy, with author and reason
  bool dry_run = false;                      ///< create, replace: say what would be answered, store nothing
  bool force = false;                        ///< of changes of an agreement: whatever admission says
  std::string who;                           ///< who forces; may be empty
  history_question past;                     ///< of calls about the past; open times are zero
  duration ago{0};                           ///< past: where it has no beginning, so long before its end
  exclusion entry;                           ///< enter_exclusion, withdraw_exclusion
  bool imported = false;                     ///< export_verdicts: those from elsewhere
  std::vector<sample_row> rows;              ///< import_samples
  std::vector<final_verdict> verdicts;       ///< import_verdicts
  report_format format = report_format::as_json; ///< make_report
  caller asker;
  access_token token;              ///< create_token, revoke_token: what is wanted of it
  std::vector<std::string> topics; ///< watch: targets below /api/v1/
  std::string credential;          ///< begin_session: the token that was shown

  /// Who answers for a change: whom the request names, else who asks.
  [[nodiscard]] std::string author() const {
    return who.empty() ? asker.name() : who;
  }
};

/// Judges a request of somebody who was let in: path, method, rights, query, media type, body. What is wrong is the
/// answer.
/// @param from find_route() of it
[[nodiscard]] std::variant<call, response> read_call(const request& x, const route& from, const caller& asker);

} // namespace sluice::http
