// Writes manual pages.
#include "actors/sluicectl/manual.hpp"

#include "actors/sluicectl/failure.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace sluice::ctl {

namespace {

/// Text that is no command of the language, with hyphens that can be copied.
std::string plain(std::string_view text) {
  std::string out;
  if (!text.empty() && (text.front() == '.' || text.front() == '\''))
    out = "\\&";
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '\n')
      out += ' ';
    else
      out += c;
  }
  return out;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

/// A sentence: descriptions begin small and end without a full stop.
std::string sentence(std::string text) {
  if (text.empty())
    return text;
  text.front() = upper(text.substr(0, 1)).front();
  if (text.back() != '.')
    text += '.';
  return text;
}

std::string bold(const std::string& text) {
  return "\\fB" + plain(text) + "\\fR";
}

std::string italic(const std::string& text) {
  return "\\fI" + plain(text) + "\\fR";
}

std::string begin(const std::string& name, const std::string& brief) {
  return ".TH " + upper(plain(name)) + " 1 \"\" \"Sluice " SLUICE_VERSION "\" \"User Commands\"\n.SH NAME\n"
         + plain(name) + " \\- " + plain(brief) + '\n';
}

/// `sluicectl get [options] KIND [NAME]`
std::string synopsis(const std::string& words, const described_command& x) {
  auto text = ".B " + plain(words) + "\n[\\fIoptions\\fR]";
  if (!x.commands.empty())
    text += " \\fIcommand\\fR";
  for (const auto& one : x.options)
    if (!one.positional.empty()) {
      const auto name = italic(one.positional) + (one.repeats ? " ..." : "");
      text += one.required ? ' ' + name : " [" + name + ']';
    }
  return text + '\n';
}

std::string option_lines(const described_option& x) {
  std::string head;
  for (const auto& flag : x.flags)
    head += (head.empty() ? "" : ", ") + bold(flag);
  if (head.empty())
    head = italic(x.positional);
  else if (!x.value.empty())
    head += ' ' + italic(x.value);
  std::string choices;
  for (const auto& one : x.choices)
    choices += (choices.empty() ? " One of " : ", ") + bold(one);
  return ".TP\n" + head + '\n' + plain(sentence(x.text)) + (choices.empty() ? "" : choices + '.')
         + (x.preset.empty() ? "" : " Default: " + plain(x.preset) + '.') + (x.required ? " Required." : "") + '\n';
}

std::string options(const described_command& x) {
  std::string text;
  for (const auto& one : x.options)
    text += option_lines(one);
  return text;
}

std::string exit_status() {
  std::string text = ".SH EXIT STATUS\n";
  for (const auto& x : exit_codes)
    text += ".TP\n.B " + std::to_string(static_cast<int>(x.code)) + '\n' + plain(x.meaning) + '\n';
  return text;
}

struct entry {
  std::string_view name;
  std::string_view text;
};

constexpr std::array<entry, 7> environment{{
    {"SLUICE_SERVER", "The server's address, as --server."},
    {"SLUICE_CONTEXT", "The name of a context, as --context."},
    {"SLUICE_TOKEN_FILE", "The file with the token, as --token-file. There is no variable for the token itself."},
    {"SLUICE_CA_FILE", "Who vouches for an https server, as --ca-file."},
    {"XDG_CONFIG_HOME", "Where the contexts file is; ~/.config without it."},
    {"NO_COLOR", "If it is set there are no colours. Without it there are some on a terminal."},
    {"TERM", "If it is dumb there are no colours."},
}};
constexpr std::array<entry, 3> files{{
    {"~/.config/sluice/config.yaml", "The contexts: servers under names, each with its token file and authority."},
    {"var/run/token", "The token of a server that deploy/up started, for this machine's server alone."},
    {"/var/lib/sluice/token", "That of an installed server, likewise."},
}};
constexpr std::string_view precedence = "Each setting comes from the first that has it: its option, the context of "
                                        "--context, its environment variable, the "
                                        "context of SLUICE_CONTEXT, the file of --config-file, the current context, "
                                        "the default. Token file and authority of "
                                        "a context are used for that context's server alone.";

template<class Entries>
std::string entries(const char* heading, const Entries& all) {
  std::string text = std::string{".SH "} + heading + '\n';
  for (const auto& x : all)
    text += ".TP\n" + bold(std::string{x.name}) + '\n' + plain(x.text) + '\n';
  return text;
}

/// The commands below a command, each with what belongs to it.
std::string subcommands(const std::string& words, const described_command& x) {
  std::string text;
  for (const auto& one : x.commands)
    text += ".SS " + plain(words + ' ' + one.name) + '\n' + plain(sentence(one.text)) + "\n.PP\n"
            + synopsis(words + ' ' + one.name, one) + options(one) + subcommands(words + ' ' + one.name, one);
  return text;
}

} // namespace

std::string program_page(const described_command& program) {
  auto text = begin(program.name, "establish storage agreements and show how they are kept");
  text += ".SH SYNOPSIS\n" + synopsis(program.name, program);
  text += ".SH DESCRIPTION\n" + plain(sentence(program.text))
          + " It asks the HTTP interface of an application server of Sluice, and nothing else.\n.PP\n"
          + plain(precedence) + "\n.SH COMMANDS\n";
  for (const auto& one : program.commands)
    text += ".TP\n" + bold(one.name) + '\n' + plain(sentence(one.text)) + '\n';
  text += ".SH OPTIONS\nThese may stand before and behind every command.\n" + options(program);
  text += entries("ENVIRONMENT", environment) + entries("FILES", files) + exit_status();
  text += ".SH SEE ALSO\n";
  for (const auto& one : program.commands)
    text += ".BR " + plain(program.name + '-' + one.name) + " (1)" + (&one == &program.commands.back() ? "\n" : ",\n");
  return text;
}

std::string command_page(const described_command& program, const described_command& command) {
  const auto words = program.name + ' ' + command.name;
  auto text = begin(program.name + '-' + command.name, command.text);
  text += ".SH SYNOPSIS\n" + synopsis(words, command);
  text += ".SH DESCRIPTION\n" + plain(sentence(command.text)) + '\n';
  if (!command.commands.empty())
    text += ".SH COMMANDS\n" + subcommands(words, command);
  text += ".SH OPTIONS\n" + options(command);
  text += ".PP\nThose of \\fB" + plain(program.name) + "\\fR(1) may stand here, too.\n" + exit_status();
  return text + ".SH SEE ALSO\n.BR " + plain(program.name) + " (1)\n";
}

} // namespace sluice::ctl
