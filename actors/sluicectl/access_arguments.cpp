// Words of `token`, `context`, `completion` and `man`.
#include "actors/sluicectl/access_arguments.hpp"

#include "actors/domain/stream.hpp"

#include <algorithm>

namespace sluice::ctl {

namespace {

std::string context_name(const std::string& text) {
  return valid_name(text) ? std::string{} : "no context can be called " + text;
}

void add_token(CLI::App& app, access_words& w, command_line& line) {
  auto& x = w.token;
  auto* token = app.add_subcommand("token", "who may come in: tokens made, listed, taken back; an admin's business");
  token->require_subcommand(0, 1);
  auto* list = token->add_subcommand("list", "all tokens, without what is secret of them");
  auto* create = token->add_subcommand("create", "make one; it is shown this once, alone, on standard output");
  create->add_option("--role", x.role, "what it may do")
      ->required()
      ->check(CLI::IsMember({"viewer", "customer", "operator", "admin"}))
      ->type_name("ROLE");
  create->add_option("--label", x.label, "what it is for, or whose it is")->required()->type_name("TEXT");
  create->add_option("--tenant", x.tenant, "of a customer: its tenant")->type_name("TENANT");
  create->add_option("--for", x.length, "how long it is good, such as 90d; without it until it is revoked")
      ->type_name("LENGTH");
  create->add_option("--file", x.file, "write it there, readable by its owner alone; the file must not exist")
      ->type_name("FILE");
  auto* revoke = token->add_subcommand("revoke", "from now on they open nothing");
  revoke->add_option("TOKEN", x.ids, "its id, of token list; can be repeated")->required()->type_name("");
  token->callback([&w, &line, list, create, revoke] {
    if (!list->parsed() && !create->parsed() && !revoke->parsed())
      throw CLI::ValidationError("token", "say token create, list or revoke");
    if (create->parsed() && (w.token.role == "customer") != !w.token.tenant.empty())
      throw CLI::ValidationError("token", "a customer has a --tenant, and nobody else has");
    using verb = token_command::verb;
    w.token.what = create->parsed() ? verb::create : revoke->parsed() ? verb::revoke : verb::list;
    line.what = w.token;
  });
}

void add_context(CLI::App& app, access_words& w, command_line& line) {
  auto& x = w.context;
  auto* context = app.add_subcommand("context", "servers under names, each with its token file");
  context->require_subcommand(0, 1);
  using verb = context_command::verb;
  const auto add = [&](const char* name, const char* what, verb which, bool named) {
    auto* one = context->add_subcommand(name, what);
    if (which != verb::list)
      one->add_option("CONTEXT", x.name, "its name")->required(named)->check(context_name)->type_name("");
    one->callback([&w, which] {
      w.context.what = which;
    });
    return one;
  };
  const std::vector<const CLI::App*> all{
      add("list", "all, the current one with a star", verb::list, false),
      add("use", "make it the current one", verb::use, true),
      add("show", "where its server, token and authority are; without a name what is in force now", verb::show, false),
      add("set", "make or change one: --server, --token-file, --ca-file", verb::set, true),
      add("delete", "forget it; its files stay", verb::remove, true)};
  context->final_callback([&w, &line, all] {
    if (std::none_of(all.begin(), all.end(), [](const CLI::App* one) {
          return one->parsed();
        }))
      throw CLI::ValidationError("context", "say context list, use, show, set or delete");
    line.local = w.context;
  });
}

} // namespace

void add_access_commands(CLI::App& app, access_words& w, command_line& line) {
  add_token(app, w, line);
  add_context(app, w, line);

  auto* completion = app.add_subcommand("completion", "a script that completes words in your shell");
  completion->add_option("SHELL", w.shell, "bash or zsh")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh"}))
      ->type_name("");
  completion->callback([&w, &line] {
    line.local = completion_command{w.shell == "zsh"};
  });

  auto* manual = app.add_subcommand("man", "the manual page of the program or of a command, for man -l -");
  manual->add_option("COMMAND", w.manual.command, "which; without it the program's")->type_name("");
  manual->add_option("--directory", w.manual.directory, "write all pages there instead")->type_name("DIR");
  manual->callback([&w, &line] {
    line.local = w.manual;
  });

  auto* complete = app.add_subcommand("__complete", "what the scripts of completion ask")->group("");
  complete->add_option("LINE", w.complete.line, "what was typed, up to the cursor")->required()->type_name("");
  complete->callback([&w, &line] {
    line.local = w.complete;
  });
}

} // namespace sluice::ctl
