// Words of the questions about the past, and of `exclusion`.
#include "actors/sluicectl/past_arguments.hpp"

#include "actors/domain/stream.hpp"

namespace sluice::ctl {

namespace {

std::string stream_name(const std::string& text) {
  return parse_stream_id(text) ? std::string{} : "expected GATEWAY/VOLUME/CLIENT, got " + text;
}

void add_questions(CLI::App& app, past_words& w, std::optional<command>& what) {
  const auto add = [&](past_kind kind, const char* name, const char* text, const char* of, bool needed) {
    auto* one = app.add_subcommand(name, text);
    if (of != nullptr) {
      auto* option = one->add_option(of, w.past.name)->required(needed)->type_name("");
      if (kind == past_kind::history || kind == past_kind::decisions)
        option->check(stream_name);
    }
    if (kind != past_kind::history && kind != past_kind::decisions)
      one->add_option(
          "--period", w.past.period,
          "2026, 2026-11, 2026-W47, 2026-11-03, rolling-7-days, rolling-30-days; else the agreement's window");
    if (kind != past_kind::statement) {
      one->add_option("--from", w.past.from, "2026-11-22T10:00:00Z, a day, or -1h30m before the end")
          ->type_name("TIME");
      one->add_option("--to", w.past.to, "as --from; now, if it is not said")->type_name("TIME");
    }
    one->callback([&w, &what, kind] {
      w.past.what = kind;
      if (!w.past.period.empty() && !(w.past.from.empty() && w.past.to.empty()))
        throw CLI::ValidationError("--period", "say either --period, or --from and --to");
      what = w.past;
    });
    return one;
  };
  add(past_kind::report, "report", "a report on an agreement for its customer; -o text, json or html", "AGREEMENT",
      true);
  add(past_kind::compliance, "compliance", "what was kept of an agreement, or of all", "AGREEMENT", false)
      ->add_option("--tenant", w.past.tenant, "only this tenant's agreements")
      ->type_name("TENANT");
  add(past_kind::violations, "violations", "when an agreement was violated, how long and by whom", "AGREEMENT", true);
  auto* violators = add(past_kind::violators, "violators", "who caused or had most violated time", nullptr, false);
  violators->add_option("--by", w.past.by, "culprit, agreement or tenant")
      ->check(CLI::IsMember({"culprit", "agreement", "tenant"}));
  violators->add_option("--tenant", w.past.tenant, "only this tenant's agreements")->type_name("TENANT");
  add(past_kind::history, "history", "a stream's figures in the past", "STREAM", true)
      ->add_option("--points", w.past.points, "at most so many")
      ->check(CLI::Range(1, 10'000));
  add(past_kind::decisions, "decisions", "what was decided on a stream, newest first, and why", "STREAM", true);
  add(past_kind::statement, "statement", "all agreements of a tenant in a period, and what is credited", "TENANT",
      true);
}

void add_exclusion(CLI::App& app, past_words& w, std::optional<command>& what) {
  auto& x = w.exclusion;
  auto* exclusion = app.add_subcommand("exclusion", "times that count neither way, such as maintenance");
  exclusion->require_subcommand(0, 1);
  auto* list = exclusion->add_subcommand("list", "all that were entered")->fallthrough();
  auto* add = exclusion->add_subcommand("add", "enter one")->fallthrough();
  add->add_option("AGREEMENTS", x.agreements, "a name; * stands for any characters, ? for one")
      ->required()
      ->type_name("");
  add->add_option("--from", x.from, "2026-11-22T10:00:00Z, now, +30m or -2h: of the first time")
      ->required()
      ->type_name("TIME");
  add->add_option("--for", x.length, "how long each time, such as 4h")->required()->type_name("LENGTH");
  add->add_option("--recurrence", x.recurrence, "an RRULE such as FREQ=WEEKLY;BYDAY=SU; without it once");
  add->add_option("--time-zone", x.time_zone, "in which it recurs, such as Europe/Berlin; without it UTC");
  auto* withdraw = exclusion->add_subcommand("withdraw", "take one back")->fallthrough();
  withdraw->add_option("ID", x.id, "its number, of exclusion list")->required()->type_name("");
  for (auto* one : {add, withdraw}) {
    one->add_option("--why", x.why, "the reason, shown in reports")->required();
    one->add_option("--who", x.who, "who wants it; without it the name of the user");
    one->add_flag("--correction", x.correction, "it touches a month that is over");
  }
  exclusion->callback([&w, &what, list, add, withdraw] {
    if (!list->parsed() && !add->parsed() && !withdraw->parsed())
      throw CLI::ValidationError("exclusion", "say exclusion list, add or withdraw");
    using verb = exclusion_command::verb;
    w.exclusion.what = add->parsed() ? verb::add : withdraw->parsed() ? verb::withdraw : verb::list;
    what = w.exclusion;
  });
}

} // namespace

void add_past_commands(CLI::App& app, past_words& w, std::optional<command>& what) {
  add_questions(app, w, what);
  add_exclusion(app, w, what);
}

} // namespace sluice::ctl
