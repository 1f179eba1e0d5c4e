# SPDX-License-Identifier: Apache-2.0
# How everything is compiled: language level, warnings, sanitizers, ccache, linker.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
# Asserts guard invariants in every build: a daemon that pages people stops rather than guesses.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Wrong on correct std::string and std::variant code at -O2 in g++ 12 (bugs 105329, 105562).
  add_compile_options(-Wno-restrict -Wno-maybe-uninitialized -Wno-dangling-pointer -Wno-stringop-overflow
                      -Wno-stringop-overread -Wno-array-bounds)
endif()

if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # std::stable_sort of libstdc++ 12 uses what its own C++23 mode deprecates.
  add_compile_options(-Wno-deprecated-declarations)
endif()

set(PROMWARDEN_SANITIZE "" CACHE STRING "Sanitizers to build with, for example address,undefined")
if(PROMWARDEN_SANITIZE)
  add_compile_options(-fsanitize=${PROMWARDEN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PROMWARDEN_SANITIZE})
endif()
if(PROMWARDEN_FUZZ) # clang only: the fuzzer sees which way inputs take through every room
  # RapidJSON 1.1.0 adds to null pointers in its empty stacks, which does no harm.
  add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize=pointer-overflow)
endif()
option(PROMWARDEN_COVERAGE "Instrument for gcov" OFF)
if(PROMWARDEN_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
