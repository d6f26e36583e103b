// Agreements: each item is a document as `sluicectl apply` takes it, read by the application server's own reader.
#include "tests/sim/scenario/parts.hpp"

#include "actors/application_server/http/document.hpp"

#include <algorithm>
#include <cctype>

namespace sluice::sim {

namespace {

/// Whether the text means the same without quotation marks in a flow map.
bool plain(const tree& x) {
  return !x.quoted && !x.text.empty() && std::all_of(x.text.begin(), x.text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0
           || std::string_view{"._/%+-"}.find(c) != std::string_view::npos;
  });
}

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const auto c : text)
    result += c == '\'' ? std::string{"''"} : std::string{c};
  return result + '\'';
}

/// The part of the file as a YAML text of its own.
void write(const tree& x, std::string& to) {
  switch (x.what) {
  case tree::sort::nothing:
    to += "null";
    return;
  case tree::sort::scalar:
    to += plain(x) ? x.text : quoted(x.text);
    return;
  case tree::sort::list:
    to += '[';
    for (std::size_t i = 0; i < x.items.size(); ++i) {
      to += i == 0 ? "" : ", ";
      write(x.items[i], to);
    }
    to += ']';
    return;
  case tree::sort::map:
    to += '{';
    for (std::size_t i = 0; i < x.members.size(); ++i) {
      to += (i == 0 ? "" : ", ") + quoted(x.members[i].first) + ": ";
      write(x.members[i].second, to);
    }
    to += '}';
    return;
  }
}

/// The line of a path such as `spec.objective.latency[0].target`, as far as it exists.
std::size_t line_of(const tree& from, const std::string& path) {
  const auto* at = &from;
  std::size_t i = 0;
  while (i < path.size()) {
    const auto end = std::min(path.find_first_of(".[", i + 1), path.size());
    auto part = path.substr(i, end - i);
    const tree* next = nullptr;
    if (part.starts_with('[')) {
      const auto index = std::strtoull(part.c_str() + 1, nullptr, 10);
      next = index < at->items.size() ? &at->items[index] : nullptr;
    } else {
      next = at->find(part.starts_with('.') ? part.substr(1) : part);
    }
    if (next == nullptr)
      break;
    at = next;
    i = end;
  }
  return at->line;
}

} // namespace

void read_agreements(section& file, scenario& to) {
  const auto* agreements = file.list("agreements");
  if (agreements == nullptr)
    return;
  for (std::size_t i = 0; i < agreements->items.size(); ++i) {
    const auto& item = agreements->items[i];
    const auto path = item_path("agreements", i);
    std::string text;
    write(item, text);
    auto read = http::read_agreement(text, http::document_format::as_yaml);
    if (auto* good = std::get_if<agreement>(&read)) {
      const auto twice = std::any_of(to.agreements.begin(), to.agreements.end(), [&](const agreement& x) {
        return x.name == good->name;
      });
      if (twice)
        file.problems().push_back({item.line, path, "has a name that another agreement has"});
      to.agreements.push_back(std::move(*good));
      continue;
    }
    const auto& refused = std::get<http::refused_document>(read);
    if (refused.mistakes.empty())
      file.problems().push_back({item.line, path, "is no agreement document: " + refused.why});
    for (const auto& x : refused.mistakes)
      file.problems().push_back({line_of(item, x.path), path + (x.path.empty() ? "" : "." + x.path), x.what});
  }
}

} // namespace sluice::sim
