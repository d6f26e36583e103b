// Puts a JSON value together from a reader's events, within the bounds of text_reader.hpp. Reads nothing itself.
#pragma once

#include "actors/application_server/http/text_reader.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sluice::http {

/// Each function returns false once something is wrong; `problem` then says what, in one sentence.
class document_builder {
public:
  /// A value that holds no others.
  [[nodiscard]] bool value(json x) {
    return place(std::move(x)) != nullptr;
  }

  /// An object or array begins.
  [[nodiscard]] bool begin(json empty) {
    if (open_.size() >= max_document_depth)
      return fail("the document has more than 16 levels");
    auto* placed = place(std::move(empty));
    if (placed == nullptr)
      return false;
    open_.push_back({placed, {}});
    return true;
  }

  /// The key of the value that follows.
  [[nodiscard]] bool key(const std::string& name) {
    if (open_.back().value->contains(name))
      return fail("the field \"" + name.substr(0, 64) + "\" is given twice");
    open_.back().key = name;
    return true;
  }

  /// The innermost object or array ends.
  [[nodiscard]] bool end() {
    open_.pop_back();
    return true;
  }

  [[nodiscard]] bool in_object() const noexcept {
    return !open_.empty() && open_.back().value->is_object();
  }

  [[nodiscard]] const std::string& problem() const noexcept {
    return problem_;
  }

  [[nodiscard]] json result() && {
    return std::move(root_);
  }

  [[nodiscard]] bool fail(std::string why) {
    if (problem_.empty())
      problem_ = std::move(why);
    return false;
  }

private:
  struct level {
    json* value; // stays where it is: its parent grows only after it ended
    std::string key;
  };

  json* place(json x) {
    if (++nodes_ > max_document_nodes) {
      static_cast<void>(fail("the document has more than 4096 values"));
      return nullptr;
    }
    if (open_.empty()) {
      root_ = std::move(x);
      return &root_;
    }
    auto& inner = *open_.back().value;
    if (inner.is_array()) {
      inner.push_back(std::move(x));
      return &inner.back();
    }
    auto& slot = inner[open_.back().key];
    slot = std::move(x);
    return &slot;
  }

  json root_;
  std::vector<level> open_;
  std::size_t nodes_ = 0;
  std::string problem_;
};

} // namespace sluice::http
