// Making, signing and reading roots.
#include "actors/evidence/root.hpp"

#include "actors/evidence/line.hpp"

#include <algorithm>

namespace sluice::evidence {

std::string entries_leaf(std::string_view chain) {
  return std::string{chain}.append("/entries");
}

void sort_leaves(std::vector<leaf>& leaves) {
  std::sort(leaves.begin(), leaves.end(), [](const leaf& a, const leaf& b) {
    return a.chain < b.chain;
  });
}

signed_root make_root(wall_time day, const std::vector<leaf>& leaves, const signing_key& key) {
  merkle_root tree;
  for (const auto& x : leaves)
    tree.add(hash_of(x));
  signed_root made{day, tree.root(), key.published(), {}};
  made.sign = key.sign(message_of(made));
  return made;
}

std::string message_of(const signed_root& x) {
  return "sluice-root\t" + day_text(x.day) + '\t' + to_hex(x.root) + '\n';
}

bool verifies(const signed_root& x) {
  return verifies(x.key, message_of(x), x.sign);
}

std::string line_of(const signed_root& x) {
  line_writer line{"root"};
  line.text(day_text(x.day)).text(to_hex(x.root)).text(to_hex(x.key)).text(to_hex(x.sign));
  return std::move(line).finish();
}

std::optional<signed_root> parse_root(std::string_view line) {
  const auto fields = fields_of(line);
  if (fields.size() != 5 || fields[0] != "root")
    return std::nullopt;
  signed_root x;
  const auto day = parse_day(fields[1]);
  if (!day || !parse_hex(fields[2], x.root) || !parse_hex(fields[3], x.key) || !parse_hex(fields[4], x.sign))
    return std::nullopt;
  x.day = *day;
  return x;
}

} // namespace sluice::evidence
