// apply and delete: agreements are established and ended.
#include "actors/sluicectl/commands.hpp"
#include "actors/sluicectl/source_files.hpp"

#include <nlohmann/json.hpp>
#include <ostream>

namespace sluice::ctl {

namespace {

std::int64_t version_of(const nlohmann::json& agreement) {
  const nlohmann::json::json_pointer path{"/status/version"};
  return agreement.contains(path) && agreement[path].is_number_integer() ? agreement[path].get<std::int64_t>() : 0;
}

/// `created`, `changed` or `unchanged`.
std::string put(const document& x, server_link& server) {
  const auto path = agreement_path(x.name);
  const auto before = find(server, path);
  const auto after = ask(server, {"PUT", path, x.text, x.content_type});
  if (!before)
    return "created";
  return version_of(*before) == version_of(after) ? "unchanged" : "changed";
}

void erase(const std::string& name, server_link& server) {
  if (!ask_for(server, {"DELETE", agreement_path(name), {}, {}}))
    throw failure{exit_code::refused, "there is no agreement " + name};
}

void report(const console& io, const settings& where, std::string_view name, std::string_view what) {
  if (where.output == output_format::json)
    io.out << nlohmann::json{{"kind", "agreement"}, {"name", name}, {"result", what}}.dump() << '\n';
  else
    io.out << "agreement " << name << ' ' << what << '\n';
}

/// Does `step` for each; one that is refused is reported and the next is done.
template<class Items, class Step>
exit_code for_each(const Items& items, const console& io, Step step) {
  auto result = exit_code::done;
  for (const auto& item : items) {
    try {
      step(item);
    } catch (const failure& problem) {
      if (problem.code() != exit_code::refused)
        throw;
      io.err << "sluicectl: agreement " << item.name << " (" << item.place << "): " << problem.what() << '\n';
      result = exit_code::refused;
    }
  }
  return result;
}

} // namespace

exit_code run(const apply_command& x, server_link& server, const console& io) {
  const auto all = documents_of(x.sources);
  for (const auto& one : all)
    (void)agreement_path(one.name); // all names are right before the first is sent
  return for_each(all, io, [&](const document& one) {
    report(io, server.where(), one.name, put(one, server));
  });
}

exit_code run(const delete_command& x, server_link& server, const console& io) {
  if (x.sources.empty()) {
    erase(x.name, server);
    report(io, server.where(), x.name, "deleted");
    return exit_code::done;
  }
  const auto all = documents_of(x.sources);
  return for_each(all, io, [&](const document& one) {
    erase(one.name, server);
    report(io, server.where(), one.name, "deleted");
  });
}

} // namespace sluice::ctl
