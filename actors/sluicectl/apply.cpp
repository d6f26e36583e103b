// apply, delete, suspend and resume: agreements and the policy are established, agreements ended or held up.
#include "actors/sluicectl/account.hpp"
#include "actors/sluicectl/commands.hpp"
#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/pages.hpp"
#include "actors/sluicectl/source_files.hpp"
#include "actors/sluicectl/structured.hpp"

#include <nlohmann/json.hpp>
#include <ostream>

namespace sluice::ctl {

namespace {

std::int64_t version_of(const nlohmann::json& agreement) {
  const nlohmann::json::json_pointer path{"/status/version"};
  return agreement.contains(path) && agreement[path].is_number_integer() ? agreement[path].get<std::int64_t>() : 0;
}

/// What happened to a document, and what admission said about it.
struct result {
  std::string what; ///< `created`, `changed` or `unchanged`; with --dry-run `would be` before it
  std::vector<std::string> remarks;
};

std::string query_of(const apply_command& x, bool policy) {
  std::string query;
  const auto add = [&](const char* name, const std::string& value) {
    query += (query.empty() ? "?" : "&") + std::string{name} + '=' + query_value(value);
  };
  if (x.dry_run)
    add("dry_run", "true");
  if (x.force && !policy)
    add("force", "true");
  if (policy || x.force)
    add("who", x.who.empty() ? user_name() : x.who);
  if (policy && !x.why.empty())
    add("why", x.why);
  return query;
}

/// A sentence for each finding, after `warning: ` or `note: `.
std::vector<std::string> remarks_in(const nlohmann::json& answer) {
  const nlohmann::json::json_pointer path{"/status/admission/findings"};
  std::vector<std::string> remarks;
  if (!answer.contains(path) || !answer[path].is_array())
    return remarks;
  for (const auto& one : answer[path]) {
    const auto kind = shown(one.value("kind", nlohmann::json{}), form::text);
    const bool note = kind == "unknown-capacity" || kind == "unknown-place";
    remarks.push_back((note ? "note: " : "warning: ") + shown(one.value("sentence", nlohmann::json{}), form::text));
  }
  return remarks;
}

result put_agreement(const document& x, const apply_command& how, server_link& server) {
  const auto path = agreement_path(x.name);
  const auto before = find(server, path);
  const auto after = ask(server, {"PUT", path + query_of(how, false), x.text, x.content_type});
  const auto changes = !before ? "created" : version_of(*before) == version_of(after) ? "unchanged" : "changed";
  return {how.dry_run ? "would be " + std::string{changes} : changes, remarks_in(after)};
}

result put_policy(const document& x, const apply_command& how, server_link& server) {
  const std::string path = "/api/v1/policy";
  const auto before = version_of(fetch(server, path));
  const auto after = ask(server, {"PUT", path + query_of(how, true), x.text, x.content_type});
  if (how.dry_run) {
    const nlohmann::json::json_pointer changes{"/status/changes"};
    const bool other = after.contains(changes) && after[changes] == true;
    return {!other ? "would be unchanged" : before == 0 ? "would be created" : "would be changed", {}};
  }
  return {version_of(after) == before ? "unchanged" : before == 0 ? "created" : "changed", {}};
}

void erase(const std::string& name, server_link& server) {
  if (!ask_for(server, {"DELETE", agreement_path(name), {}, {}}))
    throw failure{exit_code::refused, "there is no agreement " + name};
}

/// "agreement oltp-gold", or "policy", which has no name.
std::string title(resource_kind kind, const std::string& name) {
  return std::string{singular(kind)} + (name.empty() ? "" : ' ' + name);
}

void report(const console& io, const settings& where, resource_kind kind, const std::string& name,
            std::string_view what) {
  if (is_structured(where.output))
    io.out << structured_record({{"kind", singular(kind)}, {"name", name}, {"result", what}}, where.output);
  else
    io.out << title(kind, name) << ' ' << what << '\n';
}

/// So many documents take a while: how far they are is told. Chosen.
constexpr std::size_t long_work = 10;

/// Does `step` for each; one that is refused is reported and the next is done.
template<class Items, class Step>
exit_code for_each(const Items& items, const console& io, Step step) {
  auto result = exit_code::done;
  std::size_t number = 0;
  for (const auto& item : items) {
    if (items.size() >= long_work)
      show_progress(io, std::to_string(++number) + " of " + std::to_string(items.size()));
    try {
      step(item);
    } catch (const failure& problem) {
      end_progress(io);
      if (problem.code() != exit_code::refused)
        throw;
      io.err << "sluicectl: " << title(item.kind, item.name) << " (" << item.place << "): " << problem.what() << '\n';
      result = exit_code::refused;
    }
    end_progress(io);
  }
  return result;
}

} // namespace

exit_code run(const apply_command& x, server_link& server, const console& io) {
  const auto all = documents_of(x.sources);
  for (const auto& one : all)
    if (one.kind == resource_kind::agreement)
      (void)agreement_path(one.name); // all names are right before the first is sent
  return for_each(all, io, [&](const document& one) {
    const auto done = one.kind == resource_kind::policy ? put_policy(one, x, server) : put_agreement(one, x, server);
    report(io, server.where(), one.kind, one.name, done.what);
    for (const auto& remark : done.remarks)
      io.err << "sluicectl: " << title(one.kind, one.name) << ": " << remark << '\n';
  });
}

exit_code run(const delete_command& x, server_link& server, const console& io) {
  if (x.sources.empty()) {
    erase(x.name, server);
    report(io, server.where(), resource_kind::agreement, x.name, "deleted");
    return exit_code::done;
  }
  const auto all = documents_of(x.sources);
  return for_each(all, io, [&](const document& one) {
    if (one.kind == resource_kind::policy)
      throw failure{exit_code::refused, "a policy cannot be deleted; apply one with an empty spec"};
    erase(one.name, server);
    report(io, server.where(), one.kind, one.name, "deleted");
  });
}

exit_code run(const suspension_command& x, server_link& server, const console& io) {
  const auto path = agreement_path(x.agreement);
  const auto before = version_of(fetch(server, path));
  apply_command how;
  how.dry_run = x.dry_run;
  how.force = x.force;
  how.who = x.who;
  const auto after = ask(server, {"POST", path + (x.suspends ? "/suspend" : "/resume") + query_of(how, false), {}, {}});
  const std::string what = x.suspends ? "suspended" : "in force";
  const bool same = x.dry_run ? version_of(after) != 0 : version_of(after) == before;
  report(io, server.where(), resource_kind::agreement, x.agreement,
         same ? "is " + what + " already" : (x.dry_run ? "would be " : "is ") + what);
  for (const auto& remark : remarks_in(after))
    io.err << "sluicectl: " << title(resource_kind::agreement, x.agreement) << ": " << remark << '\n';
  return exit_code::done;
}

} // namespace sluice::ctl
