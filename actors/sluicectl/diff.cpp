// diff: a file against what is in force, both as the server writes them: it is asked what would come of the file.
#include "actors/sluicectl/account.hpp"
#include "actors/sluicectl/colours.hpp"
#include "actors/sluicectl/difference.hpp"
#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/source_files.hpp"
#include "actors/sluicectl/structured.hpp"

#include <ostream>

namespace sluice::ctl {

namespace {

struct compared {
  std::string title;
  const document* of = nullptr;
  bool there = false; ///< something of this name is in force
  std::vector<field_change> changes;
};

/// Nothing here may end with 1, which says that there is a difference. 503 is no judgement of the file.
failure as_an_error(const failure& x, const std::string& title, const std::string& place) {
  const auto code = x.code() != exit_code::refused ? x.code()
                    : x.status() == 503            ? exit_code::unreachable
                                                   : exit_code::usage;
  return {code, title + " (" + place + "): " + x.what()};
}

/// What would be in force.
nlohmann::json would_be(const document& x, const diff_command& how, const std::string& path, server_link& server) {
  auto query = std::string{"?dry_run=true"};
  if (how.force && x.kind == resource_kind::agreement)
    query += "&force=true&who=" + query_value(user_name());
  return ask(server, {"PUT", path + query, x.text, x.content_type});
}

compared compare(const document& x, const diff_command& how, server_link& server) {
  const bool policy = x.kind == resource_kind::policy;
  compared out{std::string{singular(x.kind)} + (x.name.empty() ? "" : ' ' + x.name), &x, false, {}};
  try {
    const auto path = policy ? std::string{"/api/v1/policy"} : agreement_path(x.name);
    const auto before = find(server, path);
    const nlohmann::json::json_pointer version{"/status/version"};
    out.there = before && (!policy || before->value(version, 0) != 0);
    out.changes = differences(out.there ? *before : nlohmann::json::object(), would_be(x, how, path, server));
  } catch (const failure& problem) {
    throw as_an_error(problem, out.title, x.place);
  }
  return out;
}

std::string value_text(const nlohmann::json& x) {
  auto text = yaml_text(x);
  text.pop_back(); // the line feed: these are scalars
  return text;
}

void print(const compared& x, const console& io) {
  if (x.changes.empty())
    return;
  io.out << x.title << " (" << printable(x.of->place) << ')' << (x.there ? " differs:" : " is not in force:") << '\n';
  for (const auto& one : x.changes) {
    const auto path = printable(one.path) + ": ";
    if (one.before.is_null())
      io.out << painted(io, colour::green, "  + " + path + value_text(one.after)) << '\n';
    else if (one.after.is_null())
      io.out << painted(io, colour::red, "  - " + path + value_text(one.before)) << '\n';
    else
      io.out << "  ~ " << path << painted(io, colour::red, value_text(one.before)) << " -> "
             << painted(io, colour::green, value_text(one.after)) << '\n';
  }
}

nlohmann::json as_json(const compared& x) {
  auto changes = nlohmann::json::array();
  for (const auto& one : x.changes)
    changes.push_back({{"path", one.path}, {"before", one.before}, {"after", one.after}});
  return {{"kind", singular(x.of->kind)},
          {"name", x.of->name},
          {"place", x.of->place},
          {"result", x.changes.empty() ? "unchanged"
                     : x.there         ? "changed"
                                       : "created"},
          {"changes", std::move(changes)}};
}

} // namespace

exit_code run(const diff_command& x, server_link& server, const console& io) {
  const auto all = documents_of(x.sources);
  bool differs = false;
  auto items = nlohmann::json::array();
  const auto how = server.where().output;
  for (const auto& one : all) {
    const auto found = compare(one, x, server);
    differs = differs || !found.changes.empty();
    if (is_structured(how))
      items.push_back(as_json(found));
    else
      print(found, io);
  }
  if (is_structured(how))
    io.out << structured({{"items", items}}, how);
  return differs ? exit_code::refused : exit_code::done;
}

} // namespace sluice::ctl
