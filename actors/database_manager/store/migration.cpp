// Reads the migrations from their directory.
#include "actors/database_manager/store/migration.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace sluice::store {

namespace {

constexpr std::size_t version_digits = 4;
constexpr std::string_view ending = ".sql";

std::string problem_with_order(const std::vector<migration>& steps) {
  std::uint32_t expected = 1;
  for (const auto& step : steps) {
    if (step.version != expected)
      return "migration " + std::to_string(expected) + " is missing or there twice (found " + step.file + ")";
    if (step.sql.empty())
      return "the migration " + step.file + " is empty";
    ++expected;
  }
  return {};
}

} // namespace

std::uint32_t migration_version(const std::string& file) noexcept {
  if (file.size() < version_digits + 2 + ending.size() || file[version_digits] != '_'
      || file.compare(file.size() - ending.size(), ending.size(), ending) != 0)
    return 0;
  const auto is_digit = [](char c) {
    return c >= '0' && c <= '9';
  };
  const auto digits_end = file.begin() + version_digits;
  const auto name_end = file.end() - static_cast<std::ptrdiff_t>(ending.size());
  if (!std::all_of(file.begin(), digits_end, is_digit) || !std::all_of(digits_end, name_end, [&](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || c == '_';
      }))
    return 0;
  std::uint32_t version = 0;
  for (auto i = file.begin(); i != digits_end; ++i)
    version = version * 10 + static_cast<std::uint32_t>(*i - '0');
  return version;
}

migration_list read_migrations(const std::filesystem::path& directory) {
  migration_list list;
  std::error_code error;
  std::filesystem::directory_iterator entries{directory, error};
  if (error) {
    list.problem = "cannot read the schema directory " + directory.string() + ": " + error.message();
    return list;
  }
  for (const auto& entry : entries) {
    const auto file = entry.path().filename().string();
    if (entry.path().extension() != ending)
      continue;
    const auto version = migration_version(file);
    if (version == 0) {
      list.problem = "the file " + file + " in " + directory.string() + " is not named NNNN_name.sql";
      return list;
    }
    std::ifstream stream{entry.path(), std::ios::binary};
    std::string sql{std::istreambuf_iterator<char>{stream}, {}};
    if (!stream) {
      list.problem = "cannot read " + entry.path().string();
      return list;
    }
    list.steps.push_back({version, file, std::move(sql)});
  }
  std::sort(list.steps.begin(), list.steps.end(), [](const migration& a, const migration& b) {
    return a.version < b.version;
  });
  list.problem = list.steps.empty() ? "there are no migrations (NNNN_name.sql) in " + directory.string()
                                    : problem_with_order(list.steps);
  return list;
}

} // namespace sluice::store
