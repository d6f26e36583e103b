// Splits files into documents; the only file that knows yaml-cpp.
#include "actors/sluicectl/manifest.hpp"

#include "actors/sluicectl/failure.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <yaml-cpp/yaml.h>

namespace sluice::ctl {

namespace {

failure wrong(const std::string& place, const std::string& what) {
  return {exit_code::usage, place + ": " + what};
}

/// Fills kind and name from the words found in the document; an empty word is an absent one.
void identify(document& x, const std::string& kind, const std::string& name) {
  if (kind.empty())
    throw wrong(x.place, "kind: expected Agreement or Policy, found nothing");
  if (kind == "Policy") { // there is one, and it has no name
    x.kind = resource_kind::policy;
    return;
  }
  if (kind != "Agreement")
    throw wrong(x.place, "kind: expected Agreement or Policy, found " + kind);
  if (name.empty())
    throw wrong(x.place, "metadata.name: expected a name, found nothing");
  x.name = name;
}

std::string word_at(const nlohmann::json& x, const char* key) {
  const auto found = x.find(key);
  return found != x.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// @param written the document's own text, where it has one; it is sent unless a status had to be taken out
void add_json(const std::string& place, nlohmann::json value, const std::string& written, std::vector<document>& into) {
  if (!value.is_object())
    throw wrong(place, "expected an object with kind and spec");
  const bool from_server = value.erase("status") != 0;
  document x{
      place, resource_kind::agreement, {}, from_server || written.empty() ? value.dump() : written, "application/json"};
  const auto metadata = value.find("metadata");
  identify(x, word_at(value, "kind"),
           metadata != value.end() && metadata->is_object() ? word_at(*metadata, "name") : std::string{});
  into.push_back(std::move(x));
}

/// Parses strictly: a key given twice is a mistake, not the loss of the first.
nlohmann::json parse_json(const source_text& source) {
  std::vector<std::set<std::string>> keys; // of the objects that are open
  const auto watch = [&](int, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    if (event == nlohmann::json::parse_event_t::object_start)
      keys.emplace_back();
    else if (event == nlohmann::json::parse_event_t::object_end)
      keys.pop_back();
    else if (event == nlohmann::json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second)
      throw wrong(source.name, "the field " + parsed.get<std::string>() + " is given twice");
    return true;
  };
  try {
    return nlohmann::json::parse(source.text, watch);
  } catch (const nlohmann::json::parse_error& mistake) {
    const auto before = source.text.substr(0, mistake.byte > 0 ? mistake.byte - 1 : 0);
    throw wrong(source.name + ':' + std::to_string(1 + std::count(before.begin(), before.end(), '\n')), "is no JSON");
  }
}

std::vector<document> read_json(const source_text& source) {
  auto value = parse_json(source);
  std::vector<document> all;
  const bool list = value.is_object() && value.contains("items") && value["items"].is_array();
  if (!value.is_array() && !list) {
    add_json(source.name, std::move(value), source.text, all);
    return all;
  }
  std::size_t number = 0;
  for (auto& item : list ? value["items"] : value)
    add_json(source.name + ": item " + std::to_string(++number), std::move(item), {}, all);
  return all;
}

/// A part of a text between two document marks.
struct part {
  std::size_t first_line; ///< from 1
  std::string text;
};

/// A line of which the first three characters are the mark, followed by nothing or space; nothing else ends a YAML
/// document, wherever it stands (YAML 1.2, 9.1.2).
bool is_mark(std::string_view line, std::string_view mark) {
  return line.substr(0, 3) == mark && (line.size() == 3 || line[3] == ' ' || line[3] == '\t' || line[3] == '\r');
}

std::vector<part> split_yaml(std::string_view text) {
  std::vector<part> parts{{1, {}}};
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
    auto line = text.substr(0, end);
    const auto bare = line.substr(0, line.size() - (line.back() == '\n' ? 1 : 0));
    const bool begins = is_mark(bare, "---");
    if (begins || is_mark(bare, "...")) {
      parts.push_back({number, {}});
      line.remove_prefix(3); // what stands behind the mark belongs to the document
      if (!begins)
        line = "\n";
    }
    parts.back().text += line;
    text.remove_prefix(end);
  }
  return parts;
}

std::string scalar_at(const YAML::Node& node, const char* key) {
  if (!node.IsMap())
    return {};
  const auto found = node[key];
  return found && found.IsScalar() ? found.Scalar() : std::string{};
}

void add_yaml(const std::string& name, part x, std::vector<document>& into) {
  YAML::Node node;
  try {
    node = YAML::Load(x.text);
  } catch (const YAML::Exception& mistake) {
    const auto line = x.first_line + static_cast<std::size_t>(std::max(mistake.mark.line, 0));
    throw wrong(name + ':' + std::to_string(line), "is no YAML: " + mistake.msg);
  }
  if (node.IsNull())
    return;
  document result{
      name + ':' + std::to_string(x.first_line), resource_kind::agreement, {}, std::move(x.text), "application/yaml"};
  if (!node.IsMap())
    throw wrong(result.place, "expected a mapping with kind and spec");
  const auto metadata = node["metadata"];
  identify(result, scalar_at(node, "kind"), metadata ? scalar_at(metadata, "name") : std::string{});
  into.push_back(std::move(result));
}

} // namespace

std::vector<document> read_documents(const source_text& source) {
  if (source.text.size() > max_source_bytes)
    throw wrong(source.name, "is larger than " + std::to_string(max_source_bytes) + " bytes");
  std::vector<document> all;
  const auto first = source.text.find_first_not_of(" \t\r\n");
  if (first != std::string::npos && (source.text[first] == '{' || source.text[first] == '[')) {
    all = read_json(source);
  } else {
    for (auto& x : split_yaml(source.text))
      add_yaml(source.name, std::move(x), all);
  }
  if (all.empty())
    throw wrong(source.name, "holds no document");
  return all;
}

} // namespace sluice::ctl
