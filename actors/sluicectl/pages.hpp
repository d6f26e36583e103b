// Text that comes page by page, and the file that it goes to. Knows no command.
#pragma once

#include "actors/sluicectl/commands.hpp"

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

namespace sluice::ctl {

/// How many pages of a text are read. Chosen: pages have 256 KiB, a year of verdicts every second takes 40,000.
inline constexpr std::size_t max_text_pages = 100'000;

/// Hands the text of each page to `take`, following Link headers. On a terminal it says on `err` how much has come.
/// @throws failure: unreachable, refused as the server says it, or what answers is no Sluice
void fetch_pages(server_link& server, const std::string& path, const std::function<void(const std::string&)>& take,
                 const console& io);

/// A file that is there under its name when it is whole, or not at all.
class pending_file {
public:
  /// Makes a temporary file beside it. @throws failure (usage) if that cannot be
  explicit pending_file(std::filesystem::path name);
  /// Removes it, unless it was kept.
  ~pending_file();
  pending_file(const pending_file&) = delete;
  pending_file& operator=(const pending_file&) = delete;

  /// @throws failure (refused) if the disk does not take it
  void write(const std::string& text);
  /// Everything is written: it can be read under temporary(). @throws failure (refused)
  void close();
  /// Gives it its name; what had it before is replaced. @throws failure (refused)
  void keep();

  [[nodiscard]] const std::filesystem::path& temporary() const noexcept {
    return temporary_;
  }

private:
  std::filesystem::path name_;
  std::filesystem::path temporary_;
  std::ofstream out_;
  bool kept_ = false;
};

/// A line on `err` that the next one replaces; nothing where that is no terminal.
void show_progress(const console& io, const std::string& text);
void end_progress(const console& io);

} // namespace sluice::ctl
