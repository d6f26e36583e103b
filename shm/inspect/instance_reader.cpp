// Names of files to mailboxes, role numbers to names.
#include "shm/inspect/instance_reader.hpp"

#include "shm/inspect/mailbox_reader.hpp"
#include "shm/inspect/names.hpp"
#include "shm/inspect/roster_reader.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <string_view>
#include <system_error>

namespace sluice::shm::inspect {

namespace {

constexpr std::string_view file_prefix = "sluice.";
constexpr std::string_view roster_suffix = "roster.lives";

/// Calls `take` with instance and role (or "roster.lives") of each of our files. @returns why the directory cannot be
/// read
std::error_code each_file(const std::filesystem::path& directory,
                          const std::function<void(std::string_view, std::string_view)>& take) {
  std::error_code problem;
  std::filesystem::directory_iterator at{directory, problem};
  std::size_t seen = 0;
  for (const std::filesystem::directory_iterator end; !problem && at != end && seen < max_names;
       at.increment(problem), ++seen) {
    const auto file = at->path().filename().string();
    std::string_view name = file;
    if (!name.starts_with(file_prefix))
      continue;
    name.remove_prefix(file_prefix.size());
    const auto dot = name.find('.');
    if (dot == std::string_view::npos || !valid_name(name.substr(0, dot)))
      continue;
    const auto rest = name.substr(dot + 1);
    if (rest == roster_suffix || valid_name(rest)) // neither is a segment that is still being made (`.new`)
      take(name.substr(0, dot), rest);
  }
  return problem;
}

failure unreadable(const std::filesystem::path& directory, const std::error_code& problem) {
  return {problem == std::errc::no_such_file_or_directory ? failure_kind::absent : failure_kind::system,
          "cannot read " + directory.string() + ": " + problem.message()};
}

void read_roster(const place& where, outcome<roster_reader>& roster, snapshot& into) {
  if (!roster) {
    into.roster_problem =
        roster.why().kind == failure_kind::absent ? where.roster().string() + " does not exist" : roster.why().sentence;
    return;
  }
  for (std::uint32_t role = 1; role <= max_roles; ++role)
    if (const auto life = roster->life_of(role); life != 0)
      into.roles.push_back({role, {}, life, roster->state_of(participant::of(role, life))});
}

void name_roles(snapshot& x) {
  const role_names names{x.mailboxes};
  for (auto& role : x.roles)
    role.name = names.of(role.number);
  for (auto& mailbox : x.mailboxes)
    for (auto& lane : mailbox.lanes)
      lane.sender_name = names.of(lane.sender);
}

} // namespace

outcome<std::vector<std::string>> instances_in(const std::filesystem::path& directory) {
  std::set<std::string> found;
  const auto problem = each_file(directory, [&](std::string_view instance, std::string_view) {
    found.emplace(instance);
  });
  if (problem)
    return unreadable(directory, problem);
  return std::vector<std::string>{found.begin(), found.end()};
}

outcome<snapshot> look_at(const place& where, const moment& when) {
  if (!valid_name(where.instance))
    return failure{failure_kind::invalid,
                   "'" + where.instance + "' is no name of an instance: 1 to 32 characters of a-z, 0-9, '-'"};
  bool any = false;
  std::set<std::string> receivers;
  const auto problem = each_file(where.directory, [&](std::string_view instance, std::string_view role) {
    if (instance != where.instance)
      return;
    any = true;
    if (role != roster_suffix && receivers.size() < max_mailboxes)
      receivers.emplace(role);
  });
  if (problem)
    return unreadable(where.directory, problem);
  if (!any)
    return failure{failure_kind::absent,
                   "there is no instance '" + where.instance + "' in " + where.directory.string()};
  snapshot found;
  found.directory = where.directory;
  found.instance = where.instance;
  found.when = when;
  auto roster = roster_reader::open(where);
  read_roster(where, roster, found);
  for (const auto& name : receivers)
    found.mailboxes.push_back(read_mailbox(where.segment(name), name, roster ? &*roster : nullptr, when.coarse_ms));
  std::erase_if(found.mailboxes, [](const mailbox_found& x) { // gone since its name was read: its process has left
    return !x.problem.empty() && !x.version && !std::filesystem::exists(std::filesystem::symlink_status(x.file));
  });
  std::stable_sort(found.mailboxes.begin(), found.mailboxes.end(), [](const mailbox_found& a, const mailbox_found& b) {
    return a.role < b.role;
  });
  name_roles(found);
  return found;
}

} // namespace sluice::shm::inspect
