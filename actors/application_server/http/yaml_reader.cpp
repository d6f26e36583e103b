// Reads YAML by events, so that aliases, tags and depth are refused before anything is built.
#include "actors/application_server/http/document_builder.hpp"
#include "actors/application_server/http/text_reader.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>
#include <sstream>

namespace sluice::http {

namespace {

/// Leaves yaml-cpp's parser, which knows no other way out of an event.
struct refused {
  std::string why;
};

bool is_plain_integer(std::string_view x) {
  if (!x.empty() && (x.front() == '-' || x.front() == '+'))
    x.remove_prefix(1);
  return !x.empty() && x.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Digits with a point or an exponent; what from_chars alone would also take (inf, nan, hexadecimal) is text here.
bool looks_like_decimal(std::string_view x) {
  return x.find_first_of("0123456789") != std::string_view::npos
         && x.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
}

/// What an unquoted scalar means in YAML's core schema.
json plain_scalar(const std::string& x) {
  if (x.empty() || x == "~" || x == "null" || x == "Null" || x == "NULL")
    return nullptr;
  if (x == "true" || x == "True" || x == "TRUE")
    return true;
  if (x == "false" || x == "False" || x == "FALSE")
    return false;
  const auto* first = x.data() + (x.front() == '+' ? 1 : 0);
  const auto* last = x.data() + x.size();
  if (is_plain_integer(x)) {
    if (std::uint64_t natural = 0; x.front() != '-') {
      if (const auto [end, code] = std::from_chars(first, last, natural); code == std::errc{} && end == last)
        return natural;
    }
    if (std::int64_t whole = 0; x.front() == '-') {
      if (const auto [end, code] = std::from_chars(first, last, whole); code == std::errc{} && end == last)
        return whole;
    }
  }
  if (looks_like_decimal(x)) {
    double number = 0;
    if (const auto [end, code] = std::from_chars(first, last, number);
        code == std::errc{} && end == last && std::isfinite(number))
      return number;
  }
  return x;
}

class yaml_events final : public YAML::EventHandler {
public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    scalar(mark, "?", "");
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "aliases are not allowed");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    scalar(mark, tag, value);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, json::array());
  }
  void OnSequenceEnd() override {
    close();
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
    open(mark, tag, json::object());
  }
  void OnMapEnd() override {
    close();
  }

  document_builder builder;

private:
  [[noreturn]] static void refuse(const YAML::Mark& mark, const std::string& why) {
    throw refused{"line " + std::to_string(mark.line + 1) + ": " + why};
  }

  void demand(bool good, const YAML::Mark& mark) {
    if (!good)
      refuse(mark, builder.problem());
  }

  /// True if the next scalar is a key.
  [[nodiscard]] bool key_expected() const {
    return builder.in_object() && !key_seen_.back();
  }

  void after_value() {
    if (!key_seen_.empty())
      key_seen_.back() = false;
  }

  void scalar(const YAML::Mark& mark, const std::string& tag, const std::string& value) {
    if (!tag.empty() && tag != "?" && tag != "!")
      refuse(mark, "tags are not allowed");
    auto meaning = tag == "!" ? json(value) : plain_scalar(value);
    if (key_expected()) {
      if (!meaning.is_string())
        refuse(mark, "a field's name must be text, or a bracket is not closed");
      if (value == "<<" && tag != "!")
        refuse(mark, "merge keys are not allowed");
      demand(builder.key(value), mark);
      key_seen_.back() = true;
      return;
    }
    demand(builder.value(std::move(meaning)), mark);
    after_value();
  }

  void open(const YAML::Mark& mark, const std::string& tag, json empty) {
    if (!tag.empty() && tag != "?" && tag != "!")
      refuse(mark, "tags are not allowed");
    if (key_expected())
      refuse(mark, "a field's name must be text, or a bracket is not closed");
    demand(builder.begin(std::move(empty)), mark);
    key_seen_.push_back(false);
  }

  void close() {
    static_cast<void>(builder.end());
    key_seen_.pop_back();
    after_value();
  }

  std::vector<bool> key_seen_; // per open level: its key came, the value is due
};

} // namespace

reading read_yaml(std::string_view text) {
  if (text.size() > max_document_bytes)
    return unreadable{"the document is larger than 64 KiB"};
  if (text.find('\0') != std::string_view::npos)
    return unreadable{"this is no YAML: there is a zero byte"};
  try {
    std::istringstream in{std::string{text}};
    YAML::Parser parser{in};
    yaml_events events;
    if (!parser.HandleNextDocument(events))
      return unreadable{"the document is empty"};
    yaml_events second;
    if (parser.HandleNextDocument(second))
      return unreadable{"there is more than one document; send them one by one"};
    auto value = std::move(events.builder).result();
    static_cast<void>(value.dump()); // throws where a text is no UTF-8
    return value;
  } catch (const refused& x) {
    return unreadable{x.why};
  } catch (const YAML::Exception& x) {
    return unreadable{"line " + std::to_string(x.mark.line + 1) + ": this is no YAML: " + x.msg};
  } catch (const json::exception&) {
    return unreadable{"this is no YAML: a text is not UTF-8"};
  }
}

} // namespace sluice::http
