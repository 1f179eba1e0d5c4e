// SPDX-License-Identifier: Apache-2.0
// A bump allocator for one syntax tree: objects are placed one after the other in a few blocks and
// vanish together. Only trivially destructible objects live here. Moving an Arena keeps every
// address.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace promql {

class Arena {
 public:
  explicit Arena(std::size_t first_block_bytes) : next_block_bytes_(first_block_bytes) {}
  Arena(Arena&& other) noexcept
      : blocks_(std::exchange(other.blocks_, nullptr)),
        free_(std::exchange(other.free_, nullptr)),
        end_(std::exchange(other.end_, nullptr)),
        total_(std::exchange(other.total_, 0)),
        next_block_bytes_(other.next_block_bytes_) {}
  Arena& operator=(Arena&& other) noexcept {
    std::swap(blocks_, other.blocks_);
    std::swap(free_, other.free_);
    std::swap(end_, other.end_);
    std::swap(total_, other.total_);
    std::swap(next_block_bytes_, other.next_block_bytes_);
    return *this;
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() {
    while (blocks_ != nullptr) ::operator delete(std::exchange(blocks_, blocks_->next));
  }

  template <class T, class... Args>
  T* New(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return ::new (Allocate(sizeof(T))) T{std::forward<Args>(args)...};
  }

  // Uninitialised room for `count` objects.
  template <class T>
  T* Array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= kAlignment);
    return static_cast<T*>(
        Allocate(sizeof(T) * count));  // NOLINT(bugprone-sizeof-expression): pointers too
  }

  // A copy that lives as long as the arena, followed by one zero byte.
  std::string_view Copy(std::string_view text) {
    char* copy = Array<char>(text.size() + 1);
    if (!text.empty()) std::memcpy(copy, text.data(), text.size());
    copy[text.size()] = '\0';
    return {copy, text.size()};
  }

 private:
  static constexpr std::size_t kAlignment = 8;
  struct Block {
    Block* next;
  };

  void* Allocate(std::size_t bytes) {
    bytes = (bytes + kAlignment - 1) & ~(kAlignment - 1);
    if (static_cast<std::size_t>(end_ - free_) < bytes) Grow(bytes);
    return std::exchange(free_, free_ + bytes);
  }

  void Grow(std::size_t bytes) {
    const std::size_t size =
        sizeof(Block) + (bytes > next_block_bytes_ ? bytes : next_block_bytes_);
    Block* block = static_cast<Block*>(::operator new(size));
    block->next = blocks_;
    blocks_ = block;
    free_ = reinterpret_cast<char*>(block + 1);
    end_ = reinterpret_cast<char*>(block) + size;
    // Half of what there is: the last block is mostly empty, and all are still few.
    total_ += size;
    next_block_bytes_ = total_ / 2;
  }

  Block* blocks_ = nullptr;
  char* free_ = nullptr;
  char* end_ = nullptr;
  std::size_t total_ = 0;
  std::size_t next_block_bytes_;
};

// A list that grows inside an arena while its length is not yet known.
template <class T>
class ArenaList {
 public:
  explicit ArenaList(Arena& arena) : arena_(&arena) {}
  void Add(const T& item) {
    if (size_ == capacity_) Grow();
    std::construct_at(items_ + size_++, item);
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<const T> items() const { return {items_, size_}; }

 private:
  void Grow() {
    const std::size_t capacity = capacity_ == 0 ? 4 : capacity_ * 2;
    T* items = arena_->Array<T>(capacity);
    for (std::size_t i = 0; i < size_; ++i) std::construct_at(items + i, items_[i]);
    items_ = items;
    capacity_ = capacity;
  }

  Arena* arena_;
  T* items_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace promql
