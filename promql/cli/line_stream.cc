// SPDX-License-Identifier: Apache-2.0
#include "promql/cli/line_stream.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace promql::cli {
namespace {

constexpr std::size_t kBlockBytes = 256 * 1024;

}  // namespace

bool LineStream::Next(std::string_view& line) {
  if (out_.size() >= kBlockBytes) Flush();
  while (true) {
    const std::size_t end = in_.find('\n', scanned_);
    if (end != std::string::npos) {
      line = std::string_view(in_).substr(start_, end - start_);
      start_ = scanned_ = end + 1;
      return true;
    }
    scanned_ = in_.size();
    if (!Fill()) break;
  }
  if (start_ == in_.size()) return false;
  line = std::string_view(in_).substr(start_);
  start_ = scanned_ = in_.size();
  return true;
}

bool LineStream::Fill() {
  if (at_end_) return false;
  in_.erase(0, start_);
  scanned_ -= start_;
  start_ = 0;
  Flush();
  const std::size_t old_size = in_.size();
  in_.resize(old_size + kBlockBytes);
  ssize_t count = 0;
  do {
    count = ::read(STDIN_FILENO, in_.data() + old_size, kBlockBytes);
  } while (count < 0 && errno == EINTR);
  if (count < 0)
    throw std::runtime_error(std::string("cannot read standard input: ") + std::strerror(errno));
  in_.resize(old_size + static_cast<std::size_t>(count));
  at_end_ = count == 0;
  return !at_end_;
}

void LineStream::Flush() {
  std::string_view rest = out_;
  while (!rest.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0)
      throw std::runtime_error(std::string("cannot write standard output: ") +
                               std::strerror(errno));
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  out_.clear();
}

}  // namespace promql::cli
