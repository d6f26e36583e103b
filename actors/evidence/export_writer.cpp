// The lines of an export.
#include "actors/evidence/export_writer.hpp"

#include "actors/evidence/line.hpp"

namespace sluice::evidence {

bool add_outcome(outcome_counts& to, std::string_view outcome) noexcept {
  auto* counted = outcome == "met"        ? &to.met
                  : outcome == "violated" ? &to.violated
                  : outcome == "exempt"   ? &to.exempt
                  : outcome == "no-data"  ? &to.no_data
                                          : nullptr;
  if (counted == nullptr)
    return false;
  ++*counted;
  return true;
}

std::string export_message(const digest& x) {
  return "sluice-evidence\t" + to_hex(x) + '\n';
}

std::string path_text(const std::vector<digest>& path) {
  std::string text;
  for (const auto& x : path) {
    if (!text.empty())
      text += ',';
    text += to_hex(x);
  }
  return text;
}

void export_writer::line(std::string_view x) {
  hash_.add(x);
  hash_.add("\n");
  text_.append(x) += '\n';
}

void export_writer::begin(const export_scope& x) {
  line(export_title);
  line_writer agreement{"agreement"};
  agreement.text(x.agreement);
  line(std::move(agreement).finish());
  line_writer period{"period"};
  period.time(x.from).time(x.to).time(x.made);
  line(std::move(period).finish());
}

void export_writer::root(const signed_root& x) {
  line(line_of(x));
}

void export_writer::root_leaf(wall_time day, const leaf& x, const tree_place& place) {
  line_writer text{"leaf"};
  text.text(day_text(day)).text(x.chain).number(x.position).text(to_hex(x.hash));
  text.number(place.index).number(place.size).text(path_text(place.path));
  line(std::move(text).finish());
}

void export_writer::lone(std::string_view kind, const lone_entry& x) {
  const auto after = next(x.before, x.line);
  line_writer text{kind};
  text.number(after.position).text(to_hex(x.before.hash)).text(to_hex(after.hash));
  text.text(x.day ? day_text(*x.day) : std::string{});
  text.number(x.place.index).number(x.place.size).text(path_text(x.place.path));
  line(std::move(text).finish().append("\t").append(x.line));
}

void export_writer::ledger_entry(const lone_entry& x) {
  lone("ledger", x);
}

void export_writer::start(const head& x) {
  line_writer text{"start"};
  text.number(x.position).text(to_hex(x.hash));
  line(std::move(text).finish());
}

void export_writer::verdict(const head& after, std::string_view of) {
  line_writer text{"chain"};
  text.number(after.position).text(to_hex(after.hash));
  line(std::move(text).finish().append("\t").append(of));
}

void export_writer::counts(const counts_by_point& x) {
  for (const auto& [of, count] : x) {
    line_writer text{"count"};
    text.number(of.first).number(of.second);
    text.number(count.met).number(count.violated).number(count.exempt).number(count.no_data);
    line(std::move(text).finish());
  }
}

void export_writer::decision(const lone_entry& x) {
  lone("decision", x);
}

void export_writer::finish(const signing_key& key) {
  const auto all = hash_.finish();
  line_writer text{"end"};
  text.text(to_hex(all)).text(to_hex(key.published())).text(to_hex(key.sign(export_message(all))));
  text_.append(std::move(text).finish()) += '\n';
}

std::string export_writer::take() {
  return std::exchange(text_, {});
}

} // namespace sluice::evidence
