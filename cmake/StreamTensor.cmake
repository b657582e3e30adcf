# How StreamTensor's libraries are built, and how their layers are kept.

# st_add_library(NAME DIR <folder under lib/> SOURCES ... DEPENDS <ST libraries> LINK <other libraries>
#                TABLEGEN <targets> [EXCEPTIONS])
#
# DEPENDS names every StreamTensor library that the sources may include from. An include of any other layer's header
# is an error at configure time: the arrows between layers are drawn here and nowhere else.
function(st_add_library NAME)
  cmake_parse_arguments(ARG "EXCEPTIONS" "DIR" "SOURCES;DEPENDS;LINK;TABLEGEN" ${ARGN})
  add_library(${NAME} STATIC ${ARG_SOURCES})
  set_property(TARGET ${NAME} PROPERTY ST_DIR ${ARG_DIR})
  set_property(TARGET ${NAME} PROPERTY ST_DEPENDS ${ARG_DEPENDS})
  target_link_libraries(${NAME} PUBLIC ${ARG_DEPENDS} ${ARG_LINK})
  mlir_target_link_libraries(${NAME} PUBLIC MLIR)
  target_link_libraries(${NAME} PUBLIC LLVM)
  if(ARG_TABLEGEN)
    add_dependencies(${NAME} ${ARG_TABLEGEN})
  endif()
  if(ARG_EXCEPTIONS)
    target_compile_options(${NAME} PRIVATE -fexceptions)
  else()
    target_compile_options(${NAME} PRIVATE -fno-exceptions)
    target_precompile_headers(${NAME} REUSE_FROM STPrecompiled)
  endif()
  set_property(GLOBAL APPEND PROPERTY ST_LIBRARIES ${NAME})
endfunction()

# Fails when a library includes a header of a layer that it does not declare. Called once all libraries are known.
function(st_check_layers)
  get_property(LIBRARIES GLOBAL PROPERTY ST_LIBRARIES)
  foreach(LIBRARY ${LIBRARIES})
    get_target_property(DIR ${LIBRARY} ST_DIR)
    get_property(DEPENDS TARGET ${LIBRARY} PROPERTY ST_DEPENDS)
    set(ALLOWED "${DIR}")
    foreach(DEPENDENCY ${DEPENDS})
      get_target_property(DEPENDENCY_DIR ${DEPENDENCY} ST_DIR)
      list(APPEND ALLOWED "${DEPENDENCY_DIR}")
    endforeach()
    file(GLOB FILES ${PROJECT_SOURCE_DIR}/lib/${DIR}/*.h ${PROJECT_SOURCE_DIR}/lib/${DIR}/*.cpp)
    foreach(FILE ${FILES})
      file(STRINGS ${FILE} INCLUDES REGEX "^#include \"[A-Z]")
      foreach(INCLUDE ${INCLUDES})
        string(REGEX REPLACE "^#include \"(.*)/[^/]*\".*" "\\1" INCLUDED "${INCLUDE}")
        if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/lib/${INCLUDED} AND NOT "${INCLUDED}" IN_LIST ALLOWED)
          message(FATAL_ERROR "${FILE} includes lib/${INCLUDED}, which ${LIBRARY} does not declare in DEPENDS")
        endif()
      endforeach()
    endforeach()
  endforeach()
endfunction()

# st_embed_files(OUTPUT source.cpp HEADER header FUNCTION st::name ROOT folder FILES file...)
#
# Makes a source file of the current binary folder: FUNCTION, which HEADER declares, gives the FILES of ROOT with their
# contents (st::RuntimeFile).
function(st_embed_files)
  cmake_parse_arguments(ARG "" "OUTPUT;HEADER;FUNCTION;ROOT" "FILES" ${ARGN})
  set(script ${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake)
  list(TRANSFORM ARG_FILES PREPEND ${ARG_ROOT}/ OUTPUT_VARIABLE paths)
  add_custom_command(OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${ARG_OUTPUT}
    COMMAND ${CMAKE_COMMAND} -DROOT=${ARG_ROOT} "-DFILES=${ARG_FILES}" -DHEADER=${ARG_HEADER}
            -DFUNCTION=${ARG_FUNCTION} -DOUTPUT=${CMAKE_CURRENT_BINARY_DIR}/${ARG_OUTPUT} -P ${script}
    DEPENDS ${paths} ${script}
    VERBATIM)
endfunction()
