// An export proves itself, and whatever is done to it is found: also by somebody who can sign it anew.
#include "actors/evidence/line.hpp"
#include "tests/unit/evidence_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

using namespace sluice;
using namespace sluice::test;

namespace {

std::vector<std::string> fields_at(const std::string& line) {
  std::vector<std::string> list;
  for (const auto field : fields_of(line))
    list.emplace_back(field);
  return list;
}

std::size_t first_line_of(const std::vector<std::string>& lines, const std::string& kind) {
  const auto at = std::find_if(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.starts_with(kind + '\t');
  });
  REQUIRE(at != lines.end());
  return static_cast<std::size_t>(at - lines.begin());
}

} // namespace

TEST_CASE("a right file says what it holds, counted by another way") {
  const small_world world;
  const auto x = verify(world.file(), {world.key.published()});
  REQUIRE_MESSAGE(x.index() == 0, said_of(world.file()));
  const auto& found = std::get<0>(x);
  CHECK(found.scope.agreement == "oltp-gold");
  CHECK(found.verdicts == 11);
  CHECK(found.counts == counts_by_point{{{1, 0}, {4, 1, 0, 0}}, {{2, 0}, {6, 0, 0, 0}}});
  CHECK(found.gaps
        == std::vector<coverage_gap>{{1, 0, after(8 * 3600), after(12 * 3600)},
                                     {2, 0, after(28 * 3600), after(32 * 3600)}});
  CHECK(found.gap_count == 2);
  CHECK(found.roots == 2);
  CHECK(found.verdicts_beyond_roots == 1);
  CHECK(found.ledger_entries == 3);
  CHECK(found.decisions == 3);
  CHECK(found.entries_beyond_roots == 0);
  CHECK(found.key_trusted);
  REQUIRE(found.signers.size() == 1);
  CHECK(found.signers[0].last_day == after(day_s));
}

TEST_CASE("property: any byte that is changed, any line removed, doubled or swapped, and any cut is found") {
  const small_world world;
  const auto text = world.file();
  REQUIRE(said_of(text) == "right");
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto changed = text;
    const char flip = "\x01\x20\x40"[i % 3];
    changed[i] = static_cast<char>(text[i] ^ flip);
    if (said_of(changed) == "right")
      CHECK_MESSAGE(false, "byte ", i, " flipped by ", int{flip});
    if (said_of(text.substr(0, i)) == "right")
      CHECK_MESSAGE(false, "cut after byte ", i);
  }
  const auto lines = lines_of_file(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CAPTURE(lines[i]);
    auto removed = lines;
    removed.erase(removed.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK(said_of(joined(removed)) != "right");
    auto doubled = lines;
    doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
    CHECK(said_of(joined(doubled)) != "right");
    for (auto k = i + 1; k < lines.size(); ++k) {
      auto swapped = lines;
      std::swap(swapped[i], swapped[k]);
      CHECK(said_of(joined(swapped)) != "right");
    }
  }
  CHECK(said_of(text + "\n") != "right");
  CHECK(said_of({}) == "1: is missing: the file ends before its last line");
}

TEST_CASE("property: who holds the key and signs a changed file anew is found by what the file itself holds") {
  const small_world world;
  const auto lines = lines_of_file(world.file());
  REQUIRE(said_of(signed_again(lines, world.key)) == "right");
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    const auto kind = lines[i].substr(0, lines[i].find('\t'));
    if (kind == "period" || kind == "leaf") // when it was made is the signer's word; of leaves below
      continue;
    for (std::size_t at = 0; at < lines[i].size(); at += 3) {
      auto changed = lines;
      changed[i][at] = static_cast<char>(changed[i][at] ^ 1);
      if (said_of(signed_again(changed, world.key)) == "right")
        CHECK_MESSAGE(false, "line ", i + 1, " byte ", at);
    }
    auto removed = lines;
    removed.erase(removed.begin() + static_cast<std::ptrdiff_t>(i));
    const auto said = said_of(signed_again(removed, world.key));
    // Who exports may leave out lone entries, and verdicts that no root holds yet with their count; nothing else.
    if (kind != "decision" && !lines[i].ends_with(" ") && lines[i].find("\texclusion\t") == std::string::npos)
      CHECK_MESSAGE(said != "right", lines[i]);
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].starts_with("leaf\t"))
      continue;
    for (const std::size_t field : {1, 2, 3, 4}) {
      auto changed = lines;
      auto parts = fields_at(lines[i]);
      parts[field].back() = static_cast<char>(parts[field].back() ^ 1);
      changed[i].clear();
      for (const auto& part : parts)
        changed[i] += (changed[i].empty() ? "" : "\t") + part;
      CHECK(said_of(signed_again(changed, world.key)) != "right");
    }
  }
}

TEST_CASE("a history that was written anew, consistent in itself, is not what the earlier roots commit to") {
  small_world honest;
  small_world forged;
  forged.verdicts = {"verdicts/oltp-gold", {}};
  for (const auto& line : honest.verdicts.lines) {
    auto better = line;
    if (const auto at = better.find("\tviolated\t"); at != std::string::npos)
      better.replace(at, 10, "\tmet\t");
    forged.verdicts.add(better);
  }
  auto said = said_of(forged.file());
  CHECK(said.find("is not the entry that a root commits to") != std::string::npos);
  // With its own roots it is a right file, of another key or with other roots than those that were given away.
  forged.roots.clear();
  forged.leaves.clear();
  forged.verdicts_then.clear();
  forged.ledger_then.clear();
  forged.decisions_then.clear();
  forged.end_day(5, 3, 3);
  forged.end_day(10, 5, 6);
  CHECK(said_of(forged.file()) == "right");
  CHECK(forged.roots[0].root != honest.roots[0].root);
}

TEST_CASE("a key that was not given is refused, by its fingerprint; one of several will do") {
  const small_world world;
  const auto other = key_number(2).published();
  const auto said = said_of(world.file(), {other});
  CHECK(said.find("is signed by a key that was not given, " + fingerprint_of(world.key.published()))
        != std::string::npos);
  CHECK(said_of(world.file(), {other, world.key.published()}) == "right");
  const auto stolen = signed_again(lines_of_file(world.file()), key_number(2));
  CHECK(said_of(stolen, {world.key.published()}).find("not given") != std::string::npos);
}

TEST_CASE("after a change of keys a file shows which key signed which days") {
  small_world world;
  world.key = key_number(2);
  world.end_day(11, 6, 6);
  const auto x = verify(world.file());
  REQUIRE_MESSAGE(x.index() == 0, said_of(world.file()));
  const auto& found = std::get<0>(x);
  REQUIRE(found.signers.size() == 2);
  CHECK(found.signers[0].key == key_number(1).published());
  CHECK(found.signers[0].last_day == after(day_s));
  CHECK(found.signers[1].first_day == after(2 * day_s));
  CHECK(found.verdicts_beyond_roots == 0);
  CHECK(said_of(world.file(), {key_number(2).published()}).find("not given") != std::string::npos);
  CHECK(said_of(world.file(), {key_number(1).published(), key_number(2).published()}) == "right");
}

TEST_CASE("a wrong place is named by its line and in one sentence") {
  const small_world world;
  const auto lines = lines_of_file(world.file());
  const auto first = first_line_of(lines, "chain");
  const auto number = [&](std::size_t i) {
    return std::to_string(i + 1) + ": ";
  };
  auto removed = lines;
  removed.erase(removed.begin() + static_cast<std::ptrdiff_t>(first) + 4);
  CHECK(said_of(joined(removed)) == number(first + 4) + "is entry 6 of the chain where 5 must come");
  auto changed = lines;
  changed[first + 1].replace(changed[first + 1].find("\tmet\t"), 5, "\tmat\t");
  CHECK(said_of(joined(changed)) == number(first + 1) + "has another hash than its content and what is before it");
  auto counted = lines;
  counted[first_line_of(lines, "count")].back() = '7';
  CHECK(said_of(joined(counted)).find("counts other verdicts") != std::string::npos);
  CHECK(said_of("hello\n") == "1: is not `sluice-evidence 1`");
  CHECK(said_of("sluice-evidence 2\n") == "1: is not `sluice-evidence 1`");
  CHECK(said_of(std::string(max_line_bytes + 1, 'x')) == "1: is longer than any line of an export");
}

TEST_CASE("an agreement's name may hold anything") {
  for (const std::string name : {"verdicts/x", "a\tb", "a\nend\tx", "é", "\\t", "ledger"}) {
    final_verdict x = verdict_at(1, after(0), verdict_outcome::met);
    x.what.agreement = name;
    auto terms = agreement_version(1, after(0));
    terms.name = name;
    export_writer out;
    out.begin({name, after(0), after(day_s), after(day_s)});
    const auto entry = ledger_line(after(0), line_of(terms));
    out.ledger_entry({head{}, entry, std::nullopt, {}});
    out.start(head{});
    out.verdict(next({}, line_of(x)), line_of(x));
    out.counts({{{1, 0}, {1, 0, 0, 0}}});
    out.finish(key_number(1));
    const auto text = out.take();
    CHECK_MESSAGE(said_of(text) == "right", name);
    CHECK(std::get<0>(verify(text)).scope.agreement == name);
  }
}

TEST_CASE("random bytes and random lines of an export are never right and never crash") {
  const small_world world;
  const auto lines = lines_of_file(world.file());
  std::uint64_t state = 1;
  const auto random = [&state](std::uint64_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % below;
  };
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    std::string text = "sluice-evidence 1\n";
    for (int i = 0; i < 30; ++i) {
      auto line = lines[random(lines.size())];
      for (auto edits = random(3); edits > 0 && !line.empty(); --edits)
        line[random(line.size())] = static_cast<char>(random(256));
      text += line + '\n';
    }
    CHECK(said_of(text) != "right");
  }
}

TEST_CASE("golden: an export of today is read for ever") {
  const small_world world;
  std::ifstream file{SLUICE_GOLDEN_EXPORT, std::ios::binary};
  const std::string golden{std::istreambuf_iterator<char>{file}, {}};
  CHECK(golden == world.file());
  CHECK(said_of(golden, {world.key.published()}) == "right");
}
