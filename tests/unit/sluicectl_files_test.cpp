// Files of evidence, rows and verdicts at the client: words, pages, roots that were kept. No server.
#include "actors/evidence/line.hpp"
#include "actors/exchange/samples_csv.hpp"
#include "actors/sluicectl/command_line.hpp"
#include "actors/sluicectl/csv_pages.hpp"
#include "actors/sluicectl/kept_roots.hpp"
#include "actors/sluicectl/pages.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace sluice;
using namespace sluice::ctl;

TEST_SUITE_BEGIN("unit.sluicectl_files");

namespace {

template<class Command>
Command said(std::vector<std::string> words) {
  const auto parsed = parse_command_line(std::move(words));
  INFO(parsed.text);
  REQUIRE(parsed.line);
  REQUIRE(parsed.line->what);
  return std::get<Command>(*parsed.line->what);
}

exit_code code_of(std::vector<std::string> words) {
  return parse_command_line(std::move(words)).code;
}

struct directory {
  directory() {
    std::string pattern = "/tmp/sluice-files-XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~directory() {
    std::filesystem::remove_all(path);
  }
  std::filesystem::path path;
};

/// Pages of a text, by path.
class paged : public server_link {
public:
  explicit paged(std::vector<http_answer> answers)
      : server_link({"http://s", "secret", "t", output_format::table}), answers_(std::move(answers)) {}
  http_answer exchange(const http_request& request) override {
    asked.push_back(request.path);
    REQUIRE(asked.size() <= answers_.size());
    return answers_[asked.size() - 1];
  }
  listening_end listen(const std::string&, const std::string&, const piece_taker&) override {
    FAIL("nothing is listened to");
    return {};
  }
  std::vector<std::string> asked;

private:
  std::vector<http_answer> answers_;
};

std::string fetched(paged& server) {
  std::ostringstream out, err;
  std::string text;
  fetch_pages(server, "/api/v1/x",
              [&](const std::string& page) {
                text += page;
              },
              {out, err});
  return text;
}

evidence::digest digest_of(int x) {
  evidence::digest out{};
  out[0] = static_cast<std::byte>(x);
  return out;
}

} // namespace

TEST_CASE("the words of evidence, export and import") {
  using verb = evidence_command::verb;
  const auto exported = said<evidence_command>({"evidence", "export", "gold", "--period", "2026-11", "--output", "f"});
  CHECK(exported.what == verb::export_file);
  CHECK(exported.file == "f");
  CHECK(said<evidence_command>({"evidence", "key", "-o", "json"}).what == verb::key);
  CHECK(said<evidence_command>({"evidence", "check", "--wait", "--timeout", "5s"}).timeout
        == std::chrono::milliseconds{5000});
  CHECK(said<verify_command>({"evidence", "verify", "f", "--root", "2026-11-22=00"}).roots.size() == 1);
  const auto samples = said<export_command>({"export", "samples", "g/v/c", "--from", "-1h", "--output", "f"});
  CHECK(samples.what == csv_kind::samples);
  CHECK(samples.file == "f");
  CHECK(said<export_command>({"export", "verdicts", "gold", "--imported"}).imported);
  CHECK(said<import_command>({"import", "verdicts", "-", "--who", "ann"}).who == "ann");
  CHECK(code_of({"evidence", "export", "gold"}) == exit_code::usage);
  CHECK(code_of({"evidence"}) == exit_code::usage);
  CHECK(code_of({"export", "samples", "gold"}) == exit_code::usage);
  CHECK(code_of({"export", "verdicts", "gold", "--period", "2026", "--from", "-1h"}) == exit_code::usage);
  CHECK(code_of({"import", "samples"}) == exit_code::usage);
}

TEST_CASE("property: the pages of a text hold every line once, each page with the header and in its bound") {
  std::string text = "a,b\r\n";
  for (int i = 0; i < 200; ++i)
    text += std::to_string(i) + (i % 7 == 0 ? ",\"two\r\nlines, with \"\"quotes\"\"\"\r\n" : ",x\r\n");
  for (const std::size_t bound : {1u, 40u, 100u, 1'000u, 100'000u}) {
    CAPTURE(bound);
    const auto pages = split_csv(text, bound);
    std::string joined;
    for (const auto& page : pages) {
      CHECK((page.header.empty() ? page.lines : page.header).starts_with("a,b\r\n"));
      CHECK(page.header.empty() == joined.empty());
      // The page's second line is that line of the text.
      const auto line = page.line_of(2);
      std::size_t at = 0;
      for (std::size_t i = 1; i < line; ++i)
        at = text.find('\n', at) + 1;
      CHECK(text.substr(at, 4) == page.text().substr(5, 4));
      joined += page.lines;
      CHECK((page.text().size() <= bound || page.text().size() < 60));
    }
    CHECK(joined == text);
  }
  CHECK(split_csv("", 10).size() == 1);
  CHECK(split_csv("a,b", 10).front().lines == "a,b");
}

TEST_CASE("pages are followed by their links, and a later one that is not to be had is asked for again") {
  paged two{{{200, "one", "/api/v1/y"}, {503, "", ""}, {200, "two", ""}}};
  CHECK(fetched(two) == "onetwo");
  CHECK(two.asked == std::vector<std::string>{"/api/v1/x", "/api/v1/y", "/api/v1/y"});
  paged first{{{503, R"({"detail":"away"})", ""}}};
  CHECK_THROWS_WITH(fetched(first), "away");
  paged gone{{{200, "one", "/api/v1/y"}, {410, R"({"detail":"begin it anew"})", ""}}};
  CHECK_THROWS_WITH(fetched(gone), "begin it anew");
  paged elsewhere{{{200, "one", "http://other/"}}};
  CHECK_THROWS_AS(static_cast<void>(fetched(elsewhere)), failure);
}

TEST_CASE("a file is there when it is kept, and its temporary one is gone either way") {
  const directory place;
  const auto name = place.path / "f";
  {
    pending_file x{name};
    x.write("text");
  }
  CHECK(std::filesystem::is_empty(place.path));
  pending_file x{name};
  x.write("text");
  x.close();
  x.keep();
  CHECK(std::filesystem::file_size(name) == 4);
  CHECK(!std::filesystem::exists(x.temporary()));
  CHECK_THROWS_AS(pending_file{place.path}, failure);
  CHECK_THROWS_AS(pending_file{place.path / "none" / "f"}, failure);
}

TEST_CASE("roots that were kept must be those of the export") {
  const auto day = *evidence::parse_day("2026-11-22");
  const auto next = *evidence::parse_day("2026-11-23");
  const std::map<wall_time, evidence::digest> of_export{{day, digest_of(1)}};
  const auto word = [](const char* of, int x) {
    return std::string{of} + '=' + evidence::to_hex(digest_of(x));
  };
  CHECK(compare(read_kept_roots({}), of_export).empty());
  CHECK(compare(read_kept_roots({word("2026-11-22", 1)}), of_export).empty());
  CHECK(compare(read_kept_roots({word("2026-11-22", 2)}), of_export).starts_with("has another root of 2026-11-22"));
  CHECK(compare(read_kept_roots({word("2026-11-23", 1)}), of_export).starts_with("holds no root of 2026-11-23"));
  CHECK_THROWS_AS(static_cast<void>(read_kept_roots({word("2026-11-22", 1), word("2026-11-22", 2)})), failure);
  CHECK_THROWS_AS(static_cast<void>(read_kept_roots({"2026-11-22=12"})), failure);
  const directory place;
  const auto file = (place.path / "roots").string();
  std::ofstream{file} << word("2026-11-22", 1) << '\n' << word("2026-11-23", 2) << "\r\n";
  const auto kept = read_kept_roots({file});
  CHECK(compare(kept, of_export).empty()); // the day that the export does not hold is not missed
  CHECK(compared_days(kept, of_export) == 1);
  CHECK(compare(kept, {{next, digest_of(1)}}).starts_with("has another root of 2026-11-23"));
  CHECK(compare(kept, {}) == "holds no root of a day of which one was kept");
}
