// SPDX-License-Identifier: Apache-2.0
#include "promql/cli/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace promql::cli {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 30;

class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) ends_ = {-1, -1};
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    CloseRead();
    CloseWrite();
  }
  [[nodiscard]] bool is_open() const { return ends_[0] >= 0; }
  [[nodiscard]] int read_end() const { return ends_[0]; }
  [[nodiscard]] int write_end() const { return ends_[1]; }
  void CloseRead() { Close(ends_[0]); }
  void CloseWrite() { Close(ends_[1]); }

 private:
  static void Close(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

// In the child: never returns. Only what may be called between fork and exec.
[[noreturn]] void Become(const std::vector<char*>& arguments, const Pipe& in, const Pipe& out,
                         const Pipe& err, const Pipe& failure) {
  dup2(in.read_end(), STDIN_FILENO);
  dup2(out.write_end(), STDOUT_FILENO);
  dup2(err.write_end(), STDERR_FILENO);
  signal(SIGPIPE, SIG_DFL);
  execvp(arguments[0], arguments.data());
  const int error = errno;
  [[maybe_unused]] const auto written = write(failure.write_end(), &error, sizeof error);
  _exit(127);
}

// False at its end, or when it cannot be read.
bool ReadSome(int from, std::string& text) {
  std::array<char, 65536> buffer;
  const ssize_t count = read(from, buffer.data(), buffer.size());
  if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN));
}

// Feeds and drains all pipes at once, so that none of them can fill up while we wait for another.
bool Exchange(std::string_view input, Pipe& in, Pipe& out, Pipe& err, ProcessResult& result) {
  fcntl(in.write_end(), F_SETFL, O_NONBLOCK);
  if (input.empty()) in.CloseWrite();
  while (out.read_end() >= 0 || err.read_end() >= 0) {
    std::array<pollfd, 3> waits{
        {{out.read_end(), POLLIN, 0}, {err.read_end(), POLLIN, 0}, {in.write_end(), POLLOUT, 0}}};
    if (poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return false;
    if (waits[0].revents != 0 && !ReadSome(out.read_end(), result.out)) out.CloseRead();
    if (waits[1].revents != 0 && !ReadSome(err.read_end(), result.err)) err.CloseRead();
    if (result.out.size() > kMostBytes || result.err.size() > kMostBytes) return false;
    if (waits[2].revents != 0) {
      const ssize_t count = write(in.write_end(), input.data(), input.size());
      if (count > 0) input.remove_prefix(static_cast<std::size_t>(count));
      const bool is_over = count < 0 && errno != EAGAIN && errno != EINTR;
      if (input.empty() || is_over) in.CloseWrite();
    }
  }
  return true;
}

}  // namespace

std::expected<ProcessResult, std::string> RunProcess(const std::vector<std::string>& arguments,
                                                     std::string_view input) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) {
    if (argument.find('\0') != std::string::npos) {
      return std::unexpected("an argument of " + arguments[0] + " holds a zero byte");
    }
    argv.push_back(const_cast<char*>(argument.c_str()));  // execvp's signature is older than const
  }
  argv.push_back(nullptr);
  Pipe in;
  Pipe out;
  Pipe err;
  Pipe failure;
  if (!in.is_open() || !out.is_open() || !err.is_open() || !failure.is_open()) {
    return std::unexpected(std::string("cannot open a pipe: ") + std::strerror(errno));
  }
  const pid_t child = fork();
  if (child < 0)
    return std::unexpected(std::string("cannot start a process: ") + std::strerror(errno));
  if (child == 0) Become(argv, in, out, err, failure);
  in.CloseRead();
  out.CloseWrite();
  err.CloseWrite();
  failure.CloseWrite();
  struct sigaction ignore{};
  struct sigaction before{};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &before);
  ProcessResult result;
  const bool exchanged = Exchange(input, in, out, err, result);
  sigaction(SIGPIPE, &before, nullptr);
  if (!exchanged) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  int error = 0;
  if (read(failure.read_end(), &error, sizeof error) == static_cast<ssize_t>(sizeof error)) {
    return std::unexpected("cannot start " + arguments[0] + ": " + std::strerror(error));
  }
  if (!exchanged) return std::unexpected(arguments[0] + " wrote more than can be held");
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

}  // namespace promql::cli
