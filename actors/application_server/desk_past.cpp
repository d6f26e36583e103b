// Questions about the past; what leaves the server as a file, page by page; and what comes back. Nothing is kept here
// between two pages.
#include "actors/application_server/desk.hpp"

#include "actors/application_server/http/export_answers.hpp"
#include "actors/application_server/http/export_call.hpp"
#include "actors/application_server/http/past_answers.hpp"
#include "actors/application_server/http/past_call.hpp"
#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/wall_clock_text.hpp"
#include "actors/runtime/log.hpp"

#include <algorithm>

namespace sluice {

namespace {

using http::operation;
using http::problem;

constexpr auto component = caf::atom("desk");

/// The first page of a file is written into the audit, and each check that somebody begins.
bool is_noted(const export_question& x) noexcept {
  if (x.what == export_kind::key)
    return false;
  return x.what == export_kind::check ? x.begin : x.cursor.empty();
}

std::string action_of(const export_question& x) {
  return x.what == export_kind::check ? "check-evidence" : "export-" + std::string{to_string(x.what)};
}

std::string subject_of(const export_question& x) {
  if (x.what == export_kind::check)
    return "evidence";
  return x.what == export_kind::samples ? to_string(x.stream) : x.agreement;
}

std::string detail_of(const export_question& x, const export_page& page) {
  if (x.what == export_kind::check)
    return "The check of the evidence was asked for.";
  return std::string{x.imported ? "Those that were imported, from " : "From "} + http::rfc3339(page.from) + " to "
         + http::rfc3339(page.to) + '.';
}

std::string counted(std::size_t lines, std::uint64_t fresh, const char* what) {
  return std::to_string(lines) + ' ' + what + ", " + std::to_string(fresh) + " of them new.";
}

/// The one stream or agreement of an import, or how many.
template<class Rows, class NameOf>
std::string subject_of_all(const Rows& rows, NameOf name_of, const char* what) {
  std::vector<std::string> names;
  for (const auto& x : rows)
    names.push_back(name_of(x));
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names.size() == 1 ? names.front() : std::to_string(names.size()) + ' ' + what;
}

} // namespace

void desk_state::ask_past(const exchange_ptr& x) {
  if (!database_)
    return x->answer(problem(503, "the database manager is not running"));
  auto question = http::complete(x->call, settings_.time.wall());
  if (x->call.asker.role == access_role::customer)
    question.tenant = x->call.asker.tenant;
  if (const auto wrong = problem_with(question); !wrong.empty())
    return x->answer(problem(422, wrong));
  self_->request(database_, settings_.query_patience, question)
      .then(
          [this, x, question](const history_answer& found) {
            if (x->call.asker.role != access_role::customer)
              return x->answer(http::answer_about_the_past(x->call, question, found));
            auto own = found; // who else was at work is not theirs to know
            for (auto& y : own.violations)
              if (const auto culprit = parse_stream_id(y.culprit); !culprit || !is_of(x->call.asker.tenant, *culprit))
                y.culprit.clear();
            x->answer(http::answer_about_the_past(x->call, question, own));
          },
          [x](const caf::error& why) {
            x->answer(refusal_for(why, false));
          });
}

void desk_state::export_part(const exchange_ptr& x) {
  if (!database_)
    return x->answer(problem(503, "the database manager is not running"));
  const auto question = http::export_of(x->call, settings_.time.wall());
  if (const auto wrong = problem_with(question); !wrong.empty())
    return x->answer(problem(422, wrong));
  self_->request(database_, settings_.query_patience, question)
      .then(
          [this, x, question](const export_page& page) {
            if (is_noted(question))
              audit(x, action_of(question), subject_of(question), detail_of(question, page));
            x->answer(http::export_answer(x->call, page));
          },
          [x](const caf::error& why) {
            x->answer(refusal_for(why, false));
          });
}

void desk_state::import_samples(const exchange_ptr& x) {
  const auto& rows = x->call.rows;
  if (!database_ || !database_known_)
    return x->answer(problem(503, "the database manager is not running; nothing was changed"));
  if (auto refused = http::refused_import(rows, database_said_.closed_until))
    return x->answer(*std::move(refused));
  if (rows.empty())
    return x->answer(http::imported_answer(0, 0));
  row_batch batch;
  batch.rows = rows;
  self_->request(database_, settings_.store_patience, std::move(batch))
      .then(
          [this, x](std::uint64_t fresh) {
            const auto lines = x->call.rows.size();
            const auto of = subject_of_all(
                x->call.rows,
                [](const sample_row& row) {
                  return to_string(row.total.stream);
                },
                "streams");
            log(log_events::samples_imported, component, log_field{"rows", lines}, log_field{"new", fresh},
                log_field{"who", x->call.author()});
            audit(x, "import-samples", of, counted(lines, fresh, "rows"));
            x->answer(http::imported_answer(lines, fresh));
          },
          [x](const caf::error& why) {
            x->answer(refusal_for(why, true));
          });
}

void desk_state::import_verdicts(const exchange_ptr& x) {
  if (!database_)
    return x->answer(problem(503, "the database manager is not running; nothing was changed"));
  if (x->call.verdicts.empty())
    return x->answer(http::imported_answer(0, 0));
  self_->request(database_, settings_.store_patience, verdict_import{x->call.verdicts, x->call.author()})
      .then(
          [this, x](std::uint64_t fresh) {
            const auto lines = x->call.verdicts.size();
            const auto of = subject_of_all(
                x->call.verdicts,
                [](const final_verdict& one) {
                  return one.what.agreement;
                },
                "agreements");
            audit(x, "import-verdicts", of, counted(lines, fresh, "verdicts"));
            x->answer(http::imported_answer(lines, fresh));
          },
          [x](const caf::error& why) {
            x->answer(refusal_for(why, true));
          });
}

} // namespace sluice
