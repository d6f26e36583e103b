// What the database manager derived as rows came, in a run of an hour of labels with kills, is what follows from all
// that is stored: verdicts to the byte of their chains, minutes, hours, and the figures that clients are told.
#include "actors/domain/accounting.hpp"
#include "tests/process/database_process_fixture.hpp"
#include "tests/process/derived_again.hpp"

#include <deque>
#include <random>

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t step_s = 10; // of a batch

std::int64_t system_now_s() {
  using namespace std::chrono;
  return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

wall_time at(std::int64_t second) {
  return wall_time{second * 1'000'000};
}

/// Two latency points and a reservation, judged every 10 s.
agreement promised_gold() {
  auto x = gold();
  x.streams = {"*", "oltp", "10.*"};
  x.objective.reservation.per_second = 50;
  x.objective.latency = {{latency_statistic::mean, 5ms, rate{100}}, {latency_statistic::p99, 20ms, rate{}}};
  return x;
}

/// One latency point up to a load, judged every 30 s.
agreement promised_silver() {
  agreement x;
  x.name = "silver";
  x.tenant = "bolt";
  x.streams = {"gw1", "batch", "*"};
  x.objective.latency = {{latency_statistic::p50, 4ms, rate{60}}};
  x.objective.compliance.interval = 30s;
  return x;
}

/// A reservation alone, for whoever is left.
agreement promised_bronze() {
  agreement x;
  x.name = "bronze";
  x.tenant = "core";
  x.objective.reservation.per_second = 40;
  return x;
}

struct client {
  stream_id stream;
  std::uint64_t sequence = 1;
};

/// What one stream does for a while.
enum class mood { good, slow, greedy, idle, silent };

/// A run: rows as an application server makes them, in batches of ten seconds, with everything that can go wrong on the
/// way: halves of a second, rows of a second in a later batch, the same row twice, gaps, rows and findings that are too
/// late.
class run {
public:
  run(std::int64_t begin_s, std::uint32_t seed) : begin_s_(begin_s), chance_(seed) {
    for (const auto* name : {"10.0.0.1", "10.0.0.2", "192.168.0.1"})
      clients_.push_back({{"gw1", "oltp", name}});
    clients_.push_back({{"gw1", "batch", "10.0.0.3"}});
    clients_.push_back({{"gw2", "batch", "10.0.0.3"}});
    moods_.resize(clients_.size(), mood::good);
  }

  /// The rows of [from, from + step_s), some of the step before, and that everything before is there.
  row_batch batch(std::int64_t from) {
    row_batch x;
    std::swap(x.rows, kept_back_);
    for (auto second = from; second < from + step_s; ++second) {
      const auto age = second - begin_s_;
      if (age % 40 == 0)
        for (auto& one : moods_)
          one = static_cast<mood>(chance_() % 5);
      const bool outage = age >= 1'500 && age < 1'570; // nobody is heard
      for (std::size_t i = 0; i < clients_.size(); ++i)
        add_second(x, clients_[i], second, outage ? mood::silent : moods_[i]);
    }
    if (chance_() % 4 == 0 && !x.rows.empty())
      x.rows.push_back(x.rows[chance_() % x.rows.size()]); // the same again
    std::shuffle(x.rows.begin(), x.rows.end(), chance_);
    if (from - begin_s_ > 300 && chance_() % 10 == 0) { // much too late
      sample late = figures(clients_[0].stream, from - 200, mood::good);
      late.sequence = 1'000'000'000 + static_cast<std::uint64_t>(from);
      x.rows.push_back(row(late, 1));
    }
    x.everything_until = at(from + step_s - 10); // a row may come in the batch after its own
    for (const auto& one : x.rows)
      sent_.insert({to_string(one.total.stream), one.total.taken.unix_us, one.first_sequence});
    return x;
  }

  [[nodiscard]] std::size_t sent() const {
    return sent_.size();
  }

private:
  sample figures(const stream_id& stream, std::int64_t second, mood how) {
    sample x;
    x.stream = stream;
    x.backend = "disk";
    x.taken = at(second);
    x.interval = 1s;
    const auto requests = how == mood::idle ? 0U : how == mood::greedy ? 150U + chance_() % 60 : 30U + chance_() % 25;
    x.arrivals = requests;
    x.completions = x.reads = how == mood::greedy ? requests / 2 : requests;
    x.read_bytes = x.reads * 4096;
    x.backlog = how == mood::greedy ? 3 : 0;
    for (std::uint64_t i = 0; i < x.completions; ++i) {
      const auto latency = how == mood::slow ? 8ms + 100us * static_cast<int>(chance_() % 50)
                                             : 1ms + 10us * static_cast<int>(chance_() % 50);
      x.backend_latency.record(latency - 100us);
      x.total_latency.record(latency);
    }
    return x;
  }

  static sample_row row(const sample& x, std::uint64_t samples) {
    auto made = make_row(x, 7);
    made.last_sequence = made.first_sequence + samples - 1;
    made.samples = static_cast<std::uint32_t>(samples);
    return made;
  }

  void add_second(row_batch& to, client& of, std::int64_t second, mood how) {
    const auto first = of.sequence;
    of.sequence += 10;
    if (how == mood::silent || chance_() % 50 == 0)
      return;
    auto x = figures(of.stream, second, how);
    x.sequence = first;
    if (chance_() % 12 != 0) {
      auto whole = row(x, chance_() % 20 == 0 ? 9 : 10); // or a sample is missing
      (chance_() % 15 == 0 ? kept_back_ : to.rows).push_back(std::move(whole));
      return;
    }
    // The application server was restarted in this second.
    x.interval = 400ms;
    to.rows.push_back(row(x, 4));
    x = figures(of.stream, second, how);
    x.interval = 600ms;
    x.sequence = first + 4;
    to.rows.push_back(row(x, 6));
  }

  std::int64_t begin_s_;
  std::mt19937 chance_;
  std::vector<client> clients_;
  std::vector<mood> moods_;
  std::vector<sample_row> kept_back_;
  std::set<std::tuple<std::string, std::int64_t, std::uint64_t>> sent_;
};

verdict finding(const agreement& of, std::uint32_t point, std::int64_t from_s) {
  verdict x;
  x.agreement = of.name;
  x.version = of.version;
  x.point = point;
  x.from = at(from_s);
  x.length = of.objective.compliance.interval;
  x.outcome = verdict_outcome::violated;
  x.cause = violation_cause::stream;
  x.culprit = "gw1/batch/10.0.0.3";
  x.measured = 17ms;
  x.target = 5ms;
  x.iops = 12;
  return x;
}

/// Sends batches until each was answered, in their order, over any death of the manager.
class sender {
public:
  explicit sender(pair_of_processes& to) : to_(to) {}
  void put(row_batch x) {
    waiting_.push_back(std::move(x));
  }
  /// Sends what waits; kills the manager after some answers if `kill`.
  void flush(std::mt19937& chance, bool kill) {
    while (!waiting_.empty()) {
      std::vector<decltype(to_.send(row_batch{}))> sent;
      for (const auto& x : waiting_)
        sent.push_back(to_.send(x));
      const auto survives = kill ? chance() % sent.size() : sent.size();
      std::deque<row_batch> unanswered;
      for (std::size_t i = 0; i < sent.size(); ++i) {
        if (i == survives) {
          to_.kill();
          to_.start();
        }
        sent[i].receive([](std::uint64_t) {},
                        [&](const caf::error&) {
                          unanswered.push_back(waiting_[i]);
                        });
      }
      waiting_ = std::move(unanswered);
      if (std::exchange(kill, false))
        to_.find();
      to_.wait_for_connection();
    }
  }

private:
  pair_of_processes& to_;
  std::deque<row_batch> waiting_;
};

/// How clients must be told an agreement in [from, to): intervals counted one by one.
agreement_account counted_again(const std::vector<final_verdict>& verdicts, wall_time from, wall_time to,
                                const std::vector<std::pair<wall_time, wall_time>>& excluded) {
  agreement_account out;
  std::map<std::pair<std::uint32_t, std::int32_t>, interval_counts> objectives;
  std::map<std::pair<wall_time, std::uint32_t>, std::vector<const final_verdict*>> intervals;
  const auto is_excluded = [&](const final_verdict& x) {
    const wall_time end{x.what.from.unix_us
                        + std::chrono::duration_cast<std::chrono::microseconds>(x.what.length).count()};
    return std::any_of(excluded.begin(), excluded.end(), [&](const auto& span) {
      return x.what.from < span.second && span.first < end;
    });
  };
  for (const auto& x : verdicts) {
    if (x.what.from < from || x.what.from >= to)
      continue;
    count(objectives[{x.what.version, static_cast<std::int32_t>(x.what.point)}], x, is_excluded(x));
    intervals[{x.what.from, x.what.version}].push_back(&x);
  }
  for (const auto& [key, all] : intervals) {
    auto whole = *all.front();
    std::vector<verdict_outcome> outcomes;
    for (const auto* x : all)
      outcomes.push_back(x->what.outcome);
    whole.what.outcome = outcome_of_all(outcomes);
    count(out.whole, whole, is_excluded(whole));
  }
  for (const auto& [key, counts] : objectives)
    out.objectives.push_back({key.first, key.second, counts});
  return out;
}

std::size_t count_of(const std::map<std::string, std::vector<final_verdict>>& all, verdict_outcome outcome) {
  std::size_t found = 0;
  for (const auto& [name, verdicts] : all)
    found += static_cast<std::size_t>(std::count_if(verdicts.begin(), verdicts.end(), [&](const final_verdict& x) {
      return x.what.outcome == outcome;
    }));
  return found;
}

const std::vector<std::string> names{"bronze", "oltp-gold", "silver"};

} // namespace

TEST_CASE(
    "what was derived live, over kills of the manager and of PostgreSQL, is what follows from all that is stored") {
  server().clear();
  // Labels from an hour ago up to three minutes from now: nobody is believed who is further ahead.
  const auto begin_s = system_now_s() / 10 * 10 - 3'400;
  store::database hand{settings_for(server().url())}; // establishes agreements in the past
  REQUIRE(hand.open());
  auto gold_terms = *hand.create(promised_gold(), at(begin_s - 15));
  REQUIRE(hand.create(promised_silver(), at(begin_s - 15)));
  REQUIRE(hand.create(promised_bronze(), at(begin_s - 15)));
  pair_of_processes x;
  x.wait_for_connection();
  const std::uint32_t seed = 11;
  CAPTURE(seed);
  std::mt19937 chance{seed};
  run rows{begin_s, seed};
  sender out{x};
  const auto kill_at = [&](std::int64_t age) {
    return age == 620 || age == 1'240 || age == 1'560 || age == 2'480 || age == 3'100 || age == 3'410;
  };
  auto stricter = promised_gold();
  stricter.objective.latency[0] = {latency_statistic::mean, 2ms, rate{70}};
  auto end_s = begin_s + 3'500;
  for (std::int64_t age = 0; begin_s + age < end_s; age += step_s) {
    auto batch = rows.batch(begin_s + age);
    if ((age >= 200 && age < 600) || age == 1'520) // in time: of intervals with rows, and of one without
      for (std::uint32_t point = 0; point < 3; ++point)
        batch.verdicts.push_back(finding(gold_terms, point, begin_s + age));
    if (age == 900) // too late: its interval was judged
      batch.verdicts.push_back(finding(gold_terms, 0, begin_s + 100));
    out.put(std::move(batch));
    if (age % 200 == 0 || kill_at(age))
      out.flush(chance, kill_at(age));
    if (age == 1'000) { // another version, while there is no manager; nothing of its time is closed yet
      x.kill();
      gold_terms = *hand.replace(stricter, at(begin_s + age + 3));
      auto held_up = promised_silver();
      held_up.suspended = true;
      REQUIRE(hand.replace(held_up, at(begin_s + age + 3)));
      REQUIRE(hand.replace(promised_silver(), at(begin_s + age + 503)));
      x.start();
      x.find();
      x.wait_for_connection();
    }
    if (age == 2'000)
      REQUIRE(x.ask<agreement>(end_atom::value, std::string{"bronze"}));
    if (age == 3'000) {
      server().kill();
      server().start();
    }
    if (age == 3'400) { // and one that the manager establishes now: some time is left for it
      const auto stored = x.ask<agreement>(replace_atom::value, promised_gold());
      REQUIRE(stored);
      CHECK(stored->version == 3);
      end_s = stored->since.unix_us / 10'000'000 * 10 + 190;
      REQUIRE(end_s > begin_s + age + 50);
    }
  }
  row_batch last; // nothing but that everything is there
  end_s += 60;
  last.everything_until = at(end_s + 25);
  const auto patience_end = std::chrono::steady_clock::now() + 60s;
  do {
    REQUIRE(std::chrono::steady_clock::now() < patience_end);
    out.put(last);
    out.flush(chance, false);
  } while (x.ask<database_status>(status_atom::value)->closed_until < at(end_s));
  exclusion maintenance;
  maintenance.agreements = "oltp-*";
  maintenance.starts = at(begin_s + 1'203); // no interval begins or ends there
  maintenance.length = 95s;
  maintenance.time_zone = "UTC";
  maintenance.author = "jo";
  maintenance.reason = "firmware";
  maintenance.correction = true; // should the month end while this test runs
  REQUIRE(x.ask<exclusion>(create_atom::value, maintenance));

  const auto facts = read_facts(names);
  CHECK(facts.judged_until_s == end_s);
  CHECK(server().count("samples") + server().count("late_samples") == static_cast<std::int64_t>(rows.sent()));
  CHECK(server().count("late_samples") > 10);
  CHECK(server().sql("SELECT count(*) FILTER (WHERE late) || ' of ' || count(*) FROM findings") == "1 of 124");
  const auto again = verdicts_again(facts);
  for (const auto& name : names) {
    CAPTURE(name);
    const auto expected = chain_of(again.at(name));
    const auto stored = stored_chain(name);
    REQUIRE(stored.size() == expected.size());
    for (std::size_t i = 0; i < stored.size(); ++i) {
      REQUIRE(stored[i].first == expected[i].first);
      REQUIRE(stored[i].second == expected[i].second);
    }
    CHECK(server().sql("SELECT position || ' ' || encode(hash, 'hex') FROM chain_heads WHERE chain = 'verdicts/" + name
                       + "'")
          == std::to_string(stored.size()) + ' ' + stored.back().second);
  }
  // The run had all of it, so that nothing above holds for want of cases.
  for (const auto outcome :
       {verdict_outcome::met, verdict_outcome::violated, verdict_outcome::exempt, verdict_outcome::no_data})
    CHECK(count_of(again, outcome) > 20);
  CHECK(server().count("verdicts WHERE basis = 'finding'") >= 3);
  CHECK(server().count("verdicts WHERE culprit <> '' AND basis = 'rows'") > 0);
  CHECK(server().count("verdicts WHERE agreement = 'oltp-gold' AND version = 2") > 600);
  CHECK(server().count("verdicts WHERE agreement = 'oltp-gold' AND version = 3") > 30);
  CHECK(server().count("verdicts WHERE agreement = 'silver' AND version = 2") == 0); // suspended
  CHECK(server().count("verdicts WHERE agreement = 'silver' AND version = 3") > 50);

  CHECK(server().count("hours") > 0);
  CHECK(wrong_roll_ups("minutes", "minute") == 0);
  CHECK(wrong_roll_ups("hours", "hour") == 0);

  history_question question;
  question.what = question_kind::compliance;
  question.from = at(begin_s + 133); // neither an hour nor an interval begins or ends there
  question.to = at(begin_s + 3'277);
  const auto told = x.ask<history_answer>(question);
  REQUIRE(told);
  REQUIRE(told->accounts.size() == 3);
  for (const auto& account : told->accounts) {
    CAPTURE(account.terms.name);
    const bool is_gold = account.terms.name == "oltp-gold";
    const auto expected =
        counted_again(again.at(account.terms.name), question.from, question.to,
                      is_gold ? std::vector<std::pair<wall_time, wall_time>>{{maintenance.starts, at(begin_s + 1'298)}}
                              : std::vector<std::pair<wall_time, wall_time>>{});
    CHECK(account.whole == expected.whole);
    CHECK(account.objectives == expected.objectives);
    CHECK((account.whole.excluded > 0) == is_gold);
  }
  CHECK(x.stop() == 0);
}
