// The lock file of an instance: joining, leaving, asking, waiting.
#include "shm/mailslot/participant.hpp"

#include "shm/mailslot/roster.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <random>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice::shm {

namespace {

constexpr off_t lock_bytes = (off_t{1} << 31) + (off_t{1} << 24);
constexpr auto join_patience = std::chrono::seconds{2};
constexpr auto join_pause = std::chrono::milliseconds{5};

struct flock range(short type, off_t from, off_t bytes) {
  struct flock x {};
  x.l_type = type;
  x.l_whence = SEEK_SET;
  x.l_start = from;
  x.l_len = bytes;
  return x;
}

bool try_lock(int fd, short type, off_t from, off_t bytes = 1) {
  auto x = range(type, from, bytes);
  return ::fcntl(fd, F_OFD_SETLK, &x) == 0;
}

failure system_failure(const place& where, const char* action) {
  return {failure_kind::system, std::string{"cannot "} + action + " " + where.roster().string() + ": "
                                    + std::generic_category().message(errno)};
}

/// Whether the file that `fd` is open on still has its name (the last one out may have removed it).
bool still_named(int fd, const place& where) {
  struct stat ours {};
  struct stat named {};
  return ::fstat(fd, &ours) == 0 && ::stat(where.roster().c_str(), &named) == 0 && ours.st_ino == named.st_ino
         && ours.st_dev == named.st_dev;
}

/// Opens the roster and gets its entry lock; -1 and the reason in `why` if that takes too long or fails.
int enter(const place& where, failure& why) {
  const auto until = std::chrono::steady_clock::now() + join_patience;
  for (;;) {
    const int fd = ::open(where.roster().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
      why = system_failure(where, "open");
      return -1;
    }
    if (struct stat about{}; ::fstat(fd, &about) != 0 || about.st_uid != ::geteuid()) {
      why = {failure_kind::system, where.roster().string() + " belongs to another user"};
      ::close(fd);
      return -1;
    }
    if (try_lock(fd, F_WRLCK, entry_byte) && still_named(fd, where))
      return fd;
    ::close(fd);
    if (std::chrono::steady_clock::now() > until) {
      why = {failure_kind::in_use,
             where.roster().string() + " is locked by a process that is starting and does not go on"};
      return -1;
    }
    std::this_thread::sleep_for(join_pause);
  }
}

/// True when nobody but us has a lock on the instance. @pre we hold the entry byte and nothing else.
bool deserted(int fd) {
  if (!try_lock(fd, F_WRLCK, role_byte, lock_bytes - role_byte))
    return false;
  return try_lock(fd, F_UNLCK, role_byte, lock_bytes - role_byte);
}

/// Reads the roster; starts a new one when the file is fresh or left over from another release. False: in use by it.
bool load(int fd, roster& x) {
  const bool read = ::pread(fd, &x, sizeof x, 0) == static_cast<ssize_t>(sizeof x);
  if (read && x.magic == roster_magic && x.version == layout_version)
    return true;
  if (!deserted(fd))
    return false;
  x = {roster_magic, layout_version, {}};
  return true;
}

refusal_note read_note(int fd) {
  refusal_note x;
  if (::pread(fd, &x, sizeof x, refusal_note_offset) != static_cast<ssize_t>(sizeof x))
    return {};
  return x;
}

/// Two at the same moment count as one.
void leave_note(int fd, std::uint32_t role) {
  const refusal_note x{read_note(fd).count + 1, role, layout_version};
  static_cast<void>(::pwrite(fd, &x, sizeof x, refusal_note_offset) > 0); // what cannot be said is not said
}

std::uint64_t new_incarnation(std::uint32_t life) {
  std::random_device source;
  const auto random = std::uint64_t{source()} << 32 | source();
  return random << participant::life_bits | life;
}

} // namespace

outcome<membership> membership::join(const place& where, std::uint32_t role, std::string_view role_name) {
  if (!valid_name(where.instance) || !valid_name(role_name) || role == 0 || role > max_roles)
    return failure{failure_kind::invalid, "instance and role names are 1 to 32 characters of a-z, 0-9 and '-'"};
  failure why;
  const int fd = enter(where, why);
  if (fd < 0)
    return why;
  const auto refuse = [fd](failure x) {
    ::close(fd); // drops the locks too
    return x;
  };
  roster lives;
  if (!load(fd, lives)) {
    leave_note(fd, role);
    return refuse({failure_kind::other_layout, "instance '" + where.instance + "' in " + where.directory.string()
                                                   + " is run by another release (layout version "
                                                   + std::to_string(lives.version) + ", this program has version "
                                                   + std::to_string(layout_version) + ")"});
  }
  if (!try_lock(fd, F_WRLCK, role_byte + role))
    return refuse({failure_kind::in_use, "role '" + std::string{role_name} + "' of instance '" + where.instance
                                             + "' is already running (" + where.roster().string() + " is locked)"});
  auto& life = lives.lives[role];
  life = (life & participant::life_mask) == participant::life_mask ? 1 : life + 1;
  const auto incarnation = new_incarnation(life);
  const auto self = participant::of(role, incarnation);
  if (::pwrite(fd, &lives, sizeof lives, 0) != static_cast<ssize_t>(sizeof lives))
    return refuse(system_failure(where, "write"));
  if (!try_lock(fd, F_WRLCK, life_byte + static_cast<off_t>(self.number)))
    return refuse(system_failure(where, "lock a life in"));
  try_lock(fd, F_UNLCK, entry_byte);
  return membership{where, fd, self, incarnation};
}

membership::membership(place where, int fd, participant self, std::uint64_t incarnation)
    : where_(std::move(where)), fd_(fd), self_(self), incarnation_(incarnation), refusals_seen_(read_note(fd).count) {}

membership::membership(membership&& other) noexcept
    : where_(std::move(other.where_)),
      fd_(std::exchange(other.fd_, -1)),
      self_(other.self_),
      incarnation_(other.incarnation_),
      refusals_seen_(other.refusals_seen_) {}

membership& membership::operator=(membership&& other) noexcept {
  if (this != &other) {
    leave();
    where_ = std::move(other.where_);
    fd_ = std::exchange(other.fd_, -1);
    self_ = other.self_;
    incarnation_ = other.incarnation_;
    refusals_seen_ = other.refusals_seen_;
  }
  return *this;
}

membership::~membership() {
  leave();
}

void membership::leave() {
  if (fd_ < 0)
    return;
  // Our own locks do not hinder us: if the whole range can be had, nobody else is in. Nobody can enter meanwhile.
  if (try_lock(fd_, F_WRLCK, entry_byte) && try_lock(fd_, F_WRLCK, role_byte, lock_bytes - role_byte)) {
    std::error_code problem; // what cannot be listed or removed stays; the next life replaces it
    for (std::filesystem::directory_iterator i{where_.directory, problem}, end; !problem && i != end;
         i.increment(problem))
      if (i->path().filename().string().starts_with(where_.prefix()))
        ::unlink(i->path().c_str());
  }
  ::close(std::exchange(fd_, -1));
}

void membership::note_refusal() const {
  leave_note(fd_, self_.role());
}

std::optional<layout_refusal> membership::next_refusal() {
  const auto note = read_note(fd_);
  if (note.count == std::exchange(refusals_seen_, note.count) || note.role == self_.role())
    return std::nullopt;
  return layout_refusal{note.role, note.layout_version};
}

bool membership::alive(participant other) const {
  if (other == self_)
    return true;
  auto x = range(F_RDLCK, life_byte + static_cast<off_t>(other.number), 1);
  if (::fcntl(fd_, F_OFD_GETLK, &x) != 0)
    return true; // cannot tell: never free what may be held
  return x.l_type != F_UNLCK;
}

bool membership::wait_for_death(participant other) const {
  const auto byte = life_byte + static_cast<off_t>(other.number);
  auto x = range(F_RDLCK, byte, 1);
  if (::fcntl(fd_, F_OFD_SETLKW, &x) != 0)
    return errno != EINTR; // any other error: the caller asks alive() again
  try_lock(fd_, F_UNLCK, byte);
  return true;
}

} // namespace sluice::shm
