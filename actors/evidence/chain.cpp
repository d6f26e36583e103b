// The canonical lines. What is written here is hashed and signed for years: never change a line, add fields at its end
// that are left out where they have the value that all had before.
#include "actors/evidence/chain.hpp"

#include "actors/evidence/line.hpp"

namespace sluice::evidence {

namespace {

void add_settings(line_writer& to, std::string_view tag, const std::vector<policy_setting>& settings) {
  for (const auto& setting : settings) {
    const auto* key = find_policy_key(setting.name);
    to.text(tag).text(setting.name);
    if (key != nullptr && allows(*key, setting.value))
      to.text(setting_text(*key, setting.value));
    else
      to.number(setting.value); // a setting that nobody knows has no text
  }
}

} // namespace

head next(const head& before, std::string_view line) noexcept {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<char, 65> prefix{};
  for (std::size_t i = 0; i < before.hash.size(); ++i) {
    prefix[2 * i] = digits[std::to_integer<std::size_t>(before.hash[i] >> 4)];
    prefix[2 * i + 1] = digits[std::to_integer<std::size_t>(before.hash[i] & std::byte{15})];
  }
  prefix[64] = '\n';
  sha256 hash;
  hash.add(std::string_view{prefix.data(), prefix.size()});
  hash.add(line);
  hash.add("\n");
  return {before.position + 1, hash.finish()};
}

std::string verdicts_chain(std::string_view agreement) {
  return std::string{"verdicts/"}.append(agreement);
}

std::string line_of(const final_verdict& x) {
  const auto& v = x.what;
  line_writer line{"verdict"};
  line.text(v.agreement).number(v.version).number(v.point).time(v.from).length(v.length);
  line.text(to_string(v.outcome)).text(to_string(v.cause)).text(v.culprit);
  line.length(v.measured).length(v.target).number(v.iops).number(x.requests);
  line.number(x.measured_seconds).text(to_string(x.basis));
  return std::move(line).finish();
}

std::string line_of(const decision& x) {
  const auto& t = x.what;
  line_writer line{"decision"};
  line.time(x.at).text(t.stream.gateway).text(t.stream.volume).text(t.stream.client).number(t.generation);
  line.text(to_string(t.why.rule)).text(t.why.agreement).text(t.why.beneficiary).text(t.why.backend);
  line.number(t.now.iops.per_second).number(t.now.bandwidth.per_second).number(t.now.depth);
  line.length(t.why.measured).length(t.why.target);
  line.number(t.why.demand).number(t.why.promised).number(t.why.capacity).yes_or_no(t.why.observed);
  return std::move(line).finish();
}

std::string line_of(const agreement& x) {
  const auto& o = x.objective;
  line_writer line{"agreement"};
  line.text(x.name).number(x.version).time(x.since).text(x.tenant);
  line.text(x.streams.gateway).text(x.streams.volume).text(x.streams.client);
  line.number(o.reservation.per_second).number(o.limit.iops.per_second).number(o.limit.bandwidth.per_second);
  if (o.limit.above)
    line.number(o.limit.above->iops.per_second).length(o.limit.above->length);
  else
    line.text("").text("");
  line.number(o.weight).text(to_string(o.tier));
  line.length(o.compliance.interval).number(o.compliance.target_ppm).text(to_string(o.compliance.window));
  for (const auto& point : o.latency)
    line.text("latency").text(to_string(point.statistic)).length(point.target).number(point.up_to.per_second);
  if (o.compliance.time_zone != "UTC")
    line.text("time-zone").text(o.compliance.time_zone);
  for (const auto& remedy : o.compliance.remedies)
    line.text("remedy").number(remedy.below_ppm).number(remedy.credit_ppm);
  if (x.suspended)
    line.text("suspended").yes_or_no(true);
  return std::move(line).finish();
}

std::string ledger_line(wall_time entered, std::string_view line) {
  return time_text(entered).append("\t").append(line);
}

std::optional<ledger_subject> subject_of(std::string_view line) {
  const auto fields = fields_of(line);
  const auto entered = parse_time(fields[0]);
  if (!entered || fields.size() < 3)
    return std::nullopt;
  const auto kind = fields[1];
  std::optional<std::string> subject;
  if (kind == "agreement" || kind == "agreement-end" || kind == "root")
    subject = unescape(fields[2]);
  else if (kind == "exclusion" && fields.size() > 4)
    subject = unescape(fields[4]);
  else if (kind == "policy")
    subject = kind;
  if (!subject)
    return std::nullopt;
  return ledger_subject{*entered, std::string{kind}, std::move(*subject)};
}

std::string line_of(const agreement_end& x) {
  line_writer line{"agreement-end"};
  line.text(x.name).number(x.version).time(x.at);
  return std::move(line).finish();
}

std::string line_of(const exclusion& x) {
  line_writer line{"exclusion"};
  line.number(x.id).time(x.entered).text(x.agreements).time(x.starts).length(x.length);
  line.text(x.recurrence).text(x.time_zone).text(x.author).text(x.reason);
  line.yes_or_no(x.correction).number(x.withdraws);
  return std::move(line).finish();
}

std::string line_of(const policy_document& x) {
  line_writer line{"policy"};
  line.number(x.version).time(x.since).text(x.author).text(x.reason);
  add_settings(line, "default", x.defaults);
  for (const auto& rule : x.backends) {
    line.text("backend").text(rule.match);
    add_settings(line, "setting", rule.settings);
  }
  for (const auto& tenant : x.tenants)
    line.text("tenant").text(tenant.name).text(tenant.parent).number(tenant.weight);
  return std::move(line).finish();
}

} // namespace sluice::evidence
