// Makes the schema and the agreements (`prepare`), and measures questions about the past through the functions that the
// database manager calls (`measure`). The rows between are made by __main__.py.
#include "actors/database_manager/query/answer.hpp"
#include "actors/report/document.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace sluice;
using std::chrono::steady_clock;

struct options {
  std::string url;
  std::string schema;
  std::int64_t now_s = 0;
  std::int64_t days = 30;
  std::int64_t interval_s = 120;
  int agreements = 500;
  int rounds = 21;
};

int complain(const std::string& what) {
  std::fprintf(stderr, "sluice-bench-history: %s\n", what.c_str());
  return 3;
}

store::connection_settings settings_of(const options& x) {
  store::connection_settings out;
  out.url = x.url;
  out.schema_directory = x.schema;
  out.statement_timeout = std::chrono::minutes{10};
  return out;
}

std::string volume(int i) {
  char text[16];
  std::snprintf(text, sizeof text, "v%04d", i);
  return text;
}

int prepare(const options& x) {
  store::database database{settings_of(x)};
  if (const auto opened = database.open(); !opened)
    return complain(opened.why().text);
  const wall_time begin{(x.now_s - (x.days + 1) * 86'400) * 1'000'000};
  for (int i = 1; i <= x.agreements; ++i) {
    agreement one;
    one.name = "a" + volume(i);
    one.tenant = "t" + std::to_string(i % 20);
    one.streams = {"gw1", volume(i), "*"};
    one.objective.latency = {{latency_statistic::mean, std::chrono::milliseconds{5}, rate{}}};
    one.objective.compliance.interval = std::chrono::seconds{x.interval_s};
    one.objective.compliance.target_ppm = 999'000;
    if (const auto stored = database.create(one, begin); !stored)
      return complain(stored.why().text);
  }
  return 0;
}

/// Answers questions, each about another stream or agreement, and tells how long they took.
class measured {
public:
  explicit measured(const options& x) : of_(x), history_(settings_of(x), std::chrono::minutes{10}) {}

  /// One line of JSON. `question(i)` is the i-th. Reports are written as HTML too. False if one fails.
  template<class Question>
  bool row(const char* id, Question question) {
    std::vector<double> took;
    std::size_t size = 0;
    for (int i = -2; i < of_.rounds; ++i) { // the first two only warm up
      const auto begin = steady_clock::now();
      const history_question asked = question(i + 2);
      const auto found = history_.read([&](store::reading& from) {
        return query::answer(from, asked, now(), store::retention{});
      });
      if (!found)
        return complain(std::string{id} + ": " + found.why().text) == 0;
      size = found->series.size() + found->accounts.size();
      if (asked.what == question_kind::report)
        size = report::html(report::make_document(*found, "month")).size();
      const std::chrono::duration<double, std::milli> length = steady_clock::now() - begin;
      if (i >= 0)
        took.push_back(length.count());
    }
    std::sort(took.begin(), took.end());
    std::printf("{\"id\": \"%s\", \"median_ms\": %.3f, \"worst_ms\": %.3f, \"size\": %zu}\n", id, took[took.size() / 2],
                took.back(), size);
    std::fflush(stdout);
    return true;
  }

  [[nodiscard]] wall_time now() const {
    return wall_time{of_.now_s * 1'000'000};
  }
  [[nodiscard]] history_question base(question_kind what, std::int64_t seconds) const {
    history_question x;
    x.what = what;
    x.to = now();
    x.from = wall_time{(of_.now_s - seconds) * 1'000'000};
    return x;
  }
  /// A stream far from the one before.
  [[nodiscard]] int pick(int i) const {
    return i * 197 % of_.agreements + 1;
  }

private:
  const options& of_;
  store::history history_;
};

int measure(const options& x) {
  measured on{x};
  const auto series = [&](std::int64_t seconds, std::uint32_t points) {
    return [&on, seconds, points](int i) {
      auto q = on.base(question_kind::series, seconds);
      q.stream = {"gw1", volume(on.pick(i)), "c"};
      q.points = points;
      return q;
    };
  };
  const auto month = x.days * 86'400;
  const bool done = on.row("hour of a stream", series(3600, default_history_points))
                    && on.row("hour of a stream, each second", series(3600, 3600))
                    && on.row("month of a stream", series(month, default_history_points))
                    && on.row("month's compliance of all",
                              [&](int) {
                                return on.base(question_kind::compliance, month);
                              })
                    && on.row("month's report", [&](int i) {
                         auto q = on.base(question_kind::report, month);
                         q.agreement = "a" + volume(on.pick(i));
                         q.limit = 500;
                         return q;
                       });
  return done ? 0 : 3;
}

} // namespace

int main(int argc, char** argv) {
  options x;
  if (argc != 9)
    return complain("usage: prepare|measure URL SCHEMA NOW DAYS INTERVAL AGREEMENTS ROUNDS"), 2;
  x.url = argv[2];
  x.schema = argv[3];
  x.now_s = std::atoll(argv[4]);
  x.days = std::atoll(argv[5]);
  x.interval_s = std::atoll(argv[6]);
  x.agreements = std::atoi(argv[7]);
  x.rounds = std::atoi(argv[8]);
  return std::string{argv[1]} == "prepare" ? prepare(x) : measure(x);
}
