// Builds the tree from the events of yaml-cpp, the only file that knows it.
#include "tests/sim/scenario/tree.hpp"

#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace sluice::sim {

namespace {

struct refused {
  std::size_t line;
  std::string why;
};

std::size_t line_of(const YAML::Mark& mark) {
  return mark.line < 0 ? 0 : static_cast<std::size_t>(mark.line) + 1;
}

class tree_events final : public YAML::EventHandler {
public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check(mark, "?", anchor);
    tree x;
    x.line = line_of(mark);
    put(std::move(x), mark);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw refused{line_of(mark), "aliases are not allowed"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check(mark, tag, anchor);
    if (!open_.empty() && open_.back().node.what == tree::sort::map && !open_.back().key_known) {
      begin_member(mark, value);
      return;
    }
    tree x;
    x.what = tree::sort::scalar;
    x.line = line_of(mark);
    x.text = value;
    x.quoted = tag == "!";
    put(std::move(x), mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, tree::sort::list);
  }
  void OnSequenceEnd() override {
    close();
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, tree::sort::map);
  }
  void OnMapEnd() override {
    close();
  }

  tree root;

private:
  struct level {
    tree node;
    std::string key;
    bool key_known = false;
  };

  void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (!tag.empty() && tag != "?" && tag != "!")
      throw refused{line_of(mark), "tags are not allowed"};
    if (anchor != 0)
      throw refused{line_of(mark), "anchors are not allowed"};
    if (++nodes_ > max_tree_nodes)
      throw refused{line_of(mark), "the file holds too many values"};
  }

  void begin_member(const YAML::Mark& mark, const std::string& key) {
    auto& at = open_.back();
    if (at.node.find(key) != nullptr)
      throw refused{line_of(mark), "the key " + key + " is given twice"};
    at.key = key;
    at.key_known = true;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, tree::sort what) {
    check(mark, tag, anchor);
    if (open_.size() >= max_tree_depth)
      throw refused{line_of(mark), "the file is nested too deeply"};
    if (!open_.empty() && open_.back().node.what == tree::sort::map && !open_.back().key_known)
      throw refused{line_of(mark), "a key must be text, or a bracket is not closed"};
    level x;
    x.node.what = what;
    x.node.line = line_of(mark);
    open_.push_back(std::move(x));
  }

  void close() {
    auto node = std::move(open_.back().node);
    open_.pop_back();
    put(std::move(node), YAML::Mark::null_mark());
  }

  void put(tree x, const YAML::Mark& mark) {
    if (open_.empty()) {
      root = std::move(x);
      return;
    }
    auto& at = open_.back();
    if (at.node.what == tree::sort::list) {
      at.node.items.push_back(std::move(x));
    } else if (at.key_known) {
      at.node.members.emplace_back(std::move(at.key), std::move(x));
      at.key_known = false;
    } else {
      throw refused{line_of(mark), "a key must be text"};
    }
  }

  std::vector<level> open_;
  std::size_t nodes_ = 0;
};

} // namespace

const tree* tree::find(std::string_view key) const noexcept {
  for (const auto& [name, value] : members)
    if (name == key)
      return &value;
  return nullptr;
}

std::string to_string(const complaint& x, const std::string& file) {
  auto text = file;
  if (x.line != 0)
    text += ':' + std::to_string(x.line);
  text += ": ";
  if (!x.key.empty())
    text += x.key + ' ';
  return text + x.what;
}

tree read_tree(std::string_view text, std::vector<complaint>& problems) {
  if (text.size() > max_file_bytes) {
    problems.push_back({0, "", "the file is larger than 1 MiB"});
    return {};
  }
  if (text.find('\0') != std::string_view::npos) {
    problems.push_back({0, "", "this is no YAML: there is a zero byte"});
    return {};
  }
  try {
    std::istringstream in{std::string{text}};
    YAML::Parser parser{in};
    tree_events events;
    if (!parser.HandleNextDocument(events))
      throw refused{0, "the file is empty"};
    tree_events second;
    if (parser.HandleNextDocument(second))
      throw refused{0, "there is more than one document in the file"};
    return std::move(events.root);
  } catch (const refused& x) {
    problems.push_back({x.line, "", x.why});
  } catch (const YAML::Exception& x) {
    problems.push_back({line_of(x.mark), "", "this is no YAML: " + x.msg});
  }
  return {};
}

} // namespace sluice::sim
