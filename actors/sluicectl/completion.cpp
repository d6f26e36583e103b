// Walks along the words and the description side by side.
#include "actors/sluicectl/completion.hpp"

#include "actors/sluicectl/resource_kind.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace sluice::ctl {

namespace {

constexpr std::array all_kinds{resource_kind::agreement, resource_kind::stream,   resource_kind::gateway,
                               resource_kind::backend,   resource_kind::throttle, resource_kind::limit,
                               resource_kind::event,     resource_kind::policy};

/// Where the names of a kind come from; of some kinds things have no names.
name_source source_of(std::optional<resource_kind> kind) noexcept {
  if (!kind)
    return name_source::none;
  switch (*kind) {
  case resource_kind::agreement:
    return name_source::agreement;
  case resource_kind::stream:
  case resource_kind::throttle:
  case resource_kind::limit:
    return name_source::stream;
  case resource_kind::gateway:
    return name_source::gateway;
  case resource_kind::backend:
    return name_source::backend;
  default:
    return name_source::none;
  }
}

/// What a value is called in the description says where its names come from.
name_source source_of(std::string_view value) noexcept {
  struct entry {
    std::string_view value;
    name_source source;
  };
  constexpr std::array<entry, 8> table{{{"AGREEMENT", name_source::agreement},
                                        {"AGREEMENTS", name_source::agreement},
                                        {"STREAM", name_source::stream},
                                        {"BACKEND", name_source::backend},
                                        {"TENANT", name_source::tenant},
                                        {"TOKEN", name_source::token},
                                        {"ID", name_source::exclusion},
                                        {"CONTEXT", name_source::context}}};
  const auto found = std::find_if(table.begin(), table.end(), [&](const entry& x) {
    return x.value == value;
  });
  return found == table.end() ? name_source::none : found->source;
}

bool is_file(std::string_view value) noexcept {
  return value.starts_with("FILE") || value == "DIR" || value.ends_with("|FILE");
}

/// The way through the description that the words before the cursor took.
class walk {
public:
  explicit walk(const described_command& program) : path_{&program} {}

  void pass(const std::string& word) {
    if (wants_value_) {
      wants_value_ = nullptr;
    } else if (word.size() > 1 && word.front() == '-') {
      const auto* option = option_called(word.substr(0, word.find('=')));
      if (option != nullptr && !option->value.empty() && word.find('=') == std::string::npos)
        wants_value_ = option;
    } else if (const auto* next = subcommand(*path_.back(), word)) {
      path_.push_back(next);
      positionals_.clear();
    } else {
      positionals_.push_back(word);
    }
  }

  [[nodiscard]] completion at(const std::string& typed) const {
    completion out;
    out.typed = typed;
    if (wants_value_) {
      add_values(*wants_value_, out);
    } else if (typed.starts_with('-')) {
      const auto equals = typed.find('=');
      if (equals == std::string::npos) {
        add_flags(out);
      } else if (const auto* option = option_called(typed.substr(0, equals))) {
        out.prefix = typed.substr(0, equals + 1);
        out.typed = typed.substr(equals + 1);
        add_values(*option, out);
      }
    } else {
      for (const auto& one : path_.back()->commands)
        add(one.name, out);
      if (const auto* option = positional())
        add_positional(*option, out);
    }
    return out;
  }

private:
  static void add(const std::string& word, completion& to) {
    if (word.starts_with(to.typed))
      to.words.push_back(to.prefix + word);
  }

  static void add_values(const described_option& x, completion& to) {
    for (const auto& choice : x.choices)
      add(choice, to);
    if (!x.choices.empty())
      return;
    to.files = is_file(x.value);
    to.names = source_of(std::string_view{x.value});
  }

  void add_positional(const described_option& x, completion& to) const {
    if (x.positional == "KIND" && path_.back()->name == "delete") {
      add("agreement", to);
    } else if (x.positional == "KIND") {
      for (const auto kind : all_kinds)
        add(std::string{kind == resource_kind::policy ? singular(kind) : plural(kind)}, to);
    } else if (x.positional == "NAME") {
      to.names = positionals_.empty() ? name_source::none : source_of(parse_resource_kind(positionals_.front()));
    } else if (x.positional == "WHAT") { // of explain: a stream, or a kind and a name
      if (!positionals_.empty()) {
        to.names = source_of(parse_resource_kind(positionals_.front()));
        return;
      }
      add("agreement", to);
      add("backend", to);
      to.names = name_source::stream;
    } else if (x.positional == "TOPIC") {
      for (const auto* topic : {"backends", "events", "gateways", "overview", "streams", "throttles"})
        add(topic, to);
    } else if (x.positional == "COMMAND") {
      for (const auto& one : path_.front()->commands)
        add(one.name, to);
    } else {
      add_values(x, to);
    }
  }

  /// The one that the word at the cursor would fill; null if there is none left.
  [[nodiscard]] const described_option* positional() const {
    std::size_t place = 0;
    for (const auto& x : path_.back()->options) {
      if (x.positional.empty())
        continue;
      if (place == positionals_.size() || x.repeats)
        return &x;
      ++place;
    }
    return nullptr;
  }

  /// Of the command or of those above it.
  [[nodiscard]] const described_option* option_called(const std::string& flag) const {
    for (auto command = path_.rbegin(); command != path_.rend(); ++command)
      for (const auto& x : (*command)->options)
        if (std::find(x.flags.begin(), x.flags.end(), flag) != x.flags.end())
          return &x;
    return nullptr;
  }

  void add_flags(completion& to) const {
    for (auto command = path_.rbegin(); command != path_.rend(); ++command)
      for (const auto& x : (*command)->options)
        if (!x.flags.empty())
          if (const auto& flag = x.flags.back(); std::find(to.words.begin(), to.words.end(), flag) == to.words.end())
            add(flag, to);
  }

  std::vector<const described_command*> path_; ///< from the program to the command
  std::vector<std::string> positionals_;       ///< of the last command
  const described_option* wants_value_ = nullptr;
};

} // namespace

std::vector<std::string> split_line(std::string_view line) {
  std::vector<std::string> words;
  bool within = false; // a word has begun
  char quote = '\0';
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote == '\0' && (c == ' ' || c == '\t' || c == '\n')) {
      within = false;
      continue;
    }
    if (!within)
      words.emplace_back();
    within = true;
    if (quote == '\0' && (c == '\'' || c == '"'))
      quote = c;
    else if (c == quote)
      quote = '\0';
    else if (c == '\\' && quote != '\'' && i + 1 < line.size())
      words.back() += line[++i];
    else
      words.back() += c;
  }
  if (!within)
    words.emplace_back();
  return words;
}

completion complete(const described_command& program, const std::vector<std::string>& words) {
  if (words.size() < 2)
    return {};
  walk way{program};
  for (std::size_t i = 1; i + 1 < words.size(); ++i)
    way.pass(words[i]);
  return way.at(words.back());
}

} // namespace sluice::ctl
