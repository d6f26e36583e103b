// Exports out of a real PostgreSQL, and exclusions: what comes out proves itself, and says what the tables say.
#include "tests/process/evidence_store_fixture.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace sluice;
using namespace sluice::store;
using namespace sluice::test;

namespace {

/// The verifier in Python, which shares no code with ours: what it prints.
std::string python_says(const std::string& text) {
  const auto file = std::filesystem::temp_directory_path() / ("sluice-export-" + std::to_string(::getpid()));
  std::ofstream{file, std::ios::binary} << text;
  std::string said;
  auto* pipe = ::popen(("/usr/bin/python3 " SLUICE_EVIDENCE_VERIFIER " " + file.string() + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
    said += static_cast<char>(c);
  ::pclose(pipe);
  std::filesystem::remove(file);
  return said;
}

exclusion window_of(const std::string& agreements, wall_time starts) {
  exclusion x;
  x.agreements = agreements;
  x.starts = starts;
  x.length = std::chrono::hours{1};
  x.time_zone = "UTC";
  x.author = "ann";
  x.reason = "new disks";
  return x;
}

} // namespace

TEST_CASE("an export of a period is right, by our verifier and by one in Python, and counts as the table does") {
  proved_store x{2 * 144 + 6};
  const auto text = export_text("a", in_may(0), in_may(2 * a_day), x.key);
  REQUIRE(text);
  REQUIRE(verified(*text) == "right");
  const auto found = content(*text);
  CHECK(found.verdicts == 288 * 3);
  CHECK(found.roots == 3);
  CHECK(found.verdicts_beyond_roots == 0);
  CHECK(found.entries_beyond_roots == 0);
  CHECK(found.decisions == 4);
  CHECK(found.ledger_entries == 2); // its version and one of two exclusions
  CHECK(found.gap_count == 0);
  for (const auto& [of, count] : found.counts)
    for (const auto& [outcome, number] : {std::pair{"met", count.met},
                                          {"violated", count.violated},
                                          {"exempt", count.exempt},
                                          {"no-data", count.no_data}})
      CHECK(std::stoull(
                server().sql("SELECT count(*) FROM verdicts WHERE agreement = 'a' AND since < '2024-05-03' AND point = "
                             + std::to_string(of.second) + " AND outcome = '" + outcome + "'"))
            == number);
  CHECK(python_says(*text) == "right: a, 864 verdicts, 3 roots\n");
  auto changed = *text;
  changed[changed.find("\tmet\t") + 1] = 'M';
  CHECK(python_says(changed).starts_with("wrong: line "));
  CHECK(verified(changed) != "right");
}

TEST_CASE("a period that begins and ends within days is led to the next root and counts its own verdicts alone") {
  proved_store x;
  const auto text = export_text("b", in_may(6 * 3600), in_may(a_day + 6 * 3600), x.key);
  REQUIRE(text);
  REQUIRE(verified(*text) == "right");
  const auto found = content(*text);
  CHECK(found.verdicts == 144 * 3);
  CHECK(found.verdicts_beyond_roots == 0);
  CHECK(text->find("start\t108\t") != std::string::npos);
  CHECK(text->find("\nchain\t864\t") != std::string::npos);
  CHECK(python_says(*text) == "right: b, 432 verdicts, 3 roots\n");
}

TEST_CASE("an export of a period that has not ended says what no root holds yet") {
  proved_store x{2 * 144 + 6};
  const auto text = export_text("a", in_may(a_day), in_may(31 * a_day), x.key);
  REQUIRE(text);
  REQUIRE(verified(*text) == "right");
  CHECK(content(*text).verdicts == (144 + 6) * 3);
  CHECK(content(*text).verdicts_beyond_roots == 6 * 3);
  const auto none = export_text("a", in_may(40 * a_day), in_may(41 * a_day), x.key);
  REQUIRE(none);
  REQUIRE(verified(*none) == "right");
  CHECK(content(*none).verdicts == 0);
}

TEST_CASE("an export while verdicts are added and another version comes is that of its beginning") {
  proved_store x;
  evidence_export pages{{"a", in_may(0), in_may(31 * a_day), in_may(3 * a_day)}, x.key};
  std::string text;
  for (std::int64_t i = 0;; ++i) {
    const auto page = in_transaction([&](pqxx::work& transaction) {
      return pages.next_page(transaction);
    });
    REQUIRE(page);
    if (page->empty())
      break;
    text += *page;
    in_transaction([&](pqxx::work& transaction) {
      write_verdicts(transaction, {stored_verdict("a", 0, in_may(2 * a_day + i * 600))});
    });
  }
  REQUIRE(verified(text) == "right");
  CHECK(content(text).verdicts == 864);
}

TEST_CASE("what was never promised, an empty period and a broken chain are refused in a sentence") {
  proved_store x{6};
  CHECK(export_text("nobody", in_may(0), in_may(a_day), x.key).why().kind == failure_kind::not_found);
  CHECK(export_text("a", in_may(1), in_may(1), x.key).why().kind == failure_kind::refused);
  server().sql("UPDATE verdicts SET iops = 1 WHERE agreement = 'a' AND position = 7");
  CHECK(export_text("a", in_may(0), in_may(a_day), x.key).why().text
        == "verdict 7 of a is not as it was written: check the evidence in the database");
  server().sql("DELETE FROM verdicts WHERE agreement = 'b' AND position = 7");
  CHECK(export_text("b", in_may(0), in_may(a_day), x.key).why().text
        == "verdict 7 of b is missing: check the evidence in the database");
}

TEST_CASE("an exclusion needs a reason and an author, and of a period that ended it is a correction") {
  fresh_store x;
  REQUIRE(x.result);
  const auto create = [](exclusion what) {
    return in_transaction([&](pqxx::work& transaction) {
      return create_exclusion(transaction, what, in_may(0), in_may(100));
    });
  };
  auto what = window_of("oltp-*", in_may(3600));
  for (auto* field : {&what.author, &what.reason, &what.agreements}) {
    const auto before = std::exchange(*field, "");
    CHECK(create(what).why().kind == failure_kind::refused);
    *field = before;
  }
  what.length = duration{0};
  CHECK(!create(what));
  what.length = std::chrono::hours{1};
  const auto first = create(what);
  REQUIRE(first);
  CHECK(first->id == 1);
  CHECK(!first->correction);
  CHECK(first->entered == in_may(100));
  CHECK(*create(what) == *first);
  auto late = window_of("oltp-*", in_may(-3600));
  CHECK(create(late).why().text.find("can only be entered as a correction") != std::string::npos);
  late.correction = true;
  const auto corrected = create(late);
  REQUIRE(corrected);
  CHECK(corrected->correction);
  what.agreements = "x";
  what.correction = true; // where nothing is to be corrected
  CHECK(!create(what)->correction);
  const auto all = in_transaction([](pqxx::work& transaction) {
    return list_exclusions(transaction);
  });
  CHECK(all.size() == 3);
  CHECK(server().sql("SELECT string_agg(kind || ' ' || subject, ', ' ORDER BY position) FROM ledger")
        == "exclusion oltp-*, exclusion oltp-*, exclusion x");
  for (const auto* statement : {"UPDATE exclusions SET reason = 'x'", "DELETE FROM exclusions"})
    CHECK_THROWS_AS(server().sql(statement), pqxx::sql_error);
}

TEST_CASE("an exclusion is taken back once, by an entry that repeats it") {
  fresh_store x;
  REQUIRE(x.result);
  const auto withdraw = [](std::int64_t id, bool correction, const std::string& reason = "cancelled") {
    return in_transaction([&](pqxx::work& transaction) {
      return withdraw_exclusion(transaction, id, "bob", reason, correction, in_may(7200), in_may(9000));
    });
  };
  const auto create = [](exclusion what) {
    return in_transaction([&](pqxx::work& transaction) {
             return create_exclusion(transaction, what, in_may(0), in_may(100));
           })
        ->id;
  };
  const auto past = create(window_of("a", in_may(3600)));
  const auto open = create(window_of("a", in_may(9 * 3600)));
  auto weekly = window_of("a", in_may(1800));
  weekly.recurrence = "FREQ=WEEKLY";
  const auto recurring = create(weekly);
  CHECK(withdraw(99, false).why().kind == failure_kind::not_found);
  CHECK(withdraw(past, false).why().kind == failure_kind::refused);
  CHECK(withdraw(past, true, "").why().kind == failure_kind::refused);
  const auto taken = withdraw(past, true);
  REQUIRE(taken);
  CHECK(taken->withdraws == past);
  CHECK(taken->correction);
  CHECK(taken->starts == in_may(3600));
  CHECK(taken->author == "bob");
  CHECK(withdraw(past, true).why().kind == failure_kind::already_exists);
  CHECK(withdraw(taken->id, true).why().kind == failure_kind::already_exists);
  CHECK(!withdraw(open, false)->correction);
  CHECK(!withdraw(recurring, false)->correction);
  CHECK(create(window_of("a", in_may(9 * 3600))) > recurring); // after it was taken back it can be entered anew
  CHECK(check_all().broken.has_value() == false);
}
