// The files of the dashboard, read once and answered from memory. Knows no pages, no tokens and no sockets.
#pragma once

#include "actors/application_server/http/message.hpp"

#include <map>
#include <optional>
#include <string>

namespace sluice::http {

/// Bounds of what is read. Chosen: the dashboard has about 40 files with 300 KB.
inline constexpr std::size_t max_static_files = 200;
inline constexpr std::size_t max_static_file_bytes = 1024 * 1024;

/// Only what was found in the directory when it was read can be answered: a request's path is looked up as it is and
/// never reaches the file system, so none can leave the directory. Not read: links, names that begin with a dot, and
/// endings without a media type here (a README.md, for one). Thread safe once it is loaded.
class static_files {
public:
  /// Reads `directory` with what is below it. Returns an empty text, or one sentence: it is not there, a file cannot be
  /// read, too many or too large.
  [[nodiscard]] std::string load(const std::string& directory);

  /// Answers a GET or HEAD of a file: 200, compressed where the client takes gzip, or 304 by its ETag. `/` is
  /// index.html. Nothing if there is no such file.
  [[nodiscard]] std::optional<response> answer(const request& x) const;

  [[nodiscard]] std::size_t size() const noexcept {
    return files_.size();
  }

private:
  struct file {
    std::string body;
    std::string compressed; ///< empty = would not be smaller
    std::string etag;       ///< weak: the same for both forms
    std::string content_type;
  };

  std::map<std::string, file, std::less<>> files_; ///< by path, with its slash
};

} // namespace sluice::http
