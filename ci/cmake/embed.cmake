# SPDX-License-Identifier: Apache-2.0
# embed(TARGET FILE SYMBOL): FILE becomes `extern const std::string_view SYMBOL` in namespace warden::embedded.
# A generated .cc with an unsigned char array: no run-time files, no linker tricks.
function(embed target file symbol)
  get_filename_component(path ${file} ABSOLUTE)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/embedded_${symbol}.cc)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DINPUT=${path} -DOUTPUT=${out} -DSYMBOL=${symbol} -P ${PROJECT_SOURCE_DIR}/ci/cmake/embed_file.cmake
    DEPENDS ${path} ${PROJECT_SOURCE_DIR}/ci/cmake/embed_file.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
