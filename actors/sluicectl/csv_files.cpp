// export and import: rows and verdicts as CSV files, page by page. What the columns are is in actors/exchange.
#include "actors/exchange/samples_csv.hpp"
#include "actors/exchange/verdicts_csv.hpp"
#include "actors/sluicectl/account.hpp"
#include "actors/sluicectl/commands.hpp"
#include "actors/sluicectl/csv_pages.hpp"
#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/pages.hpp"
#include "actors/sluicectl/refusal.hpp"
#include "actors/sluicectl/structured.hpp"

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <sstream>

namespace sluice::ctl {

namespace {

/// Chosen: a month of one stream's seconds has twice as much; whoever has more imports several files.
constexpr std::size_t max_file_bytes = std::size_t{512} << 20;

std::string export_path(const export_command& x) {
  auto path = x.what == csv_kind::samples ? stream_path(x.name) + "/samples" : agreement_path(x.name) + "/verdicts";
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty())
      path += (path.find('?') == std::string::npos ? '?' : '&') + std::string{name} + '=' + query_value(value);
  };
  add("period", x.period);
  add("from", x.from);
  add("to", x.to);
  add("imported", x.imported ? "yes" : "");
  return path;
}

std::string whole_text(const std::string& name) {
  const auto read = [&](std::istream& from) {
    std::string text;
    std::string piece(std::size_t{1} << 20, '\0');
    while (from.read(piece.data(), static_cast<std::streamsize>(piece.size())), from.gcount() > 0) {
      text.append(piece, 0, static_cast<std::size_t>(from.gcount()));
      if (text.size() > max_file_bytes)
        throw failure{exit_code::usage, printable(name) + " is larger than 512 MiB: import it in parts"};
    }
    return text;
  };
  if (name == "-")
    return read(std::cin);
  std::ifstream file{name, std::ios::binary};
  if (!file)
    throw failure{exit_code::usage, printable(name) + " cannot be read"};
  try {
    return read(file);
  } catch (const std::ios_base::failure&) { // a directory, a disk that fails
    throw failure{exit_code::usage, printable(name) + " cannot be read"};
  }
}

template<class Row>
std::optional<exchange::csv_mistake> mistake_in(const std::variant<std::vector<Row>, exchange::csv_mistake>& read,
                                                std::size_t& rows) {
  if (const auto* wrong = std::get_if<exchange::csv_mistake>(&read))
    return *wrong;
  rows += std::get<std::vector<Row>>(read).size();
  return std::nullopt;
}

/// Reads every page as the server will; answers how many lines there are.
std::size_t check_pages(const std::vector<csv_page>& pages, const import_command& x) {
  std::size_t rows = 0;
  for (const auto& page : pages) {
    const auto wrong = x.what == csv_kind::samples ? mistake_in(exchange::read_samples(page.text()), rows)
                                                   : mistake_in(exchange::read_verdicts(page.text()), rows);
    if (wrong)
      throw failure{exit_code::usage, printable(x.file) + ": line " + std::to_string(page.line_of(wrong->line)) + ": "
                                          + printable(wrong->what) + " Nothing was sent."};
  }
  return rows;
}

} // namespace

exit_code run(const export_command& x, server_link& server, const console& io) {
  const auto path = export_path(x);
  if (x.file.empty()) {
    fetch_pages(
        server, path,
        [&](const std::string& text) {
          io.out << text;
        },
        io.terminal ? console{io.out, io.err} : io); // the text itself shows how far it is
    return exit_code::done;
  }
  pending_file file{x.file};
  fetch_pages(
      server, path,
      [&](const std::string& text) {
        file.write(text);
      },
      io);
  file.close();
  file.keep();
  return exit_code::done;
}

exit_code run(const import_command& x, server_link& server, const console& io) {
  const auto text = whole_text(x.file);
  const auto pages = split_csv(text, max_import_bytes);
  const auto rows = check_pages(pages, x);
  const auto who = x.who.empty() ? user_name() : x.who;
  const auto path =
      std::string{x.what == csv_kind::samples ? "/api/v1/samples" : "/api/v1/verdicts"} + "?who=" + query_value(who);
  std::uint64_t sent = 0;
  std::uint64_t fresh = 0;
  for (const auto& page : pages) {
    const auto answer = server.exchange({"POST", path, page.text(), "text/csv"});
    if (answer.status != 200) {
      end_progress(io);
      throw failure{exit_code::refused,
                    refusal_sentences(answer, server.where()) + "\n  of the page that begins with line "
                        + std::to_string(page.line_of(2)) + "; " + std::to_string(sent) + " of " + std::to_string(rows)
                        + " lines were taken before, and are known when " + "the file is imported again"};
    }
    const auto said = nlohmann::json::parse(answer.body, nullptr, false);
    if (!said.is_object() || !said.value("lines", nlohmann::json{}).is_number_unsigned()
        || !said.value("new", nlohmann::json{}).is_number_unsigned())
      throw failure{exit_code::unreachable, "what answers at " + server.where().server + " is not Sluice"};
    sent += said["lines"].get<std::uint64_t>();
    fresh += said["new"].get<std::uint64_t>();
    show_progress(io, std::to_string(sent) + " of " + std::to_string(rows));
  }
  end_progress(io);
  if (const auto how = server.where().output; is_structured(how))
    io.out << structured_record({{"lines", sent}, {"new", fresh}}, how);
  else
    io.out << sent << (x.what == csv_kind::samples ? " rows, " : " verdicts, ") << fresh << " of them new\n";
  return exit_code::done;
}

} // namespace sluice::ctl
