// Reads files.
#include "actors/sluicectl/source_files.hpp"

#include "actors/sluicectl/failure.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace sluice::ctl {

namespace {

/// At most one byte more than allowed, so that the reader sees that it was too much.
std::string read_bounded(std::istream& from) {
  std::string text;
  std::array<char, 65536> piece;
  while (text.size() <= max_source_bytes
         && (from.read(piece.data(), static_cast<std::streamsize>(piece.size())) || from.gcount() > 0))
    text.append(piece.data(), static_cast<std::size_t>(from.gcount()));
  return text;
}

source_text read_file(const std::string& name) {
  std::ifstream file{name, std::ios::binary};
  if (!file)
    throw failure{exit_code::usage, name + ": cannot be read: " + std::strerror(errno)};
  return {name, read_bounded(file)};
}

std::vector<std::string> files_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code problem;
  for (std::filesystem::directory_iterator i{directory, problem}, end; !problem && i != end; i.increment(problem)) {
    const auto ending = i->path().extension();
    std::error_code unreadable; // such an entry is reported when it is opened
    if ((ending == ".yaml" || ending == ".yml" || ending == ".json") && !i->is_directory(unreadable))
      names.push_back(i->path().string());
  }
  if (problem)
    throw failure{exit_code::usage, directory + ": cannot be read: " + problem.message()};
  if (names.empty())
    throw failure{exit_code::usage, directory + ": holds no .yaml, .yml or .json file"};
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace

std::vector<source_text> read_sources(const std::vector<std::string>& names) {
  std::vector<source_text> texts;
  for (const auto& name : names) {
    std::error_code problem;
    if (name == "-") {
      texts.push_back({"standard input", read_bounded(std::cin)});
    } else if (std::filesystem::is_directory(name, problem)) {
      for (const auto& file : files_in(name))
        texts.push_back(read_file(file));
    } else {
      texts.push_back(read_file(name));
    }
  }
  return texts;
}

std::vector<document> documents_of(const std::vector<std::string>& names) {
  std::vector<document> all;
  for (const auto& text : read_sources(names))
    for (auto& x : read_documents(text))
      all.push_back(std::move(x));
  return all;
}

} // namespace sluice::ctl
