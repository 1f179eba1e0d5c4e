# SPDX-License-Identifier: Apache-2.0
# room(NAME SUBFOLDERS … DEPS … LIBS …): the static library of the current folder, from every .cc in it and in the named
# folders below it.
# DEPS are other rooms (public: their headers are seen), LIBS are outside libraries (private to the .cc files).
# A room without sources yet is an interface library, so that its place in the house stands.
function(room name)
  cmake_parse_arguments(ARG "" "" "SUBFOLDERS;DEPS;LIBS" ${ARGN})
  set(patterns *.cc)
  foreach(folder ${ARG_SUBFOLDERS})
    list(APPEND patterns ${folder}/*.cc)
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  if(sources)
    add_library(${name} STATIC ${sources})
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_LIBS})
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE ${ARG_DEPS})
  endif()
endfunction()

# program(NAME DEPS … LIBS …): an executable in bin/ from every .cc of the current folder.
function(program name)
  cmake_parse_arguments(ARG "" "" "DEPS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  if(sources)
    add_executable(${name} ${sources})
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} PRIVATE ${ARG_DEPS} ${ARG_LIBS})
    install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endfunction()
