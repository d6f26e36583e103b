// Typed reading.
#include "tests/sim/scenario/section.hpp"

#include "actors/domain/quantity.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace sluice::sim {

namespace {

constexpr duration longest = std::chrono::hours{24};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  return text;
}

} // namespace

bool parse_decimal(const std::string& text, double& to) noexcept {
  const auto* end = text.data() + text.size();
  const auto [last, code] = std::from_chars(text.data(), end, to);
  return code == std::errc{} && last == end && std::isfinite(to) && !text.empty();
}

section::section(const tree& from, std::string path, std::vector<complaint>& problems)
    : from_(from), path_(std::move(path)), problems_(problems) {
  if (from_.what != tree::sort::map)
    problems_.push_back({from_.line, path_, "must be a map of keys and values"});
}

section::~section() {
  for (const auto& [key, value] : from_.members)
    if (std::find(known_.begin(), known_.end(), key) == known_.end())
      problems_.push_back({value.line, path_of(key), "is no key here; there are " + joined(known_)});
}

std::string section::path_of(std::string_view key) const {
  if (key.empty())
    return path_;
  return path_.empty() ? std::string{key} : path_ + '.' + std::string{key};
}

void section::complain(std::string_view key, const std::string& what) {
  const auto* at = from_.find(key);
  problems_.push_back({at != nullptr ? at->line : from_.line, path_of(key), what});
}

bool section::has(std::string_view key) const {
  return from_.find(key) != nullptr;
}

const tree* section::take(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end())
    known_.emplace_back(key);
  return from_.find(key);
}

void section::need(std::string_view key) {
  if (take(key) == nullptr && from_.what == tree::sort::map)
    complain(key, "is missing");
}

const tree* section::scalar(std::string_view key, const std::string& expected) {
  const auto* x = take(key);
  if (x == nullptr || x->what == tree::sort::scalar)
    return x;
  complain(key, "must be " + expected);
  return nullptr;
}

std::string section::text(std::string_view key, const std::string& otherwise) {
  const auto* x = scalar(key, "text");
  return x == nullptr ? otherwise : x->text;
}

std::uint64_t section::number(std::string_view key, std::uint64_t least, std::uint64_t most, std::uint64_t otherwise) {
  const auto expected = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  const auto* x = scalar(key, expected);
  if (x == nullptr)
    return otherwise;
  std::uint64_t value = 0;
  const auto* end = x->text.data() + x->text.size();
  const auto [last, code] = std::from_chars(x->text.data(), end, value);
  if (code == std::errc{} && last == end && !x->text.empty() && value >= least && value <= most)
    return value;
  complain(key, "must be " + expected);
  return otherwise;
}

double section::decimal(std::string_view key, double otherwise) {
  const auto* x = scalar(key, "a number");
  double value = 0;
  if (x == nullptr)
    return otherwise;
  if (parse_decimal(x->text, value))
    return value;
  complain(key, "must be a number such as 0.98 or 1900");
  return otherwise;
}

duration section::time(std::string_view key, duration otherwise, duration least) {
  const auto expected = "a time such as 500us, 20ms or 1.5s, from " + duration_text(least) + " to 24h";
  const auto* x = scalar(key, expected);
  if (x == nullptr)
    return otherwise;
  const auto value = parse_duration(x->text);
  if (value && *value >= least && *value <= longest)
    return *value;
  complain(key, "must be " + expected);
  return otherwise;
}

ppm section::share(std::string_view key, ppm otherwise, ppm least, ppm most) {
  const auto in_words = [](ppm y) {
    return percent_text(static_cast<std::uint32_t>(y));
  };
  const auto expected = "a share such as 30%, from " + in_words(least) + " to " + in_words(most);
  const auto* x = scalar(key, expected);
  if (x == nullptr)
    return otherwise;
  const auto value = parse_percent(x->text);
  if (value && ppm{*value} >= least && ppm{*value} <= most)
    return *value;
  complain(key, "must be " + expected);
  return otherwise;
}

std::uint64_t section::size(std::string_view key, std::uint64_t otherwise, std::uint64_t most) {
  const auto expected = "a size such as 4KiB, from 1B to " + size_text(most);
  const auto* x = scalar(key, expected);
  if (x == nullptr)
    return otherwise;
  const auto value = parse_size(x->text);
  if (value && *value >= 1 && *value <= most)
    return *value;
  complain(key, "must be " + expected);
  return otherwise;
}

bool section::flag(std::string_view key, bool otherwise) {
  return one_of(key, {"false", "true"}, otherwise ? 1 : 0) == 1;
}

std::size_t section::one_of(std::string_view key, const std::vector<std::string>& words, std::size_t otherwise) {
  const auto* x = scalar(key, joined(words));
  if (x == nullptr)
    return otherwise;
  const auto at = std::find(words.begin(), words.end(), x->text);
  if (at != words.end())
    return static_cast<std::size_t>(at - words.begin());
  complain(key, "must be " + joined(words));
  return otherwise;
}

std::vector<std::string> section::texts(std::string_view key) {
  const auto* x = take(key);
  if (x == nullptr)
    return {};
  if (x->what == tree::sort::scalar)
    return {x->text};
  std::vector<std::string> result;
  for (const auto& item : x->items)
    if (item.what == tree::sort::scalar)
      result.push_back(item.text);
  if (x->what != tree::sort::list || result.empty() || result.size() != x->items.size()) {
    complain(key, "must be text or a list of texts");
    return {};
  }
  return result;
}

const tree* section::map(std::string_view key) {
  const auto* x = take(key);
  if (x == nullptr || x->what == tree::sort::map)
    return x;
  complain(key, "must be a map of keys and values");
  return nullptr;
}

const tree* section::list(std::string_view key) {
  const auto* x = take(key);
  if (x == nullptr || x->what == tree::sort::list)
    return x;
  complain(key, "must be a list");
  return nullptr;
}

const tree* section::any(std::string_view key) {
  return take(key);
}

} // namespace sluice::sim
