// SPDX-License-Identifier: Apache-2.0
// Questions on standard input, one a line, and answers on standard output: buffered both ways, but
// an answer never waits for a question that has not come yet.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace promql::cli {

class LineStream {
 public:
  LineStream() = default;
  LineStream(const LineStream&) = delete;
  LineStream& operator=(const LineStream&) = delete;

  // The next line without its end, valid until the next call; false at the end of the input.
  bool Next(std::string_view& line);
  // Text that leaves when the buffer is full, when the next line is not there yet, or on Flush().
  [[nodiscard]] std::string& out() { return out_; }
  // Throws std::runtime_error when the output cannot be written.
  void Flush();

 private:
  // Reads what is there, waiting for at least one byte; false at the end.
  bool Fill();

  std::string in_;
  std::size_t start_ = 0;    // of the next line in in_
  std::size_t scanned_ = 0;  // bytes of in_ in which no line ends, from start_ on
  bool at_end_ = false;
  std::string out_;
};

}  // namespace promql::cli
