// Words of `evidence`, `export` and `import`.
#include "actors/sluicectl/file_arguments.hpp"

#include "actors/domain/stream.hpp"

namespace sluice::ctl {

namespace {

constexpr auto period_words =
    "2026, 2026-11, 2026-W47, 2026-11-03, rolling-7-days or rolling-30-days, in the agreement's time zone";

std::string span_text(const std::string& text) {
  return parse_span(text) ? std::string{} : "expected a length of time such as 500ms, 30s or 10m, got " + text;
}

CLI::App* add_verify(CLI::App& evidence, file_words& w) {
  auto* verify =
      evidence.add_subcommand("verify", "whether an export is as it was signed; needs no server")->fallthrough();
  verify->add_option("FILE", w.verify.file, "the export, or - for standard input")->required()->type_name("");
  verify->add_option("--key", w.verify.keys, "a public key that may have signed, or a file with it; can be repeated")
      ->type_name("FILE|HEX");
  verify
      ->add_option("--root", w.verify.roots,
                   "a root that was kept, or a file of them or an earlier export; can be repeated")
      ->type_name("DAY=HEX|FILE");
  return verify;
}

void add_evidence(CLI::App& app, file_words& w, std::optional<command>& what) {
  auto* evidence = app.add_subcommand("evidence", "what proves the verdicts: exported, checked, verified");
  evidence->require_subcommand(0, 1);
  auto* verify = add_verify(*evidence, w);
  auto* fetch = evidence->add_subcommand("export", "an agreement's verdicts of a period with all that proves them");
  fetch->add_option("AGREEMENT", w.evidence.agreement, "its name")->required()->type_name("");
  fetch->add_option("--period", w.evidence.period, period_words)->required();
  fetch->add_option("-o,--output", w.evidence.file, "where to; without it AGREEMENT-PERIOD.evidence")
      ->type_name("FILE");
  auto* key =
      evidence->add_subcommand("key", "the public key that signs, to be compared by its fingerprint")->fallthrough();
  auto* check = evidence->add_subcommand("check", "verify everything in the database: begins it")->fallthrough();
  check->add_flag("--wait", w.evidence.wait, "until it has ended, and say what was found");
  check->add_flag("--last", w.evidence.last, "begin none, say how the last one ended");
  check->add_option("--timeout", w.timeout, "how long to wait at most")->check(span_text)->capture_default_str();
  evidence->final_callback([&w, &what, verify, fetch, key, check] {
    using verb = evidence_command::verb;
    if (verify->parsed()) {
      what = w.verify;
      return;
    }
    if (!fetch->parsed() && !key->parsed() && !check->parsed())
      throw CLI::ValidationError("evidence", "say evidence export, verify, key or check");
    w.evidence.what = fetch->parsed() ? verb::export_file : key->parsed() ? verb::key : verb::check;
    w.evidence.timeout = *parse_span(w.timeout);
    what = w.evidence;
  });
}

void add_export(CLI::App& app, file_words& w, std::optional<command>& what) {
  auto* to_file = app.add_subcommand("export", "rows of a stream or verdicts of an agreement as CSV");
  to_file->require_subcommand(0, 1);
  auto* samples = to_file->add_subcommand("samples", "the rows of a stream, second by second");
  samples->add_option("STREAM", w.exported.name, "GATEWAY/VOLUME/CLIENT")
      ->required()
      ->check([](const std::string& text) {
        return parse_stream_id(text) ? std::string{} : "expected GATEWAY/VOLUME/CLIENT, got " + text;
      })
      ->type_name("");
  auto* verdicts = to_file->add_subcommand("verdicts", "the verdicts of an agreement");
  verdicts->add_option("AGREEMENT", w.exported.name, "its name")->required()->type_name("");
  verdicts->add_option("--period", w.exported.period, period_words);
  verdicts->add_flag("--imported", w.exported.imported, "those that were imported, instead of those judged here");
  for (auto* one : {samples, verdicts}) {
    one->add_option("--from", w.exported.from, "2026-11-22T10:00:00Z, a day, or -1h30m before the end")
        ->type_name("TIME");
    one->add_option("--to", w.exported.to, "the end, a time or a day; now, if it is not said")->type_name("TIME");
    one->add_option("-o,--output", w.exported.file, "where to; standard output without it")->type_name("FILE");
  }
  to_file->callback([&w, &what, samples, verdicts] {
    if (!samples->parsed() && !verdicts->parsed())
      throw CLI::ValidationError("export", "say export samples STREAM or export verdicts AGREEMENT");
    if (!w.exported.period.empty() && !(w.exported.from.empty() && w.exported.to.empty()))
      throw CLI::ValidationError("--period", "say either --period, or --from and --to");
    w.exported.what = samples->parsed() ? csv_kind::samples : csv_kind::verdicts;
    what = w.exported;
  });
}

void add_import(CLI::App& app, file_words& w, std::optional<command>& what) {
  auto* from_file = app.add_subcommand("import", "rows or verdicts from a CSV file; they change no verdict");
  from_file->require_subcommand(0, 1);
  auto* samples = from_file->add_subcommand("samples", "rows of seconds that are closed")->fallthrough();
  auto* verdicts =
      from_file->add_subcommand("verdicts", "verdicts that were made elsewhere, kept apart")->fallthrough();
  for (auto* one : {samples, verdicts}) {
    one->add_option("FILE", w.imported.file, "as export writes it, or - for standard input")->required()->type_name("");
    one->add_option("--who", w.imported.who, "who imports it; without it the name of the user");
  }
  from_file->callback([&w, &what, samples, verdicts] {
    if (!samples->parsed() && !verdicts->parsed())
      throw CLI::ValidationError("import", "say import samples FILE or import verdicts FILE");
    w.imported.what = samples->parsed() ? csv_kind::samples : csv_kind::verdicts;
    what = w.imported;
  });
}

} // namespace

void add_file_commands(CLI::App& app, file_words& w, std::optional<command>& what) {
  add_evidence(app, w, what);
  add_export(app, w, what);
  add_import(app, w, what);
}

} // namespace sluice::ctl
