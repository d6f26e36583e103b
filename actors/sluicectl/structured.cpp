// Writes JSON and YAML.
#include "actors/sluicectl/structured.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace sluice::ctl {

namespace {

using nlohmann::json;

/// Characters that JSON lets stand and some terminals obey (DEL and U+0080 to U+009F) as escapes. They stand in strings
/// alone, where both languages read the escape.
std::string harmless(const std::string& text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  const auto escape = [&](unsigned byte) {
    out.append("\\u00").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0u;
    if (byte == 0x7f) {
      escape(byte);
    } else if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {
      escape(next);
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string json_text(const json& x, int indent) {
  return harmless(x.dump(indent, ' ', false, json::error_handler_t::replace));
}

/// Whether YAML reads these characters without quotes as this very string, in version 1.1 and in 1.2.
bool is_plain(const std::string& text) {
  constexpr std::array<std::string_view, 11> words{"true", "false", "yes", "no",  "on", "off",
                                                   "null", "y",     "n",   "inf", "nan"};
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  const auto allowed = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || std::string_view{" ._/-,;()%+"}.find(c) != std::string_view::npos;
  };
  if (text.empty() || !letter(text.front()) || text.back() == ' ' || !std::all_of(text.begin(), text.end(), allowed))
    return false;
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::find(words.begin(), words.end(), lower) == words.end();
}

std::string scalar(const json& x) {
  if (x.is_string() && is_plain(x.get_ref<const std::string&>()))
    return x.get<std::string>();
  return json_text(x, -1); // JSON's scalars, and its empty lists and objects, are YAML's
}

void write_block(const json& x, std::size_t indent, std::string& to);

/// What stands behind `key:` or `-`; @param indent of what follows on lines of its own
void write_value(const json& x, std::size_t indent, std::string& to) {
  if (!x.is_structured() || x.empty()) {
    to += ' ' + scalar(x) + '\n';
    return;
  }
  to += '\n';
  write_block(x, indent, to);
}

void write_block(const json& x, std::size_t indent, std::string& to) {
  const std::string margin(indent, ' ');
  if (x.is_object()) {
    for (const auto& [key, value] : x.items()) {
      to += margin + scalar(key) + ':';
      write_value(value, indent + 2, to);
    }
    return;
  }
  for (const auto& item : x) {
    if (!item.is_object() || item.empty()) {
      to += margin + '-';
      write_value(item, indent + 2, to);
      continue;
    }
    std::string block; // its first key stands behind the hyphen
    write_block(item, indent + 2, block);
    to += margin + "- " + block.substr(indent + 2);
  }
}

} // namespace

bool is_structured(output_format x) noexcept {
  return x == output_format::json || x == output_format::yaml;
}

std::string yaml_text(const json& value) {
  if (!value.is_structured() || value.empty())
    return scalar(value) + '\n';
  std::string text;
  write_block(value, 0, text);
  return text;
}

std::string structured(const json& value, output_format how) {
  return how == output_format::yaml ? yaml_text(value) : json_text(value, 2) + '\n';
}

std::string structured_record(const json& value, output_format how) {
  return how == output_format::yaml ? "---\n" + yaml_text(value) : json_text(value, -1) + '\n';
}

} // namespace sluice::ctl
