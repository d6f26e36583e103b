// A database with two days of verdicts and decisions in their chains, written as the database manager writes them.
#pragma once

#include "actors/database_manager/store/calendar.hpp"
#include "actors/database_manager/store/chain_check.hpp"
#include "actors/database_manager/store/evidence_export.hpp"
#include "actors/database_manager/store/exclusions.hpp"
#include "actors/evidence/verifier.hpp"
#include "tests/process/store_fixture.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <sstream>

namespace sluice::test {

/// 2024-05-01 00:00:00 UTC: no clock of a machine that runs this is before it.
inline constexpr wall_time may_first{1'714'521'600'000'000};
inline constexpr wall_time in_may(std::int64_t seconds) {
  return wall_time{may_first.unix_us + seconds * 1'000'000};
}
inline constexpr std::int64_t a_day = 86'400;

inline evidence::signing_key test_key(int x = 1) {
  std::array<std::byte, 32> seed{};
  seed[0] = static_cast<std::byte>(x);
  return evidence::signing_key::of_seed(seed);
}

/// Runs it in a transaction that is committed.
template<class Body>
auto in_transaction(Body body) {
  pqxx::connection connection{server().url()};
  const pqxx::quiet_errorhandler quiet{connection};
  {
    pqxx::nontransaction direct{connection};
    direct.exec("SET timezone = 'UTC'");
  }
  pqxx::work transaction{connection};
  if constexpr (std::is_void_v<decltype(body(transaction))>) {
    body(transaction);
    transaction.commit();
  } else {
    auto result = body(transaction);
    transaction.commit();
    return result;
  }
}

inline final_verdict stored_verdict(const std::string& agreement, std::uint32_t point, wall_time from) {
  final_verdict x;
  x.what.agreement = agreement;
  x.what.version = 1;
  x.what.point = point;
  x.what.from = from;
  x.what.length = std::chrono::minutes{10};
  x.what.outcome = static_cast<verdict_outcome>((from.unix_us / 600'000'000 + point) % 4);
  x.what.cause = x.what.outcome == verdict_outcome::violated ? violation_cause::stream : violation_cause::none;
  x.what.culprit = x.what.cause == violation_cause::stream ? "gw1/b\tatch/é" : "";
  x.what.measured = std::chrono::microseconds{4321};
  x.what.target = point == 0 ? std::chrono::milliseconds{5} : point == 1 ? std::chrono::milliseconds{50} : duration{0};
  x.what.iops = 1'234;
  x.requests = 12'340;
  x.measured_seconds = 600;
  return x;
}

inline void write_verdicts(pqxx::work& transaction, const std::vector<final_verdict>& list) {
  if (list.empty())
    return;
  const auto chain = evidence::verdicts_chain(list.front().what.agreement);
  auto heads = store::lock_heads(transaction, {chain});
  auto& head = heads.begin()->second;
  for (const auto& x : list) {
    const auto& v = x.what;
    head = evidence::next(head, evidence::line_of(x));
    transaction.exec_params(
        "INSERT INTO verdicts (agreement, version, point, since, length_ns, outcome, cause, culprit, "
        "measured_ns, target_ns, iops, requests, measured_seconds, basis, position, hash) VALUES "
        "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, decode($16, 'hex'))",
        v.agreement, v.version, v.point, store::to_timestamp(v.from), v.length.count(),
        std::string{to_string(v.outcome)}, std::string{to_string(v.cause)}, v.culprit, v.measured.count(),
        v.target.count(), v.iops, x.requests, x.measured_seconds, std::string{to_string(x.basis)}, head.position,
        evidence::to_hex(head.hash));
  }
  store::store_heads(transaction, heads);
}

inline decision stored_decision(const std::string& beneficiary, wall_time at) {
  decision x;
  x.at = at;
  x.what.stream = {"gw1", "batch", "10.0.0.9"};
  x.what.generation = 7;
  x.what.now.iops.per_second = 500;
  x.what.why.rule = throttle_rule::protection;
  x.what.why.agreement = "batch";
  x.what.why.beneficiary = beneficiary;
  x.what.why.backend = "disk";
  return x;
}

inline void write_decisions(pqxx::work& transaction, const std::vector<decision>& list) {
  auto heads = store::lock_heads(transaction, {std::string{evidence::decisions_chain}});
  auto& head = heads.begin()->second;
  for (const auto& x : list) {
    const auto& t = x.what;
    head = evidence::next(head, evidence::line_of(x));
    transaction.exec_params(
        "INSERT INTO decisions (at, gateway, volume, client, generation, rule, agreement, beneficiary, "
        "backend, iops, bandwidth, depth, measured_ns, target_ns, demand, promised, capacity, "
        "observed, position, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
        "$14, $15, $16, $17, $18, $19, decode($20, 'hex'))",
        store::to_timestamp(x.at), t.stream.gateway, t.stream.volume, t.stream.client, t.generation,
        std::string{to_string(t.why.rule)}, t.why.agreement, t.why.beneficiary, t.why.backend, t.now.iops.per_second,
        t.now.bandwidth.per_second, t.now.depth, t.why.measured.count(), t.why.target.count(), t.why.demand,
        t.why.promised, t.why.capacity, t.why.observed, head.position, evidence::to_hex(head.hash));
  }
  store::store_heads(transaction, heads);
}

/// gold() of the store's tests, judged every 10 minutes.
inline agreement judged_agreement(const std::string& name) {
  auto x = gold(name);
  x.objective.compliance.interval = std::chrono::minutes{10};
  return x;
}

inline std::size_t make_roots(wall_time now, const evidence::signing_key& key) {
  std::size_t made = 0;
  while (in_transaction([&](pqxx::work& transaction) {
    return store::make_next_root(transaction, key, now);
  }))
    ++made;
  return made;
}

/// An empty database with agreements `a` and `b`, two days of their verdicts, decisions for both, two exclusions, and
/// the roots of the two days.
struct proved_store : fresh_store {
  explicit proved_store(std::int64_t interval_count = 2 * 144) {
    REQUIRE(result);
    for (const auto* name : {"a", "b"})
      REQUIRE(database.create(judged_agreement(name), in_may(-5)));
    in_transaction([&](pqxx::work& transaction) {
      for (const auto* name : {"a", "b"}) {
        std::vector<final_verdict> list;
        for (std::int64_t i = 0; i < interval_count; ++i)
          for (std::uint32_t point = 0; point < 3; ++point)
            list.push_back(stored_verdict(name, (point + 1) % 3, in_may(i * 600)));
        write_verdicts(transaction, list);
      }
      std::vector<decision> decisions;
      for (std::int64_t i = 0; i < 12; ++i)
        decisions.push_back(stored_decision(i % 3 == 0 ? "a" : "b", in_may(i * 4 * 3600)));
      write_decisions(transaction, decisions);
      exclusion window{0, "a", in_may(3600), std::chrono::hours{1}, "", "UTC", "ann", "disks", false, 0, {}};
      REQUIRE(store::create_exclusion(transaction, window, in_may(0), in_may(60)));
      window.agreements = "b*";
      REQUIRE(store::create_exclusion(transaction, window, in_may(0), in_may(a_day + 60)));
    });
    make_roots(in_may(2 * a_day + 3 * 3600), key);
  }
  evidence::signing_key key = test_key();
};

/// The whole text of an export, read page by page in transactions of their own.
inline store::outcome<std::string> export_text(const std::string& agreement, wall_time from, wall_time to,
                                               const evidence::signing_key& key) {
  store::evidence_export pages{{agreement, from, to, in_may(10 * a_day)}, key};
  std::string text;
  for (;;) {
    auto page = in_transaction([&](pqxx::work& transaction) {
      return pages.next_page(transaction);
    });
    if (!page)
      return page.why();
    if (page->empty())
      return text;
    text += *page;
  }
}

/// As verify_export() says it: "right", or the line and what is wrong.
inline std::string verified(const std::string& text) {
  std::istringstream file{text};
  const auto x = evidence::verify_export(file);
  const auto* wrong = std::get_if<evidence::file_problem>(&x);
  return wrong == nullptr ? "right" : std::to_string(wrong->line) + ": " + wrong->what;
}

inline evidence::verified_export content(const std::string& text) {
  std::istringstream file{text};
  return std::get<evidence::verified_export>(evidence::verify_export(file));
}

inline store::check_report check_all(wall_time verdicts_since = {}, wall_time decisions_since = {}) {
  return in_transaction([&](pqxx::work& transaction) {
    return store::verify_all(transaction, verdicts_since, decisions_since);
  });
}

} // namespace sluice::test
