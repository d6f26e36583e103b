// Follows links; writes beside, then renames.
#include "actors/sluicectl/pages.hpp"

#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/refusal.hpp"

#include <chrono>
#include <ostream>
#include <thread>
#include <unistd.h>

namespace sluice::ctl {

namespace {

/// A page after the first may be asked for again: it is the same one. Chosen: a database manager that is restarted is
/// back by then.
constexpr int attempts = 3;
constexpr std::chrono::seconds pause{1};

http_answer page_at(server_link& server, const std::string& path, bool first) {
  auto answer = server.exchange({"GET", path, {}, {}});
  for (int i = 1; answer.status == 503 && !first && i < attempts; ++i) {
    std::this_thread::sleep_for(pause);
    answer = server.exchange({"GET", path, {}, {}});
  }
  if (answer.status != 200)
    throw failure{exit_code::refused, refusal_sentences(answer, server.where())};
  return answer;
}

std::string amount(std::size_t bytes) {
  constexpr std::size_t mebi = 1 << 20;
  return bytes < mebi ? std::to_string(bytes / 1024) + " KiB" : std::to_string(bytes / mebi) + " MiB";
}

} // namespace

void show_progress(const console& io, const std::string& text) {
  if (io.progress)
    io.err << "\r\x1b[K" << text << std::flush;
}

void end_progress(const console& io) {
  if (io.progress)
    io.err << "\r\x1b[K" << std::flush;
}

void fetch_pages(server_link& server, const std::string& path, const std::function<void(const std::string&)>& take,
                 const console& io) {
  struct ends_progress {
    const console& io;
    ~ends_progress() {
      end_progress(io);
    }
  } const at_end{io};
  std::size_t bytes = 0;
  auto next = path;
  for (std::size_t page = 0; page < max_text_pages; ++page) {
    const auto answer = page_at(server, next, page == 0);
    take(answer.body);
    bytes += answer.body.size();
    show_progress(io, amount(bytes) + " in " + std::to_string(page + 1) + " pages");
    if (answer.next.empty())
      return;
    next = answer.next;
    if (!next.starts_with("/api/v1/"))
      break;
  }
  throw failure{exit_code::unreachable,
                "the pages of " + printable(path) + " at " + server.where().server + " do not end, or lead elsewhere"};
}

pending_file::pending_file(std::filesystem::path name)
    : name_(std::move(name)), temporary_(name_.string() + ".part-" + std::to_string(::getpid())) {
  if (std::filesystem::is_directory(name_))
    throw failure{exit_code::usage, printable(name_.string()) + " is a directory"};
  out_.open(temporary_, std::ios::binary | std::ios::trunc);
  if (!out_)
    throw failure{exit_code::usage, printable(temporary_.string()) + " cannot be written"};
}

pending_file::~pending_file() {
  std::error_code ignored;
  if (!kept_)
    std::filesystem::remove(temporary_, ignored);
}

void pending_file::write(const std::string& text) {
  if (!out_.write(text.data(), static_cast<std::streamsize>(text.size())))
    throw failure{exit_code::refused, printable(temporary_.string()) + " could not be written: is the disk full?"};
}

void pending_file::close() {
  out_.close();
  if (!out_)
    throw failure{exit_code::refused, printable(temporary_.string()) + " could not be written: is the disk full?"};
}

void pending_file::keep() {
  std::error_code problem;
  std::filesystem::rename(temporary_, name_, problem);
  if (problem)
    throw failure{exit_code::refused,
                  printable(name_.string()) + " could not be put in its place: " + problem.message()};
  kept_ = true;
}

} // namespace sluice::ctl
