// The connection that only reads; streams, series, decisions and terms.
#include "actors/database_manager/store/history.hpp"

#include "actors/database_manager/store/address.hpp"
#include "actors/database_manager/store/agreements.hpp"
#include "actors/database_manager/store/exclusions.hpp"
#include "actors/database_manager/store/history_source.hpp"
#include "actors/database_manager/store/session.hpp"

#include <charconv>

namespace sluice::store {

struct history::state {
  state(connection_settings x, std::chrono::milliseconds timeout)
      : settings(std::move(x)), statement_timeout(timeout), connection(line) {}

  outcome<done> open() {
    const auto secret =
        settings.password_file.empty() ? outcome<std::string>{std::string{}} : read_secret(settings.password_file);
    if (!secret)
      return secret.why();
    const auto address = connection_string(settings.url, *secret, settings.connect_timeout);
    if (const auto ready = connection.open(address, statement_timeout); !ready)
      return ready.why();
    auto made = connection.transact<done>([](pqxx::work& transaction) -> outcome<done> {
      transaction.exec("SET SESSION default_transaction_read_only = on");
      transaction.exec("SET SESSION default_transaction_isolation = 'repeatable read'");
      // Nobody hears the answer of a connection that was cut: its statement ends.
      transaction.exec("SET SESSION client_connection_check_interval = '500ms'");
      // Compiling costs more than these statements take; estimates of unnest() are too high.
      transaction.exec("SET SESSION jit = off");
      return done{};
    });
    if (!made)
      connection.close();
    return made;
  }

  outcome<done> ready() {
    return connection.is_open() ? outcome<done>{done{}} : open();
  }

  connection_settings settings;
  std::chrono::milliseconds statement_timeout;
  std::shared_ptr<interrupter> line = std::make_shared<interrupter>();
  session connection;
};

namespace {

template<class T>
T number(std::string_view text) {
  T x{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), x);
  if (code != std::errc{} || end != text.data() + text.size())
    throw pqxx::conversion_error{"PostgreSQL answered " + std::string{text} + " where a number was expected"};
  return x;
}

std::string_view text_of(const pqxx::field& x) {
  return {x.c_str(), x.size()};
}

/// The rows of streams $1 in [$2, $3). The columns are the same in all kinds of tables but for these.
std::string select_rows(const std::string& table, bool of_seconds) {
  const std::string time = of_seconds ? "second" : "since";
  return "SELECT " + us_of(time) + (of_seconds ? ", 1" : ", seconds")
         + ", completions, errors, read_bytes, write_bytes, interval_ns, limited_by_rate_ns, limited_by_depth_ns, "
           "backend_latency_sum_ns, total_latency_sum_ns, backend_latency, total_latency FROM "
         + table + " WHERE stream = ANY($1::integer[]) AND " + time + " >= $2 AND " + time + " < $3";
}

/// Seconds with those that came late: they are in no roll-up and in no verdict, but they happened.
std::string select_rows(resolution::table table) {
  const bool of_seconds = table == resolution::table::samples;
  const auto from = select_rows(std::string{to_string(table)}, of_seconds);
  return of_seconds ? from + " UNION ALL " + select_rows("late_samples", true) : from;
}

series_row row_of(const pqxx::row& x) {
  series_row row;
  row.at.unix_us = number<std::int64_t>(text_of(x[0]));
  row.seconds = number<std::uint32_t>(text_of(x[1]));
  row.completions = number<std::uint64_t>(text_of(x[2]));
  row.errors = number<std::uint64_t>(text_of(x[3]));
  row.read_bytes = number<std::uint64_t>(text_of(x[4]));
  row.write_bytes = number<std::uint64_t>(text_of(x[5]));
  row.interval_ns = number<std::int64_t>(text_of(x[6]));
  row.limited_by_rate_ns = number<std::int64_t>(text_of(x[7]));
  row.limited_by_depth_ns = number<std::int64_t>(text_of(x[8]));
  row.backend_latency_sum_ns = number<std::int64_t>(text_of(x[9]));
  row.total_latency_sum_ns = number<std::int64_t>(text_of(x[10]));
  row.backend_requests = requests_in(text_of(x[11]));
  row.total_latency = text_of(x[12]);
  return row;
}

throttle_rule rule_of(std::string_view text) noexcept {
  for (const auto x : {throttle_rule::limit, throttle_rule::protection, throttle_rule::capacity, throttle_rule::share,
                       throttle_rule::override_})
    if (text == to_string(x))
      return x;
  return throttle_rule::none;
}

decision decision_of(const pqxx::row& x, const stream_id& stream) {
  decision out;
  out.at.unix_us = x[0].as<std::int64_t>();
  out.what.stream = stream;
  out.what.generation = x[1].as<std::uint64_t>();
  auto& why = out.what.why;
  why.rule = rule_of(text_of(x[2]));
  why.agreement = x[3].c_str();
  why.beneficiary = x[4].c_str();
  why.backend = x[5].c_str();
  out.what.now.iops.per_second = x[6].as<std::uint64_t>();
  out.what.now.bandwidth.per_second = x[7].as<std::uint64_t>();
  out.what.now.depth = x[8].as<std::uint32_t>();
  why.measured = duration{x[9].as<std::int64_t>()};
  why.target = duration{x[10].as<std::int64_t>()};
  why.demand = x[11].as<std::uint64_t>();
  why.promised = x[12].as<std::uint64_t>();
  why.capacity = x[13].as<std::uint64_t>();
  why.observed = x[14].as<bool>();
  why.since = out.at;
  return out;
}

} // namespace

history::history(connection_settings settings, std::chrono::milliseconds statement_timeout)
    : state_(std::make_unique<state>(std::move(settings), statement_timeout)) {}

history::~history() = default;

const std::shared_ptr<interrupter>& history::line() const noexcept {
  return state_->line;
}

outcome<history_answer> history::read(const std::function<outcome<history_answer>(reading&)>& body) {
  if (const auto ready = state_->ready(); !ready)
    return ready.why();
  return state_->connection.transact<history_answer>([&](pqxx::work& transaction) {
    reading::source from{transaction};
    reading questions{from};
    return body(questions);
  });
}

outcome<export_page> history::read_page(const std::function<outcome<export_page>(reading&)>& body) {
  if (const auto ready = state_->ready(); !ready)
    return ready.why();
  return state_->connection.transact<export_page>([&](pqxx::work& transaction) {
    reading::source from{transaction};
    reading questions{from};
    return body(questions);
  });
}

outcome<check_report> history::check_evidence(wall_time now, const retention& kept, check_progress* seen) {
  if (const auto ready = state_->ready(); !ready)
    return ready.why();
  const auto since = [&](growing_table table) {
    return wall_time{(day_of(now) - kept[table]) * 86'400'000'000};
  };
  return state_->connection.transact<check_report>([&](pqxx::work& transaction) -> outcome<check_report> {
    return verify_all(transaction, since(growing_table::verdicts), since(growing_table::decisions), seen);
  });
}

void history::close() noexcept {
  state_->connection.close();
}

derived_until reading::progress() {
  derived_until out;
  for (const pqxx::row& row : from_.transaction.exec("SELECT derivation, " + us_of("until") + " FROM progress")) {
    const std::string_view name = row[0].c_str();
    const wall_time until{row[1].as<std::int64_t>()};
    if (name == "minutes")
      out.minutes = until;
    else if (name == "hours")
      out.hours = until;
    else if (name == "verdicts")
      out.verdicts = until;
  }
  return out;
}

std::optional<std::int32_t> reading::stream_number(const stream_id& x) {
  const auto found = from_.transaction.exec_params(
      "SELECT id FROM streams WHERE gateway = $1 AND volume = $2 AND client = $3", x.gateway, x.volume, x.client);
  if (found.empty())
    return std::nullopt;
  return found[0][0].as<std::int32_t>();
}

std::vector<std::pair<std::int32_t, stream_id>> reading::streams(std::size_t most) {
  std::vector<std::pair<std::int32_t, stream_id>> out;
  for (const pqxx::row& row :
       from_.transaction.exec_params("SELECT id, gateway, volume, client FROM streams ORDER BY id LIMIT $1", most))
    out.push_back({row[0].as<std::int32_t>(), {row[1].c_str(), row[2].c_str(), row[3].c_str()}});
  return out;
}

void reading::add_rows(resolution::table table, std::span<const std::int32_t> streams, wall_time from, wall_time to,
                       series_sum& sums) {
  if (from >= to)
    return;
  array_text numbers;
  for (const auto x : streams)
    numbers.add(std::int64_t{x});
  for (const pqxx::row& row :
       from_.transaction.exec_params(select_rows(table), numbers.finish(), to_timestamp(from), to_timestamp(to)))
    sums.add(row_of(row));
}

std::vector<agreement_period> reading::versions(const std::string& agreement, const std::string& tenant, wall_time from,
                                                wall_time to) {
  return agreement_periods(from_.transaction, agreement, tenant, from, to);
}

std::vector<decision> reading::decisions(const stream_id& stream, wall_time from, wall_time to, std::uint32_t limit,
                                         const std::string& after, std::string& next) {
  const auto before = position_in(after, to);
  std::vector<decision> out;
  entry_position last;
  for (const pqxx::row& row : from_.transaction.exec_params(
           "SELECT " + us_of("at")
               + ", generation, rule, agreement, beneficiary, backend, iops, bandwidth, depth, measured_ns, target_ns, "
                 "demand, promised, capacity, observed, position FROM decisions WHERE gateway = $1 AND volume = $2 AND "
                 "client = $3 AND at >= $4 AND at < $5 AND (at, position) < ($6::timestamptz, $7::bigint) ORDER BY at "
                 "DESC, position DESC LIMIT $8",
           stream.gateway, stream.volume, stream.client, to_timestamp(from), to_timestamp(to), to_timestamp(before.at),
           before.number, limit + 1)) {
    if (out.size() == limit) {
      next = to_string(last);
      break;
    }
    out.push_back(decision_of(row, stream));
    last = {out.back().at, row[15].as<std::int64_t>()};
  }
  return out;
}

std::vector<exclusion> reading::exclusions(std::size_t most) {
  std::vector<exclusion> out;
  for (;;) {
    auto page = list_exclusions(from_.transaction, out.empty() ? 0 : out.back().id);
    out.insert(out.end(), page.begin(), page.end());
    if (page.size() < max_listed_exclusions || out.size() >= most)
      return out;
  }
}

} // namespace sluice::store
