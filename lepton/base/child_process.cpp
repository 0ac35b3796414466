// posix_spawn with pipes for both outputs; the child leads a process group of its own, so that it can be killed with its children.
#include "lepton/base/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>

extern char** environ;

namespace lepton {
namespace {

constexpr char kParent[] = "LEPTON_PARENT";
constexpr auto kLookAround = std::chrono::milliseconds(50);  // for `cancel`

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }
  int number() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_;
};

struct Pipe {
  Descriptor read, write;
};

Error system_error(std::string_view what, int number) { return {ErrorCode::kIoError, fmt::format("{}: {}", what, std::strerror(number))}; }

Result<Pipe> make_pipe() {
  std::array<int, 2> ends;
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("no pipe to another program", errno);
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

class Child {
 public:
  explicit Child(pid_t id) : id_(id) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (id_ <= 0) return;
    kill(-id_, SIGKILL);
    wait();
  }
  int wait() {
    int status = 0;
    while (waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = 0;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  pid_t id_;
};

// Our environment with the child's own words in front: the first of a name counts, and ours of the same name go.
std::vector<std::string> environment_of(const ChildOptions& options) {
  std::vector<std::string> words = options.environment;
  if (options.ends_with_us) words.push_back(fmt::format("{}={}", kParent, getpid()));
  const std::size_t own = words.size();
  for (char** word = environ; *word != nullptr; ++word) {
    const std::string_view inherited = *word;
    const std::string_view name = inherited.substr(0, inherited.find('=') + 1);
    const auto replaced = [&](const std::string& other) { return other.starts_with(name); };
    if (std::none_of(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(own), replaced)) words.emplace_back(inherited);
  }
  return words;
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> all;
  for (const std::string& word : words) all.push_back(const_cast<char*>(word.c_str()));
  all.push_back(nullptr);
  return all;
}

Result<pid_t> spawn(const std::vector<std::string>& command, const ChildOptions& options, int out, int err) {
  const Descriptor in(open(options.stdin_path.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.number() < 0) {
    const int number = errno;
    return make_error(number == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIoError, "cannot open {}: {}", options.stdin_path,
                      std::strerror(number));
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.number(), 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_adddup2(&actions, err, 2);
  if (!options.folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, options.folder.c_str());
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  const std::vector<char*> arguments = pointers(command);
  const std::vector<std::string> environment = environment_of(options);
  pid_t id = 0;
  const int failed = posix_spawnp(&id, arguments[0], &actions, &attributes, arguments.data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failed == ENOENT) return make_error(ErrorCode::kNotFound, "the program '{}' is not installed", command[0]);
  if (failed != 0) return system_error(fmt::format("cannot run '{}'", command[0]), failed);
  return id;
}

// Reads what is there; false at the end.
Result<bool> drain(const Descriptor& from, std::string& into, std::size_t limit, bool drop_rest) {
  std::array<char, 65536> buffer;
  const ssize_t got = ::read(from.number(), buffer.data(), buffer.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN ? Result<bool>(true) : system_error("reading from another program", errno);
  const std::size_t room = limit - into.size();
  if (static_cast<std::size_t>(got) > room && !drop_rest)
    return make_error(ErrorCode::kResourceExhausted, "it writes more than {} bytes", limit);
  into.append(buffer.data(), std::min(static_cast<std::size_t>(got), room));
  return got > 0;
}

}  // namespace

Result<ChildResult> run_child(const std::vector<std::string>& command, const ChildOptions& options) {
  if (command.empty()) return make_error(ErrorCode::kInvalidArgument, "no program is named");
  const auto end = std::chrono::steady_clock::now() + options.deadline;
  LEPTON_TRY(Pipe out, make_pipe());
  LEPTON_TRY(Pipe err, make_pipe());
  LEPTON_TRY(const pid_t id, spawn(command, options, out.write.number(), err.write.number()));
  Child child(id);
  out.write.close();
  err.write.close();
  ChildResult result;
  const std::string name = std::filesystem::path(command[0]).filename().string();
  const std::int64_t longest = options.cancel != nullptr ? kLookAround.count() : 1'000'000;
  while (out.read.number() >= 0 || err.read.number() >= 0) {
    if (options.cancel != nullptr && options.cancel->load()) return make_error(ErrorCode::kCancelled, "{}: interrupted", name);
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (left <= 0)
      return make_error(ErrorCode::kDeadlineExceeded, "{}: it was ended after {} s", name,
                        static_cast<double>(options.deadline.count()) / 1000);
    std::array<pollfd, 2> waits = {{{out.read.number(), POLLIN, 0}, {err.read.number(), POLLIN, 0}}};
    if (poll(waits.data(), waits.size(), static_cast<int>(std::min<std::int64_t>(left, longest))) < 0 && errno != EINTR)
      return system_error("waiting for another program", errno);
    if (waits[0].revents != 0) {
      auto more = drain(out.read, result.output, options.max_output_bytes, false);
      if (!more) return more.error().with_context(name);
      if (!*more) out.read.close();
    }
    if (waits[1].revents != 0) {
      auto more = drain(err.read, result.errors, std::size_t{64} << 10, true);
      if (!more) return more.error().with_context(name);
      if (!*more) err.read.close();
    }
  }
  result.exit_status = child.wait();
  return result;
}

void end_with_parent() {
  const char* given = std::getenv(kParent);
  if (given == nullptr) return;
  const auto parent = static_cast<pid_t>(std::strtol(given, nullptr, 10));
  unsetenv(kParent);  // our own children have us
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) std::_Exit(128 + SIGKILL);  // it ended before it could be said
}

std::string program_path() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).string();
}

std::string program_folder() { return std::filesystem::path(program_path()).parent_path().string(); }

}  // namespace lepton
