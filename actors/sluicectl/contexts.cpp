// Reads and writes the contexts file.
#include "actors/sluicectl/contexts.hpp"

#include "actors/domain/stream.hpp"
#include "actors/sluicectl/failure.hpp"
#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/structured.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

namespace sluice::ctl {

namespace {

failure wrong(const std::string& file, const std::string& what) {
  return {exit_code::usage, file + ": " + what};
}

/// The entries of a mapping, each key once.
std::map<std::string, YAML::Node> entries(const YAML::Node& x, const std::string& file, const std::string& where) {
  if (!x.IsMap())
    throw wrong(file, where + "expected names with values");
  std::map<std::string, YAML::Node> out;
  for (const auto& one : x) {
    if (!one.first.IsScalar())
      throw wrong(file, where + "expected a name, found something else");
    const auto& key = one.first.Scalar();
    if (!out.emplace(key, one.second).second)
      throw wrong(file, where + printable(key) + " is given twice");
  }
  return out;
}

std::string text(const YAML::Node& x, const std::string& file, const std::string& where) {
  if (!x.IsScalar() || x.Scalar().empty())
    throw wrong(file, where + "expected a text");
  return x.Scalar();
}

std::string path(const YAML::Node& x, const std::string& file, const std::string& where) {
  auto found = text(x, file, where);
  if (found.front() != '/')
    throw wrong(file, where + "expected a path from the root on, found " + printable(found));
  return found;
}

context read_context(const std::string& name, const YAML::Node& x, const std::string& file) {
  const auto place = "contexts." + name + ": ";
  if (!valid_name(name))
    throw wrong(file, "contexts: no context can be called " + printable(name));
  context out;
  for (const auto& [key, value] : entries(x, file, place)) {
    if (key == "server")
      out.server = text(value, file, place + key + ": ");
    else if (key == "token-file")
      out.token_file = path(value, file, place + key + ": ");
    else if (key == "ca-file")
      out.ca_file = path(value, file, place + key + ": ");
    else
      throw wrong(file, place + "there is no key " + printable(key) + "; there are server, token-file, ca-file");
  }
  if (out.server.empty())
    throw wrong(file, place + "server is missing");
  return out;
}

YAML::Node parsed(const std::string& file, std::string_view given) {
  if (given.size() > max_context_bytes)
    throw wrong(file, "is larger than " + std::to_string(max_context_bytes) + " bytes");
  try {
    return YAML::Load(std::string{given});
  } catch (const YAML::Exception& mistake) {
    throw wrong(file, "line " + std::to_string(std::max(mistake.mark.line, 0) + 1) + ": is no YAML: " + mistake.msg);
  }
}

} // namespace

context_book read_contexts(const std::string& name, std::string_view given) {
  const auto root = parsed(name, given);
  context_book out;
  if (!root || root.IsNull())
    return out;
  for (const auto& [key, value] : entries(root, name, "")) {
    if (key == "current") {
      out.current = text(value, name, "current: ");
    } else if (key == "contexts") {
      if (!value.IsNull())
        for (const auto& [called, one] : entries(value, name, "contexts: "))
          out.contexts.emplace(called, read_context(called, one, name));
    } else {
      throw wrong(name, "there is no key " + printable(key) + "; there are current, contexts");
    }
  }
  if (out.contexts.size() > max_contexts)
    throw wrong(name, "holds more than " + std::to_string(max_contexts) + " contexts");
  if (!out.current.empty())
    (void)context_called(out.current, out, name);
  return out;
}

std::string write_contexts(const context_book& x) {
  auto all = nlohmann::json::object();
  for (const auto& [name, one] : x.contexts) {
    auto& entry = all[name] = {{"server", one.server}};
    if (one.token_file)
      entry["token-file"] = *one.token_file;
    if (one.ca_file)
      entry["ca-file"] = *one.ca_file;
  }
  nlohmann::json root{{"contexts", std::move(all)}};
  if (!x.current.empty())
    root["current"] = x.current;
  return "# Servers that sluicectl knows by name; sluicectl context changes this file.\n" + yaml_text(root);
}

const context& context_called(const std::string& name, const context_book& in, const std::string& file) {
  if (const auto found = in.contexts.find(name); found != in.contexts.end())
    return found->second;
  std::string all;
  for (const auto& [one, ignored] : in.contexts)
    all += (all.empty() ? "" : ", ") + one;
  throw wrong(file, "there is no context " + printable(name) + "; there " + (all.empty() ? "is none" : "are: " + all)
                        + " (sluicectl context set makes one)");
}

} // namespace sluice::ctl
