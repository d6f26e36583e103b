// Turns arguments into a command; with the other *_arguments and description the only ones that know CLI11.
#include "actors/sluicectl/command_line.hpp"

#include "actors/domain/quantity.hpp"
#include "actors/domain/stream.hpp"
#include "actors/sluicectl/access_arguments.hpp"
#include "actors/sluicectl/file_arguments.hpp"
#include "actors/sluicectl/past_arguments.hpp"
#include "actors/terminal/arguments.hpp"

#include <CLI/CLI.hpp>

namespace sluice::ctl {

namespace {

std::string stream_name(const std::string& text) {
  return parse_stream_id(text) ? std::string{} : "expected GATEWAY/VOLUME/CLIENT, got " + text;
}

std::string kind_name(const std::string& text) {
  return parse_resource_kind(text) ? std::string{} : "there is no kind " + text + "; there are " + all_resource_kinds();
}

std::string span_text(const std::string& text) {
  return parse_span(text) ? std::string{} : "expected a length of time such as 500ms, 30s or 10m, got " + text;
}

/// What the application server remembers of a stream (GET /api/v1/streams/G/V/C?seconds=).
constexpr std::int64_t longest_traffic_s = 600;

/// The words of all subcommands, as CLI11 fills them.
struct words {
  command_line line;
  std::string server, token_file, config_file, context, ca_file, output;
  apply_command apply;
  diff_command diff;
  delete_command erase;
  suspension_command suspend{};
  suspension_command resume{{}, false};
  std::string erase_kind;
  std::string get_kind;
  get_command get;
  std::string describe_kind;
  describe_command describe;
  explain_command explain;
  std::vector<std::string> explained;
  top_command top;
  std::string interval = "1s";
  limit_command limit;
  std::uint64_t iops = 0;
  file_words files;
  past_words past;
  access_words access;
  watch_command watch;
  events_command events;
  wait_command wait;
  traffic_command traffic;
  std::string traffic_length = "10m";
  std::string timeout = "30s";
};

void add_agreement_commands(CLI::App& app, words& w) {
  auto* apply = app.add_subcommand("apply", "create or replace what a file says");
  apply->add_option("-f,--file", w.apply.sources, "a file, a directory of .yaml, .yml and .json files, or -")
      ->required()
      ->type_name("FILE|DIR|-");
  apply->add_flag("--dry-run", w.apply.dry_run, "say what would happen and whether it can be promised; change nothing");
  apply->add_flag("--force", w.apply.force, "establish agreements also where admission refuses them");
  apply->add_option("--why", w.apply.why, "why a policy is changed, kept with it");
  apply->add_option("--who", w.apply.who, "who changes it; without it the name of the user");
  apply->callback([&w] {
    w.line.what = w.apply;
  });

  auto* diff = app.add_subcommand("diff", "how a file differs from what is in force; exit code 1 if it does");
  diff->add_option("-f,--file", w.diff.sources, "a file, a directory of .yaml, .yml and .json files, or -")
      ->required()
      ->type_name("FILE|DIR|-");
  diff->add_flag("--force", w.diff.force, "compare also agreements that admission refuses; for admins");
  diff->callback([&w] {
    w.line.what = w.diff;
  });

  auto* erase = app.add_subcommand("delete", "end agreements");
  erase->add_option("KIND", w.erase_kind, "agreement")->type_name("");
  erase->add_option("NAME", w.erase.name, "its name")->type_name("");
  erase->add_option("-f,--file", w.erase.sources, "what a file names")->type_name("FILE|DIR|-");
  erase->callback([&w] {
    const bool by_name = !w.erase_kind.empty();
    if (by_name != w.erase.sources.empty())
      throw CLI::ValidationError("delete", "say either agreement NAME or -f FILE");
    if (by_name && (parse_resource_kind(w.erase_kind) != resource_kind::agreement || w.erase.name.empty()))
      throw CLI::ValidationError("delete", "only an agreement can be deleted: delete agreement NAME");
    w.line.what = w.erase;
  });
}

void add_suspension_commands(CLI::App& app, words& w) {
  const auto add = [&](const char* name, const char* what, suspension_command& to) {
    auto* command = app.add_subcommand(name, what);
    command->add_option("AGREEMENT", to.agreement, "its name")->required()->type_name("");
    command->add_flag("--dry-run", to.dry_run, "say what would happen; change nothing");
    command->callback([&w, &to] {
      w.line.what = to;
    });
    return command;
  };
  add("suspend", "keep an agreement, but reserve, enforce and judge nothing until it is resumed", w.suspend);
  auto* resume = add("resume", "put a suspended agreement in force again, if it can still be promised", w.resume);
  resume->add_flag("--force", w.resume.force, "also where admission refuses it");
  resume->add_option("--who", w.resume.who, "who forces it; without it the name of the user");
}

explain_command explained_by(const std::vector<std::string>& words) {
  if (words.size() == 1) {
    if (const auto wrong = stream_name(words[0]); !wrong.empty())
      throw CLI::ValidationError("explain", wrong + "; or say agreement NAME or backend NAME");
    return {resource_kind::stream, words[0]};
  }
  const auto kind = parse_resource_kind(words[0]);
  if (kind == resource_kind::stream && stream_name(words[1]).empty())
    return {*kind, words[1]};
  if ((kind != resource_kind::agreement && kind != resource_kind::backend) || !valid_name(words[1]))
    throw CLI::ValidationError("explain", "expected GATEWAY/VOLUME/CLIENT, agreement NAME or backend NAME");
  return {*kind, words[1]};
}

void add_reading_commands(CLI::App& app, words& w) {
  auto* get = app.add_subcommand("get", "a table of " + all_resource_kinds());
  get->add_option("KIND", w.get_kind, all_resource_kinds())->required()->check(kind_name)->type_name("");
  get->add_option("NAME", w.get.name, "only this one")->type_name("");
  get->add_option("--last", w.get.last, "events: at most so many, the newest")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  auto& choice = w.get.streams;
  const std::vector<const CLI::Option*> of_streams{
      get->add_option("--agreement", choice.agreement, "streams: only those that it governs")->type_name("AGREEMENT"),
      get->add_option("--backend", choice.backend, "streams: only those on it")->type_name("BACKEND"),
      get->add_option("--text", choice.text, "streams: only those with this in their name")->type_name("TEXT"),
      get->add_flag("--throttled", choice.throttled, "streams: only those that are held back"),
      get->add_option("--limit", choice.limit, "streams: at most so many; 0 = all")->type_name("COUNT"),
      get->add_option("--after", choice.after, "streams: go on after this one")
          ->check(stream_name)
          ->type_name("STREAM")};
  get->callback([&w, of_streams] {
    w.get.kind = *parse_resource_kind(w.get_kind);
    for (const auto* one : of_streams)
      if (one->count() > 0 && (w.get.kind != resource_kind::stream || !w.get.name.empty()))
        throw CLI::ValidationError(one->get_name(), "is for a list of streams: get streams");
    w.line.what = w.get;
  });

  auto* describe = app.add_subcommand("describe", "everything about one thing");
  describe->add_option("KIND", w.describe_kind, all_resource_kinds())->required()->check(kind_name)->type_name("");
  describe->add_option("NAME", w.describe.name, "its name")->required()->type_name("");
  describe->callback([&w] {
    w.describe.kind = *parse_resource_kind(w.describe_kind);
    if (w.describe.kind == resource_kind::event || w.describe.kind == resource_kind::policy)
      throw CLI::ValidationError("describe", "there is no more to it than get " + w.describe_kind + " shows");
    w.line.what = w.describe;
  });

  auto* explain =
      app.add_subcommand("explain", "why a stream may do what it may do now, or those of an agreement or backend");
  explain->add_option("WHAT", w.explained, "GATEWAY/VOLUME/CLIENT, or agreement NAME, or backend NAME")
      ->required()
      ->expected(1, 2)
      ->type_name("");
  explain->callback([&w] {
    w.explain = explained_by(w.explained);
    w.line.what = w.explain;
  });

  auto* top = app.add_subcommand("top", "backends and streams, live on a terminal");
  top->add_flag("--once", w.top.once, "print once and end");
  top->add_option("--interval", w.interval, "between two pictures")->check(span_text)->capture_default_str();
  top->callback([&w] {
    w.top.interval = *parse_span(w.interval);
    w.line.what = w.top;
  });
}

void add_traffic_command(CLI::App& app, words& w) {
  auto* traffic =
      app.add_subcommand("traffic", "what streams did in the last seconds, as JSON: for sluice-sim what-if --trace");
  traffic->add_option("STREAM", w.traffic.streams, "GATEWAY/VOLUME/CLIENT; all without one")
      ->check(stream_name)
      ->type_name("");
  traffic->add_option("--last", w.traffic_length, "of how long; the server remembers 10m")
      ->check(span_text)
      ->capture_default_str()
      ->type_name("TIME");
  traffic->callback([&w] {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*parse_span(w.traffic_length)).count();
    if (seconds > longest_traffic_s)
      throw CLI::ValidationError("traffic", "--last: the server remembers 10m");
    w.traffic.seconds = static_cast<std::uint32_t>(seconds);
    w.line.what = w.traffic;
  });
}

void add_policy_command(CLI::App& app, words& w) {
  auto* policy = app.add_subcommand("policy", "how the policy came to be; apply -f changes it, get policy shows it");
  policy->require_subcommand(0, 1);
  auto* history = policy->add_subcommand("history", "all versions, newest first")->fallthrough();
  policy->callback([&w, history] {
    if (!history->parsed())
      throw CLI::ValidationError("policy",
                                 "say policy history; get policy shows the one in force, apply -f changes it");
    w.line.what = policy_command{};
  });
}

void add_limit_command(CLI::App& app, words& w) {
  auto* limit = app.add_subcommand("limit", "an operator's limit on a stream, over what the plan says");
  limit->add_option("STREAM", w.limit.stream, "GATEWAY/VOLUME/CLIENT")->required()->check(stream_name)->type_name("");
  auto* iops = limit->add_option("--iops", w.iops, "operations per second")->check(terminal::whole_number);
  auto* bandwidth = limit->add_option("--bandwidth", w.limit.bandwidth, "for example 10MB/s");
  auto* length = limit->add_option("--for", w.limit.length, "for example 10m; without it until --clear");
  auto* why = limit->add_option("--why", w.limit.why, "the reason, kept with the limit");
  auto* who = limit->add_option("--who", w.limit.who, "who wants it; without it the name of the user");
  limit->add_flag("--clear", w.limit.clear, "take the limit back")
      ->excludes(iops)
      ->excludes(bandwidth)
      ->excludes(length)
      ->excludes(why)
      ->excludes(who);
  limit->callback([&w, iops] {
    if (iops->count() != 0)
      w.limit.iops = w.iops;
    if (!w.limit.clear && !w.limit.iops && w.limit.bandwidth.empty())
      throw CLI::ValidationError("limit", "say --iops, --bandwidth or both, or --clear");
    w.line.what = w.limit;
  });
}

void add_watch_commands(CLI::App& app, words& w) {
  auto* watch = app.add_subcommand("watch", "what changes, as it changes: rows of tables, events");
  watch->add_option("TOPIC", w.watch.topics, "what get shows, such as throttles or streams/G/V/C; events without one")
      ->type_name("");
  watch->add_option("--count", w.watch.count, "end after so many answers; 0 = when it is ended")->type_name("COUNT");
  watch->callback([&w] {
    w.line.what = w.watch;
  });
  auto* events = app.add_subcommand("events", "what happened, the newest last");
  events->add_option("SUBJECT", w.events.subject, "only those about this agreement, stream, gateway or backend")
      ->type_name("");
  events->add_option("--last", w.events.last, "at most so many of those that were")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  events->add_flag("--follow", w.events.follow, "go on with those that come");
  events->callback([&w] {
    w.line.what = w.events;
  });
}

void add_wait_command(CLI::App& app, words& w) {
  auto* wait = app.add_subcommand("wait", "until the system is ready, streams are throttled or an agreement is kept");
  wait->require_subcommand(0, 1);
  wait->add_option("--timeout", w.timeout, "how long at most")->check(span_text)->capture_default_str();
  auto* ready = wait->add_subcommand("ready", "all parts of the system have found each other")->fallthrough();
  auto* throttled = wait->add_subcommand("throttled", "each of the streams has a throttle in force")->fallthrough();
  throttled->add_option("STREAM", w.wait.streams, "GATEWAY/VOLUME/CLIENT")
      ->required()
      ->check(stream_name)
      ->type_name("");
  auto* agreement =
      wait->add_subcommand("agreement", "an agreement is in force, or what becomes of it now")->fallthrough();
  agreement->add_option("AGREEMENT", w.wait.agreement, "its name")->required()->type_name("");
  agreement->add_option("--for", w.wait.state, "established, kept, violated or suspended")
      ->check(CLI::IsMember({"established", "kept", "violated", "suspended"}))
      ->type_name("STATE");
  // After the options that stand behind `ready` were read.
  wait->final_callback([&w, ready, throttled, agreement] {
    if (!ready->parsed() && !throttled->parsed() && !agreement->parsed())
      throw CLI::ValidationError("wait", "say ready, or throttled STREAM, or agreement NAME");
    if (agreement->parsed() && w.wait.state.empty())
      w.wait.state = "established";
    w.wait.timeout = *parse_span(w.timeout);
    w.line.what = w.wait;
  });
}

void add_global_options(CLI::App& app, words& w) {
  app.set_help_flag("-h,--help", "print this and end");
  app.set_version_flag("--version", "sluicectl " SLUICE_VERSION, "print name and version and end");
  app.add_option("--server", w.server, "where it is, or SLUICE_SERVER; default http://127.0.0.1:8080")
      ->type_name("URL");
  app.add_option("--token-file", w.token_file,
                 "the file with the token, or SLUICE_TOKEN_FILE; default var/run/token, /var/lib/sluice/token")
      ->type_name("FILE");
  app.add_option("--ca-file", w.ca_file, "who vouches for an https server (PEM), or SLUICE_CA_FILE")->type_name("FILE");
  app.add_option("--context", w.context, "a server by its name, or SLUICE_CONTEXT; context list shows them")
      ->type_name("CONTEXT");
  app.add_option("--config-file", w.config_file, "an ini file with server, token-file, ca-file, output")
      ->type_name("FILE");
  app.add_option("-o,--output", w.output, "table, json or yaml; a report also html, an agreement also openslo")
      ->check(CLI::IsMember({"table", "text", "json", "yaml", "html", "openslo"}))
      ->type_name("FORM");
  app.add_flag("--check-config", w.line.check_config, "check the configuration and end: 0, or 2 and what is wrong");
  app.fallthrough();
  app.require_subcommand(0, 1);
  app.footer(exit_code_line());
}

void take_global_options(words& w) {
  const auto given = [](const std::string& text) {
    return text.empty() ? std::optional<std::string>{} : std::optional{text};
  };
  w.line.server = given(w.server);
  w.line.token_file = given(w.token_file);
  w.line.config_file = given(w.config_file);
  w.line.context = given(w.context);
  w.line.ca_file = given(w.ca_file);
  if (!w.output.empty())
    w.line.output = w.output == "json"      ? output_format::json
                    : w.output == "yaml"    ? output_format::yaml
                    : w.output == "html"    ? output_format::html
                    : w.output == "openslo" ? output_format::openslo
                                            : output_format::table;
}

void add_everything(CLI::App& app, words& w) {
  add_global_options(app, w);
  add_agreement_commands(app, w);
  add_suspension_commands(app, w);
  add_reading_commands(app, w);
  add_watch_commands(app, w);
  add_policy_command(app, w);
  add_limit_command(app, w);
  add_wait_command(app, w);
  add_file_commands(app, w.files, w.line.what);
  add_past_commands(app, w.past, w.line.what);
  add_access_commands(app, w.access, w.line);
  add_traffic_command(app, w);
}

constexpr auto program_text = "Establishes agreements and shows how they are kept.";

} // namespace

described_command describe_program() {
  words w;
  CLI::App app{program_text, "sluicectl"};
  add_everything(app, w);
  return describe(app);
}

parsed_line parse_command_line(std::vector<std::string> arguments) {
  words w;
  CLI::App app{program_text, "sluicectl"};
  add_everything(app, w);
  if (const auto end = terminal::take_arguments(app, std::move(arguments)))
    return {{}, end->text, end->mistake ? exit_code::usage : exit_code::done};
  if (!w.line.what && !w.line.local && !w.line.check_config) {
    std::string all;
    for (const auto& one : describe(app).commands)
      all += (all.empty() ? "" : ", ") + one.name;
    return {{}, "say what to do: " + all, exit_code::usage};
  }
  take_global_options(w);
  const auto* past = w.line.what ? std::get_if<past_command>(&*w.line.what) : nullptr;
  if (w.line.output == output_format::html && (past == nullptr || past->what != past_kind::report))
    return {{}, "only a report is written as html", exit_code::usage};
  const auto* get = w.line.what ? std::get_if<get_command>(&*w.line.what) : nullptr;
  if (w.line.output == output_format::openslo
      && (get == nullptr || get->kind != resource_kind::agreement || get->name.empty()))
    return {{}, "only an agreement is written as openslo: get agreement NAME -o openslo", exit_code::usage};
  return {w.line, {}, exit_code::done};
}

std::optional<std::chrono::milliseconds> parse_span(const std::string& text) {
  constexpr std::chrono::hours longest{366 * 24};
  const auto span = parse_duration(text);
  if (!span || *span < std::chrono::milliseconds{1} || *span > longest)
    return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(*span);
}

} // namespace sluice::ctl
