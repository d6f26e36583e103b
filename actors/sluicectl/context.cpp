// context list, use, show, set and delete: changes the contexts file, contacts nobody.
#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/local_commands.hpp"
#include "actors/sluicectl/pages.hpp"
#include "actors/sluicectl/structured.hpp"
#include "actors/sluicectl/views.hpp"

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>

namespace sluice::ctl {

namespace {

constexpr std::array context_columns{
    field{"CURRENT", "/mark"},          field{"CONTEXT", "/name"},    field{"SERVER", "/server"},
    field{"TOKEN FILE", "/token_file"}, field{"CA FILE", "/ca_file"},
};

nlohmann::json entry(const std::string& name, const context& x, bool current) {
  nlohmann::json out{{"name", name}, {"server", x.server}, {"current", current}};
  out["token_file"] = x.token_file ? nlohmann::json(*x.token_file) : nlohmann::json(nullptr);
  out["ca_file"] = x.ca_file ? nlohmann::json(*x.ca_file) : nlohmann::json(nullptr);
  return out;
}

exit_code list(const context_book& book, output_format how, const console& io) {
  auto items = nlohmann::json::array();
  for (const auto& [name, one] : book.contexts)
    items.push_back(entry(name, one, name == book.current));
  if (is_structured(how)) {
    io.out << structured({{"items", items}}, how);
    return exit_code::done;
  }
  for (auto& item : items)
    item["mark"] = item["current"] == true ? "*" : "";
  io.out << (items.empty() ? std::string{"no contexts; sluicectl context set NAME --server URL makes one\n"}
                           : fields_table(context_columns, items));
  return exit_code::done;
}

/// What a command would use now, whatever it comes from; the token itself is not told.
exit_code show_in_force(const command_line& line, const surroundings& from, const console& io) {
  const auto found = make_settings(line, from);
  nlohmann::json said{{"server", found.server}, {"token_file", nullptr}, {"ca_file", nullptr}};
  if (!found.token.empty())
    said["token_file"] = found.token_source;
  if (!found.ca_file.empty())
    said["ca_file"] = found.ca_file;
  if (is_structured(found.output))
    io.out << structured(said, found.output);
  else
    io.out << "server      " << printable(found.server) << "\ntoken file  "
           << (found.token.empty() ? "-" : printable(found.token_source)) << "\nca file     "
           << (found.ca_file.empty() ? "-" : printable(found.ca_file)) << '\n';
  for (const auto& warning : found.warnings)
    io.err << "sluicectl: warning: " << warning << '\n';
  return exit_code::done;
}

std::string absolute(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

/// The file is written beside and renamed; where it is a link, what it leads to.
void store(const context_book& book, const std::string& path) {
  std::error_code problem;
  const std::filesystem::path name{path};
  if (!std::filesystem::exists(name.parent_path())) {
    std::filesystem::create_directories(name.parent_path(), problem);
    std::filesystem::permissions(name.parent_path(), std::filesystem::perms::owner_all, problem);
  }
  auto target = std::filesystem::weakly_canonical(name, problem);
  pending_file file{problem ? name : target};
  file.write(write_contexts(book));
  file.close();
  file.keep();
}

/// Changes the book as the command says; what happened.
std::string change(const context_command& x, const command_line& line, context_book& book, const std::string& path) {
  using verb = context_command::verb;
  if (x.what == verb::set) {
    const bool is_new = !book.contexts.contains(x.name);
    if (is_new && !line.server)
      throw failure{exit_code::usage, "a new context needs a server: context set " + x.name + " --server URL"};
    auto& one = book.contexts[x.name];
    if (line.server)
      one.server = checked_address(*line.server);
    if (line.token_file)
      one.token_file = absolute(*line.token_file);
    if (line.ca_file)
      one.ca_file = absolute(*line.ca_file);
    if (book.contexts.size() == 1)
      book.current = x.name;
    if (book.contexts.size() > max_contexts)
      throw failure{exit_code::usage, path + ": holds " + std::to_string(max_contexts) + " contexts already"};
    return is_new ? " made" : " changed";
  }
  (void)context_called(x.name, book, path);
  if (x.what == verb::use) {
    book.current = x.name;
    return " is the current one";
  }
  book.contexts.erase(x.name);
  if (book.current == x.name)
    book.current.clear();
  return " forgotten";
}

} // namespace

exit_code run(const context_command& x, const command_line& line, const surroundings& from, const console& io) {
  using verb = context_command::verb;
  auto book = contexts_of(from);
  const auto how = line.output.value_or(output_format::table);
  if (x.what == verb::list)
    return list(book, how, io);
  if (x.what == verb::show && x.name.empty())
    return show_in_force(line, from, io);
  const auto path = contexts_path(from);
  if (!path)
    throw failure{exit_code::usage, "there is no place for contexts: neither XDG_CONFIG_HOME nor HOME is set"};
  if (x.what == verb::show) {
    auto one = entry(x.name, context_called(x.name, book, *path), x.name == book.current);
    one["mark"] = x.name == book.current ? "*" : "";
    if (is_structured(how)) {
      one.erase("mark");
      io.out << structured(one, how);
    } else {
      io.out << fields_table(context_columns, nlohmann::json::array({one}));
    }
    return exit_code::done;
  }
  const auto done = change(x, line, book, *path);
  store(book, *path);
  io.out << "context " << x.name << done << '\n';
  return exit_code::done;
}

} // namespace sluice::ctl
