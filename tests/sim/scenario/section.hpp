// Reads the members of one map of a file, each by its type, and complains of what is missing, wrong or unknown.
#pragma once

#include "actors/domain/units.hpp"
#include "tests/sim/model/chance.hpp"
#include "tests/sim/scenario/tree.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::sim {

/// Each function returns the value, or its default after a complaint. A key that no function asked for is unknown.
class section {
public:
  /// @param path of `from` in the file; all three must outlive this one
  section(const tree& from, std::string path, std::vector<complaint>& problems);
  /// Complains of the members that nobody asked for.
  ~section();
  section(const section&) = delete;
  section& operator=(const section&) = delete;

  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] std::string text(std::string_view key, const std::string& otherwise = {});
  /// A whole number.
  [[nodiscard]] std::uint64_t number(std::string_view key, std::uint64_t least, std::uint64_t most,
                                     std::uint64_t otherwise);
  /// A number such as 0.98 or 1900.
  [[nodiscard]] double decimal(std::string_view key, double otherwise);
  /// A time such as 300ms; at most a day.
  [[nodiscard]] duration time(std::string_view key, duration otherwise, duration least = duration{0});
  /// A share such as 30% [ppm].
  [[nodiscard]] ppm share(std::string_view key, ppm otherwise, ppm least = 0, ppm most = whole);
  /// A size such as 4KiB [bytes].
  [[nodiscard]] std::uint64_t size(std::string_view key, std::uint64_t otherwise, std::uint64_t most);
  /// true or false.
  [[nodiscard]] bool flag(std::string_view key, bool otherwise);
  /// One text or a list of texts.
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);
  /// One of these; the position.
  [[nodiscard]] std::size_t one_of(std::string_view key, const std::vector<std::string>& words, std::size_t otherwise);

  /// Nothing, after a complaint, if it is there and no map or list; nothing if it is not there.
  [[nodiscard]] const tree* map(std::string_view key);
  [[nodiscard]] const tree* list(std::string_view key);
  /// Whatever it is.
  [[nodiscard]] const tree* any(std::string_view key);

  /// A complaint if it is missing.
  void need(std::string_view key);

  void complain(std::string_view key, const std::string& what);
  [[nodiscard]] std::string path_of(std::string_view key) const;
  [[nodiscard]] std::size_t line() const noexcept {
    return from_.line;
  }
  [[nodiscard]] std::vector<complaint>& problems() noexcept {
    return problems_;
  }

private:
  const tree* take(std::string_view key);
  const tree* scalar(std::string_view key, const std::string& expected);

  const tree& from_;
  std::string path_;
  std::vector<complaint>& problems_;
  std::vector<std::string> known_;
};

/// A number with decimals; nothing if it is none.
[[nodiscard]] bool parse_decimal(const std::string& text, double& to) noexcept;

} // namespace sluice::sim
