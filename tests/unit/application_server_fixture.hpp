// What the tests of collector and desk share: both actors in a time of the test's own, with peers that note what they
// are told. The peers are actors of the protocol's interfaces; what a real one would decide, the test says.
#pragma once

#include "actors/application_server/collector.hpp"
#include "actors/application_server/desk.hpp"
#include "actors/application_server/http/json.hpp"
#include "tests/unit/monitor_fixture.hpp"

#include <deque>
#include <functional>
#include <set>
#include <tuple>
#include <utility>

namespace sluice::test {

constexpr std::int64_t begin_us = 1'795'361'830'000'000; ///< a full second

/// What the peers were told, and what they shall answer.
struct peers {
  // SLA core
  std::vector<sample_batch> core_batches;
  std::vector<gateway_info> core_gateways;
  std::vector<terms> core_terms;
  caf::error core_refuses;
  // database manager
  std::vector<export_question> exports;
  std::vector<verdict_import> imports;
  std::vector<row_batch> stored;
  std::deque<caf::typed_response_promise<std::uint64_t>> held; ///< answers to rows, while `hold_rows`
  bool hold_rows = false;
  caf::error refuses; ///< every operation, while it is an error
  std::map<std::string, agreement> agreements;
  std::map<stream_id, override_order> orders;
  std::vector<policy_document> policies; ///< newest last
  std::vector<exclusion> exclusions;     ///< in the order of their entry, withdrawals too
  std::map<std::string, access_token> tokens;
  std::vector<history_question> questions;
  history_answer past;          ///< to each of them
  bool hold_agreements = false; ///< replaced agreements are answered once this is false
  std::vector<std::function<void()>> held_agreements;
  database_status status;
  std::vector<gateway_info> monitored;

  /// The rows as the database would hold them: each key once.
  [[nodiscard]] std::set<std::tuple<stream_id, std::int64_t, std::uint64_t>> keys() const {
    std::set<std::tuple<stream_id, std::int64_t, std::uint64_t>> all;
    for (const auto& batch : stored)
      for (const auto& row : batch.rows)
        all.insert({row.total.stream, row.total.taken.unix_us, row.first_sequence});
    return all;
  }
};

using core_pointer = sla_core_actor::pointer;

inline sla_core_actor::behavior_type fake_core(core_pointer, peers* seen) {
  return {
      [=](const sample_batch& x) {
        seen->core_batches.push_back(x);
      },
      [=](const gateway_info& x) {
        seen->core_gateways.push_back(x);
      },
      [=](const terms& x) -> caf::result<std::uint64_t> {
        seen->core_terms.push_back(x);
        if (seen->core_refuses)
          return seen->core_refuses;
        return std::uint64_t{x.agreements.size()};
      },
      [](peer_up_atom, const std::string&, const caf::strong_actor_ptr&) {},
      [](peer_down_atom, const std::string&, const caf::error&) {},
  };
}

inline database_manager_actor::behavior_type fake_database(database_manager_actor::pointer self, peers* seen) {
  const auto store = [=](agreement x) {
    x.version = seen->agreements.contains(x.name) ? seen->agreements[x.name].version + 1 : 1;
    x.since = wall_time{begin_us};
    return seen->agreements[x.name] = x;
  };
  return {
      [=](create_atom, const agreement& x) -> caf::result<agreement> {
        if (seen->refuses)
          return seen->refuses;
        if (const auto found = seen->agreements.find(x.name); found != seen->agreements.end()) {
          auto same = x;
          same.version = found->second.version;
          same.since = found->second.since;
          if (same == found->second)
            return found->second;
          return ec::already_exists;
        }
        return store(x);
      },
      [=](replace_atom, const agreement& x) -> caf::result<agreement> {
        if (seen->refuses)
          return seen->refuses;
        if (seen->hold_agreements) {
          auto promise = self->make_response_promise<agreement>();
          seen->held_agreements.emplace_back([=]() mutable {
            promise.deliver(store(x));
          });
          return promise;
        }
        return store(x);
      },
      [=](end_atom, const std::string& x) -> caf::result<agreement> {
        const auto found = seen->agreements.find(x);
        if (found == seen->agreements.end())
          return ec::not_found;
        auto last = found->second;
        seen->agreements.erase(found);
        return last;
      },
      [=](history_atom, const std::string& x) -> caf::result<std::vector<agreement>> {
        if (!seen->agreements.contains(x))
          return ec::not_found;
        return std::vector<agreement>{seen->agreements[x]};
      },
      [=](order_atom, const override_order& x) -> caf::result<override_order> {
        return seen->orders[x.stream] = x;
      },
      [=](retract_atom, const stream_id& x) -> caf::result<override_order> {
        const auto found = seen->orders.find(x);
        if (found == seen->orders.end())
          return ec::not_found;
        auto last = found->second;
        seen->orders.erase(found);
        return last;
      },
      [=](terms_atom) -> caf::result<terms> {
        if (seen->refuses)
          return seen->refuses;
        terms all;
        for (const auto& [name, x] : seen->agreements)
          all.agreements.push_back(x);
        for (const auto& [stream, x] : seen->orders)
          all.overrides.push_back(x);
        if (!seen->policies.empty())
          all.policy = seen->policies.back();
        for (const auto& [id, x] : seen->tokens)
          all.tokens.push_back(x);
        return all;
      },
      [=](const row_batch& x) -> caf::result<std::uint64_t> {
        seen->stored.push_back(x);
        if (seen->refuses)
          return seen->refuses;
        if (!seen->hold_rows)
          return std::uint64_t{x.rows.size()};
        auto promise = self->make_response_promise<std::uint64_t>();
        seen->held.push_back(promise);
        return promise;
      },
      [=](status_atom) -> caf::result<database_status> {
        if (!seen->hold_rows) { // PostgreSQL is back
          for (auto& promise : seen->held)
            promise.deliver(std::uint64_t{1});
          seen->held.clear();
        }
        if (!seen->hold_agreements)
          for (auto& answer : std::exchange(seen->held_agreements, {}))
            answer();
        return seen->status;
      },
      [=](replace_atom, const policy_document& x) -> caf::result<policy_document> {
        if (seen->refuses)
          return seen->refuses;
        if (!seen->policies.empty() && same_policy(seen->policies.back(), x))
          return seen->policies.back();
        seen->policies.push_back(x);
        seen->policies.back().version = static_cast<std::uint32_t>(seen->policies.size());
        seen->policies.back().since = wall_time{begin_us};
        return seen->policies.back();
      },
      [=](history_atom) -> caf::result<std::vector<policy_document>> {
        return std::vector<policy_document>{seen->policies.rbegin(), seen->policies.rend()};
      },
      [=](create_atom, const exclusion& x) -> caf::result<exclusion> {
        if (seen->refuses)
          return seen->refuses;
        seen->exclusions.push_back(x);
        seen->exclusions.back().id = static_cast<std::int64_t>(seen->exclusions.size());
        seen->exclusions.back().entered = wall_time{begin_us};
        return seen->exclusions.back();
      },
      [=](retract_atom, const exclusion& x) -> caf::result<exclusion> {
        if (x.withdraws < 1 || x.withdraws > static_cast<std::int64_t>(seen->exclusions.size()))
          return ec::not_found;
        seen->exclusions.push_back(x);
        seen->exclusions.back().id = static_cast<std::int64_t>(seen->exclusions.size());
        seen->exclusions.back().entered = wall_time{begin_us};
        return seen->exclusions.back();
      },
      [=](const export_question& x) -> caf::result<export_page> {
        seen->exports.push_back(x);
        if (seen->refuses)
          return seen->refuses;
        return export_page{"page\n", x.cursor.empty() ? "1.2" : "", x.from, x.to, "00", "11", {}};
      },
      [=](const verdict_import& x) -> caf::result<std::uint64_t> {
        seen->imports.push_back(x);
        return std::uint64_t{1};
      },
      [=](create_atom, const access_token& x) -> caf::result<access_token> {
        if (seen->refuses)
          return seen->refuses;
        return seen->tokens[x.id] = x;
      },
      [=](retract_atom, const access_token& x) -> caf::result<access_token> {
        const auto found = seen->tokens.find(x.id);
        if (found == seen->tokens.end())
          return ec::not_found;
        found->second.revoked = wall_time{begin_us};
        return found->second;
      },
      [=](const history_question& x) -> caf::result<history_answer> {
        if (seen->refuses)
          return seen->refuses;
        seen->questions.push_back(x);
        return seen->past;
      },
  };
}

inline performance_monitor_actor::behavior_type fake_monitor(performance_monitor_actor::pointer, peers* seen) {
  return {
      [](const throttle_batch&) {},
      [](const lease_renewal&) {},
      [=](list_atom) -> caf::result<std::vector<gateway_info>> {
        return seen->monitored;
      },
      [](peer_up_atom, const std::string&, const caf::strong_actor_ptr&) {},
      [](peer_down_atom, const std::string&, const caf::error&) {},
  };
}

/// Collector and desk, and a clock that stands until pass().
struct application_world : deterministic_system {
  peers seen;
  instant now{std::chrono::hours{1}};
  wall_time label{begin_us};
  desk_actor front;
  collector_actor back;
  std::vector<caf::strong_actor_ptr> spawned;
  std::vector<event> announced; ///< what webhooks would be told

  explicit application_world(outbox_bounds bounds = {}) {
    clocks time;
    time.monotonic = [this] {
      return now;
    };
    time.wall = [this] {
      return label;
    };
    desk_settings desk_options;
    desk_options.time = time;
    collector_settings options;
    options.time = time;
    options.bounds = bounds;
    options.announce = [this](const event& x) {
      announced.push_back(x);
    };
    options.more_metrics = [] {
      return std::string{"others_have 1\n"};
    };
    front = system.spawn(desk, desk_options);
    back = system.spawn(collector, options, front);
    caf::anon_send(front, peer_up_atom::value, std::string{"collector"}, caf::actor_cast<caf::strong_actor_ptr>(back));
    run();
  }

  ~application_world() {
    seen.held.clear();
    seen.held_agreements.clear();
    for (const auto& x : {caf::actor_cast<caf::strong_actor_ptr>(front), caf::actor_cast<caf::strong_actor_ptr>(back)})
      caf::anon_send_exit(caf::actor_cast<caf::actor>(x), caf::exit_reason::user_shutdown);
    for (const auto& x : spawned)
      caf::anon_send_exit(caf::actor_cast<caf::actor>(x), caf::exit_reason::user_shutdown);
    run();
  }

  /// Lets time pass on all clocks.
  void pass(duration time) {
    constexpr duration step = std::chrono::milliseconds{50};
    for (duration passed{0}; passed < time; passed += step) {
      now += step;
      label.unix_us += step.count() / 1'000;
      scheduler().advance_time(step);
      run();
    }
  }

  template<class Handle>
  Handle up(const std::string& role, const Handle& who) {
    const auto pointer = caf::actor_cast<caf::strong_actor_ptr>(who);
    spawned.push_back(pointer);
    caf::anon_send(back, peer_up_atom::value, role, pointer);
    run();
    return who;
  }

  auto core_up() {
    return up("sla-core", system.spawn(fake_core, &seen));
  }
  auto monitor_up() {
    return up("performance-monitor", system.spawn(fake_monitor, &seen));
  }
  auto database_up() {
    seen.status.connected = true;
    seen.status.schema_version = 3;
    return up("database-manager", system.spawn(fake_database, &seen));
  }

  template<class Handle>
  void down(const std::string& role, const Handle& who) {
    caf::anon_send_exit(who, caf::exit_reason::kill);
    run();
    caf::anon_send(back, peer_down_atom::value, role, caf::error{caf::exit_reason::kill});
    run();
  }

  struct asked {
    int answers = 0;
    http::response got;
    [[nodiscard]] http::json body() const {
      return http::json::parse(got.body);
    }
  };

  /// A call, its answer where there is one already.
  /// An admin's, unless it says whose it is.
  std::shared_ptr<asked> call(http::call x) {
    if (x.asker.token.empty())
      x.asker = {access_role::admin, {}, "file", {}, {}};
    auto out = std::make_shared<asked>();
    const auto answer = [out](http::response y) {
      ++out->answers;
      out->got = std::move(y);
    };
    caf::anon_send(front, std::make_shared<const exchange>(exchange{std::move(x), answer}));
    run();
    return out;
  }

  std::shared_ptr<asked> call(http::operation what) {
    http::call x;
    x.what = what;
    return call(x);
  }

  /// One gateway's batch with one sample for each client.
  void batch(std::uint64_t sequence, const std::vector<std::string>& clients = {"127.0.0.1"},
             const std::string& gateway = "gw1") {
    sample_batch x{gateway, 1, sequence, {}};
    for (const auto& client : clients) {
      auto one = some_sample(gateway);
      one.stream.client = client;
      one.sequence = sequence;
      one.taken = label;
      x.samples.push_back(one);
    }
    caf::anon_send(back, std::move(x));
    run();
  }

  /// Ten batches of 100 ms each.
  void second_of_batches(std::uint64_t& sequence) {
    for (int i = 0; i < 10; ++i) {
      batch(++sequence);
      pass(std::chrono::milliseconds{100});
    }
  }
};

} // namespace sluice::test
