// Files, parts of files, and the application server's own readers.
#include "tests/sim/what_if/documents.hpp"

#include "actors/application_server/http/document.hpp"
#include "actors/application_server/http/policy_text.hpp"
#include "tests/sim/scenario/file_text.hpp"
#include "tests/sim/scenario/tree.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <sstream>

namespace sluice::sim {

namespace {

/// A part of a file and its first line.
struct part {
  std::string text;
  std::size_t line = 1;
};

bool blank(const std::string& text) {
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);)
    if (const auto at = line.find_first_not_of(" \t\r"); at != std::string::npos && line[at] != '#')
      return false;
  return true;
}

std::vector<part> parts_of(const std::string& text) {
  std::vector<part> result(1);
  std::istringstream in{text};
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line == "---" || line.starts_with("--- "))
      result.push_back({"", number + 1});
    else
      result.back().text += line + '\n';
  }
  std::erase_if(result, [](const part& x) {
    return blank(x.text);
  });
  return result;
}

bool complain(const http::refused_document& x, const std::string& place, std::ostream& complaints) {
  if (x.mistakes.empty())
    complaints << place << ": " << x.why << '\n';
  for (const auto& mistake : x.mistakes)
    complaints << place << ": " << mistake.path << ' ' << mistake.what << '\n';
  return false;
}

bool read_part(const part& x, const std::string& file, bool several, http::document_format format,
               std::vector<placed_document>& to, std::ostream& complaints) {
  const auto place = several ? file + ":" + std::to_string(x.line) : file;
  std::vector<complaint> problems;
  const auto root = read_tree(x.text, problems); // JSON is YAML
  for (auto& problem : problems) {
    problem.line += problem.line == 0 ? 0 : x.line - 1;
    complaints << to_string(problem, file) << '\n';
  }
  if (!problems.empty())
    return false;
  const auto* kind = root.find("kind");
  const auto is = kind == nullptr ? std::string{} : kind->text;
  if (is == "Policy") {
    auto read = http::read_policy(x.text, format);
    if (auto* good = std::get_if<policy_document>(&read))
      return to.push_back({place, std::move(*good)}), true;
    return complain(std::get<http::refused_document>(read), place, complaints);
  }
  if (is != "Agreement") {
    complaints << place << ": kind must be Agreement or Policy\n";
    return false;
  }
  auto read = http::read_agreement(x.text, format);
  if (auto* good = std::get_if<agreement>(&read))
    return to.push_back({place, std::move(*good)}), true;
  return complain(std::get<http::refused_document>(read), place, complaints);
}

/// What the server answers can be read again: a list is its items, and `status` is the server's own.
bool read_answer(nlohmann::json&& answer, const std::string& place, std::vector<placed_document>& to,
                 std::ostream& complaints) {
  if (const auto items = answer.find("items"); items != answer.end() && items->is_array()) {
    auto good = true;
    for (std::size_t i = 0; i < items->size(); ++i)
      good = read_answer(std::move((*items)[i]), place + ": item " + std::to_string(i + 1), to, complaints) && good;
    return good;
  }
  if (answer.is_object())
    answer.erase("status");
  return read_part({answer.dump()}, place, false, http::document_format::as_json, to, complaints);
}

bool read_file(const std::string& file, std::vector<placed_document>& to, std::ostream& complaints) {
  std::string problem;
  const auto text = file_text(file, max_documents_bytes, problem);
  if (!text) {
    complaints << file << ": " << problem << '\n';
    return false;
  }
  const auto json = file.ends_with(".json");
  if (json)
    if (auto answer = nlohmann::json::parse(*text, nullptr, false);
        answer.is_object() && (answer.contains("items") || answer.contains("status")))
      return read_answer(std::move(answer), file, to, complaints);
  const auto parts = parts_of(*text);
  if (parts.empty())
    complaints << file << ": holds no document\n";
  auto good = !parts.empty();
  for (const auto& x : parts)
    good = read_part(x, file, parts.size() > 1, json ? http::document_format::as_json : http::document_format::as_yaml,
                     to, complaints)
           && good;
  return good;
}

} // namespace

bool read_documents(const std::string& path, std::vector<placed_document>& to, std::ostream& complaints) {
  std::error_code problem;
  if (!std::filesystem::is_directory(path, problem))
    return read_file(path, to, complaints);
  std::vector<std::string> files;
  for (const auto& x : std::filesystem::directory_iterator{path, problem})
    if (const auto ending = x.path().extension(); ending == ".yaml" || ending == ".yml" || ending == ".json")
      files.push_back(x.path().string());
  std::sort(files.begin(), files.end());
  if (problem || files.empty())
    complaints << path << ": " << (problem ? problem.message() : "holds no .yaml, .yml or .json file") << '\n';
  auto good = !problem && !files.empty();
  for (const auto& file : files)
    good = read_file(file, to, complaints) && good;
  return good;
}

} // namespace sluice::sim
