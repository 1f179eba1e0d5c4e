// SPDX-License-Identifier: Apache-2.0
// Memory that is given back all at once: syntax trees and the values of one expansion live in an
// Arena and die with it. Nothing is destroyed one by one, so only trivially destructible things
// belong here. Moving an arena keeps every address.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace promql::tmpl {

class Arena {
 public:
  Arena() = default;
  Arena(Arena&& other) noexcept { Swap(other); }
  Arena& operator=(Arena&& other) noexcept {
    Arena taken(std::move(other));
    Swap(taken);
    return *this;
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() {
    while (last_ != nullptr) {
      Chunk* const before = last_->before;
      ::operator delete(last_);
      last_ = before;
    }
  }

  [[nodiscard]] void* Allocate(std::size_t bytes, std::size_t alignment) {
    const std::size_t at = (used_ + alignment - 1) & ~(alignment - 1);
    if (at + bytes > size_) return Grow(bytes);
    used_ = at + bytes;
    return reinterpret_cast<std::byte*>(last_) + at;
  }

  template <class T, class... Args>
  [[nodiscard]] T* New(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (Allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
  }

  // Uninitialised room for `count` values.
  template <class T>
  [[nodiscard]] std::span<T> Array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T> && std::is_trivially_copyable_v<T>);
    if (count == 0) return {};
    return {static_cast<T*>(Allocate(count * sizeof(T), alignof(T))), count};
  }

  template <class T>
  [[nodiscard]] std::span<T> Copy(std::span<const T> from) {
    const std::span<T> to = Array<T>(from.size());
    std::copy(from.begin(), from.end(), to.begin());
    return to;
  }

  [[nodiscard]] std::string_view Copy(std::string_view text) {
    if (text.empty()) return {};
    char* to = static_cast<char*>(Allocate(text.size(), 1));
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

  // Bytes taken from the system, for limits.
  [[nodiscard]] std::size_t reserved_bytes() const { return reserved_; }

 private:
  static constexpr std::size_t kFirst = 2048;
  static constexpr std::size_t kLargest = std::size_t{1} << 18U;

  // Each chunk starts with the way to the one before it.
  struct alignas(std::max_align_t) Chunk {
    Chunk* before;
  };

  void* Grow(std::size_t bytes) {
    const std::size_t next = last_ == nullptr ? kFirst : std::min(size_ * 2, kLargest);
    const std::size_t size = std::max(next, sizeof(Chunk) + bytes);
    last_ = new (::operator new(size)) Chunk{last_};
    size_ = size;
    reserved_ += size;
    used_ = sizeof(Chunk) + bytes;
    return last_ + 1;
  }

  void Swap(Arena& other) noexcept {
    std::swap(last_, other.last_);
    std::swap(size_, other.size_);
    std::swap(used_, other.used_);
    std::swap(reserved_, other.reserved_);
  }

  Chunk* last_ = nullptr;
  std::size_t size_ = 0;  // of the last chunk, its start included
  std::size_t used_ = 0;  // of the last chunk
  std::size_t reserved_ = 0;
};

}  // namespace promql::tmpl
