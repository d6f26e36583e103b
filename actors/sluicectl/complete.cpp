// completion and __complete: the scripts for the shells, and what they ask. All knowledge is in the program, so that a
// script that lies somewhere never grows old.
#include "actors/sluicectl/completion.hpp"
#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/local_commands.hpp"
#include "actors/sluicectl/views.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <set>

namespace sluice::ctl {

namespace {

constexpr std::string_view bash_script = R"bash(# bash completion for sluicectl: source <(sluicectl completion bash)
_sluicectl() {
  local line=${COMP_LINE:0:COMP_POINT} last=${COMP_WORDS[COMP_CWORD]} stem word
  local -a answer
  COMPREPLY=()
  mapfile -t answer < <("${COMP_WORDS[0]/#\~/$HOME}" __complete -- "$line" 2>/dev/null)
  [[ $last == [=:] ]] && last=
  if [[ ${answer[0]-} == files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$last")
    return
  fi
  # bash takes a word apart at = and :, and replaces what stands behind the last of them.
  stem=${line##*[[:space:]]}
  stem=${stem%"$last"}
  for word in "${answer[@]:1}"; do COMPREPLY+=("${word#"$stem"}"); done
}
complete -F _sluicectl sluicectl
)bash";

constexpr std::string_view zsh_script = R"zsh(#compdef sluicectl
# zsh completion for sluicectl: source <(sluicectl completion zsh), or as _sluicectl in a directory of $fpath
_sluicectl() {
  local -a answer
  answer=("${(@f)$(${~words[1]} __complete -- "${(j: :)words[1,CURRENT-1]} $PREFIX" 2>/dev/null)}")
  if [[ ${answer[1]-} == files ]]; then
    compset -P '*='
    _files
  elif (( ${#answer} > 1 )); then
    compadd -- "${(@)answer[2,-1]}"
  fi
}
if [[ ${funcstack[1]-} == _sluicectl ]]; then
  _sluicectl "$@"
elif (( ${+functions[compdef]} )); then
  compdef _sluicectl sluicectl
fi
)zsh";

/// Somebody waits at the keyboard.
constexpr patience at_the_keyboard{std::chrono::milliseconds{500}, std::chrono::milliseconds{1500}, 0};

struct listed {
  std::string path;
  std::string_view name; ///< JSON pointer
};

listed list_of(const completion& x) {
  switch (x.names) {
  case name_source::agreement:
    return {"/api/v1/agreements", "/metadata/name"};
  case name_source::tenant:
    return {"/api/v1/agreements", "/metadata/tenant"};
  case name_source::stream: // of 10,000 only those that may fit
    return {"/api/v1/streams" + (x.typed.empty() ? "" : "?text=" + query_value(x.typed)), "/stream"};
  case name_source::gateway:
    return {"/api/v1/gateways", "/gateway"};
  case name_source::backend:
    return {"/api/v1/backends", "/backend"};
  case name_source::token:
    return {"/api/v1/tokens", "/id"};
  case name_source::exclusion:
    return {"/api/v1/exclusions", "/id"};
  default:
    return {};
  }
}

/// All that there are, page by page.
std::set<std::string> names_of(const completion& x, const command_line& line, const surroundings& from) {
  std::set<std::string> names;
  if (x.names == name_source::context) {
    for (const auto& [name, ignored] : contexts_of(from).contexts)
      names.insert(name);
    return names;
  }
  const auto list = list_of(x);
  if (list.path.empty())
    return names;
  http_server_link server{make_settings(line, from), at_the_keyboard};
  for (const auto& item : fetch_items(server, list.path))
    names.insert(field_text(item, {"", list.name}));
  return names;
}

/// Names hold nothing that a shell would take for something else; what does is no name of ours.
bool is_harmless(const std::string& name) {
  return !name.empty()
         && name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:@/-")
                == std::string::npos;
}

/// The options that say where the server is, out of a line that is not whole yet.
command_line place_in(const std::vector<std::string>& words) {
  command_line line;
  const auto take = [&](std::string_view flag, std::optional<std::string>& to) {
    for (std::size_t i = 1; i + 1 < words.size(); ++i) {
      if (words[i] == flag && i + 2 < words.size())
        to = words[i + 1];
      else if (words[i].starts_with(flag) && words[i].size() > flag.size() + 1 && words[i][flag.size()] == '=')
        to = words[i].substr(flag.size() + 1);
    }
  };
  take("--server", line.server);
  take("--token-file", line.token_file);
  take("--ca-file", line.ca_file);
  take("--config-file", line.config_file);
  take("--context", line.context);
  return line;
}

} // namespace

exit_code run(const completion_command& x, const command_line&, const surroundings&, const console& io) {
  io.out << (x.zsh ? zsh_script : bash_script);
  return exit_code::done;
}

exit_code run(const complete_command& x, const command_line&, const surroundings& from, const console& io) {
  const auto words = split_line(x.line);
  const auto found = complete(describe_program(), words);
  io.out << (found.files ? "files" : "words") << '\n';
  for (const auto& word : found.words)
    io.out << word << '\n';
  try {
    for (const auto& name : names_of(found, place_in(words), from))
      if (name.starts_with(found.typed) && is_harmless(name))
        io.out << found.prefix << name << '\n';
  } catch (const failure&) { // no server, no token, no right: no names, and nobody's prompt is disturbed
  }
  return exit_code::done;
}

} // namespace sluice::ctl
